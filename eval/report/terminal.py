"""Show results in the terminal, within 100 columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.comparison import Comparison, Differing, Row
from eval.report.lines import counts, lines, title
from eval.report.templating import count, interval, share, signed, words
from eval.scoring import AnyResults, Mean, OpenResults, Results, Score

_SCORE = ("n", "accuracy", "95 % interval", "chance", "majority", "prior")
_MEAN = ("n", "mean", "95 % interval", "echo")
_OPEN = ("keyword_recall", "keyword_recall_unprompted", "token_f1", "rouge_l")
_ECHO = "_echo"
_LABEL = 17  # characters


def print_results(results: AnyResults, console: Console | None = None) -> None:
    """Print a run's scores beside what they have to be held against, and what they mean.

    Args:
        results: of `eval.evaluate` or `eval.rescore`.
        console: where to print; standard output if None.
    """
    console = console or Console()
    console.print(Text(title(results), style="bold"), soft_wrap=True)
    if isinstance(results, OpenResults):
        _print_open(results, console)
    else:
        console.print(_scores(results))
    for label, line in lines(results):
        console.print(Text(f"{label:<{_LABEL}} {line}"), soft_wrap=True)


def print_models(runs: Sequence[AnyResults], console: Console | None = None) -> None:
    """Print the overall scores of several runs, a line each.

    Args:
        runs: of `eval.evaluate` or `eval.rescore`.
        console: where to print; standard output if None.
    """
    console = console or Console()
    closed = [run for run in runs if isinstance(run, Results)]
    opened = [run for run in runs if isinstance(run, OpenResults)]
    if closed:
        table = _table("model", _SCORE)
        for one in closed:
            table.add_row(_plain(one.model), *(_cells(one.overall) if one.overall else ()))
        console.print(table)
    if opened:
        console.print(_open_table("model", {run.model: run.scores for run in opened}))
    for run in runs:
        if not run.complete:
            console.print(Text(f"{run.model}: {counts(run)}"), soft_wrap=True)


def print_comparison(
    comparison: Comparison, show: int = 20, console: Console | None = None
) -> None:
    """Print how two runs differ.

    Args:
        comparison: of `eval.compare_runs`.
        show: how many of the questions that differ to list.
        console: where to print; standard output if None.
    """
    console = console or Console()
    for label, side in (("first", comparison.first), ("second", comparison.second)):
        console.print(Text(f"{label:<{_LABEL}} {side.run}: {side.model}"), soft_wrap=True)
    console.print(_rows(comparison))
    both = next(iter(comparison.overall.values())).n
    scored = (
        f"{count(both)} scored by both, {count(comparison.only_first)} by the first alone, "
        f"{count(comparison.only_second)} by the second alone"
    )
    console.print(Text(f"{'questions':<{_LABEL}} {scored}"), soft_wrap=True)
    if comparison.config == "closed":
        _print_differing(comparison.differing, show, console)


def _scores(results: Results) -> Table:
    table = _table("question type", _SCORE)
    for name, score in results.by["question_type"].items():
        table.add_row(_plain(name), *_cells(score))
    if results.overall:
        table.add_section()
        table.add_row("all", *_cells(results.overall), style="bold")
    return table


def _print_open(results: OpenResults, console: Console) -> None:
    table = _table("measure", _MEAN)
    for name, value in results.scores.items():
        if not name.endswith(_ECHO):
            echo = results.scores.get(f"{name}{_ECHO}")
            held = share(echo.mean) if echo else ""
            ends = interval(value.interval)
            table.add_row(_plain(words(name)), count(value.n), share(value.mean), ends, held)
    console.print(table)
    console.print(_open_table("question type", results.by["question_type"]))


def _open_table(what: str, groups: Mapping[str, Mapping[str, Mean]]) -> Table:
    table = _table(what, ["n", *map(words, _OPEN)])
    for name, scores in groups.items():
        means = [scores[measure].mean for measure in _OPEN]
        table.add_row(_plain(name), count(scores["token_f1"].n), *map(share, means))
    return table


def _rows(comparison: Comparison) -> Table:
    measure, *others = comparison.overall
    columns = ("n", "first", "second", "change", "95 % interval", "p", "Holm")
    table = _table("question type", columns)
    table.title, table.title_justify = words(measure), "left"
    for name, row in comparison.by["question_type"].items():
        table.add_row(_plain(words(name)), *_row_cells(row))
    table.add_section()
    table.add_row("all", *_row_cells(comparison.overall[measure]), style="bold")
    for name in others:
        table.add_row(f"all: {words(name)}", *_row_cells(comparison.overall[name]))
    return table


def _row_cells(row: Row) -> list[str]:
    shown = "" if row.interval is None else interval(row.interval, "signed")
    tests = ["" if p is None else _p_value(p) for p in (row.p, row.p_holm)]
    return [
        count(row.n),
        share(row.first),
        share(row.second),
        signed(row.difference),
        shown,
        *tests,
    ]


def _p_value(p: float) -> str:
    return f"{p:.3f}" if p >= 0.001 else "<0.001"


def _print_differing(differing: Sequence[Differing], show: int, console: Console) -> None:
    won = sum(one.second == one.answer for one in differing)
    lost = sum(one.first == one.answer for one in differing)
    told = (
        f"{count(len(differing))} answered otherwise: {count(won)} right in the second alone, "
        f"{count(lost)} in the first alone"
    )
    console.print(Text(f"{'differing':<{_LABEL}} {told}"), soft_wrap=True)
    if not differing or not show:
        return
    table = _table("question", ("type", "first", "second", "right"))
    for one in differing[:show]:
        letters = (letter or "none" for letter in (one.first, one.second, one.answer))
        table.add_row(_plain(one.question_id), words(one.question_type), *letters)
    console.print(table)
    if len(differing) > show:
        console.print(f"and {count(len(differing) - show)} more; --json lists them all")


def _table(what: str, columns: Iterable[str]) -> Table:
    table = Table(box=box.SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(what, overflow="fold")
    for name in columns:
        table.add_column(name, justify="right", no_wrap=name == "95 % interval")
    return table


def _plain(text: str) -> Text:
    """A text in which nothing is mark-up."""
    return Text(text)


def _cells(score: Score) -> list[str]:
    ends = "" if score.interval is None else interval(score.interval)
    shares = (score.chance, score.majority, score.prior)
    return [count(score.n), share(score.accuracy), ends, *map(share, shares)]
