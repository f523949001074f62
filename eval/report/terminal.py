"""Show results in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from eval.metrics.rejection import Rejection
from eval.scores import Results, Score

_COLUMNS = ("n", "accuracy", "95 % interval", "chance", "majority", "prior")


def print_results(results: Results, console: Console | None = None) -> None:
    """Print a run's scores beside chance and the blind floors, and what they mean.

    Args:
        results: of `eval.evaluate`.
        console: where to print; standard output if None.
    """
    console = console or Console()
    table = _table("question type", results.by_type.items())
    table.title = results.model
    if results.overall:
        table.add_section()
        table.add_row("all", *_cells(results.overall), style="bold")
    console.print(table)
    console.print(_counts(results), highlight=False, soft_wrap=True)
    if results.rejection.n:
        console.print(_rejection(results.rejection), highlight=False, soft_wrap=True)
    if results.overall:
        console.print(_verdict(results.overall), highlight=False, soft_wrap=True)


def print_models(runs: Sequence[Results], console: Console | None = None) -> None:
    """Print the overall scores of several runs, a line each.

    Args:
        runs: of `eval.evaluate`.
        console: where to print; standard output if None.
    """
    console = console or Console()
    scores = [(run.model, run.overall) for run in runs]
    console.print(_table("model", [(model, score) for model, score in scores if score]))
    for run in runs:
        if not run.complete:
            console.print(f"{run.model}: {_counts(run)}", highlight=False, soft_wrap=True)


def _table(what: str, scores: Iterable[tuple[str, Score]]) -> Table:
    table = Table(title_justify="left", box=box.SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(what, overflow="fold")
    for name in _COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    for name, score in scores:
        table.add_row(name, *_cells(score))
    return table


def _cells(score: Score) -> list[str]:
    interval = "" if score.interval is None else "{:.3f} to {:.3f}".format(*score.interval)
    shares = (score.chance, score.majority, score.prior)
    return [str(score.n), f"{score.accuracy:.3f}", interval, *(f"{share:.3f}" for share in shares)]


def _counts(results: Results) -> str:
    without = ", ".join(
        f"{results.outcomes[outcome]} {outcome}" for outcome in ("refusal", "ambiguous", "unparsed")
    )
    lost = f", {results.missing} missing" if results.missing else ""
    return (
        f"{results.expected} questions expected, {results.scored} scored, {results.failed} failed"
        f"{lost}. Without a letter, counted as wrong: {without}."
    )


def _rejection(found: Rejection) -> str:
    def shown(share: float | None) -> str:
        return "none to count" if share is None else f"{share:.3f}"

    return (
        f'"None of the above" was chosen {found.chosen} times and right {found.traps} times: '
        f"recall {shown(found.recall)}, precision {shown(found.precision)}, F1 {shown(found.f1)}, "
        f"false rejections {shown(found.false_rejections)}."
    )


def _verdict(score: Score) -> str:
    floor = f"the blind floor of {score.floor:.3f}"
    if score.interval is None:
        return f"One image is too few to compare the score with {floor}."
    low, high = score.interval
    if low > score.floor:
        return f"The score is above {floor}: it cannot come from the texts alone."
    if high < score.floor:
        return f"The score is below {floor}: guessing from the texts alone does better."
    return f"The score cannot be told from {floor}: it shows no use of the pictures."
