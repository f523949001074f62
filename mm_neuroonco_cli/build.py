"""The command that makes a question set from raw downloads."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from neuroonco.curation.settings import TRAP_SHARE, Settings, Stage
from neuroonco.curation.splits import SPLITS, TEST_SHARE, VALIDATION_SHARE, Shares

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from neuroonco.curation.build import Built
    from neuroonco.curation.questions import TypeCount
    from neuroonco.floors import Floor


def build(
    raw: Annotated[Path, typer.Argument(help="The folder that holds your downloads.")],
    out: Annotated[
        Path, typer.Argument(help="The folder to write to; an unfinished build goes on.")
    ],
    until: Annotated[
        Stage, typer.Option("--until", help="The last stage to go through.")
    ] = Stage.QUESTIONS,
    seed: Annotated[int, typer.Option("--seed", help="Another one gives other splits.")] = 0,
    test_share: Annotated[
        float,
        typer.Option("--test-share", min=0, max=1, help="The share of pictures for testing."),
    ] = TEST_SHARE,
    validation_share: Annotated[
        float,
        typer.Option(
            "--validation-share", min=0, max=1, help="The share of pictures for validation."
        ),
    ] = VALIDATION_SHARE,
    trap_share: Annotated[
        float,
        typer.Option(
            "--trap-share",
            min=0,
            max=1,
            help="The share of five-option questions that lack the true option. Far from 0.2 it "
            "tells when to choose E.",
        ),
    ] = TRAP_SHARE,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes; one a core by default.")
    ] = None,
    atlas: Annotated[
        bool, typer.Option("--atlas", help="Name brain regions in volumes on the grid of BraTS.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Read every picture and mask again.")
    ] = False,
) -> None:
    """Make questions that can't be answered blind: index, duplicates, masks, questions.

    Nothing in RAW is changed or copied. Exit status 1 where the texts of a question type with 200
    or more questions give more than three points above chance away.

    Example: mm-neuroonco build downloads built
    """
    from eval.floors import measure_file
    from neuroonco.curation.build import build as go_through

    settings = Settings(
        shares=Shares(test_share, validation_share),
        seed=seed,
        trap_share=trap_share,
        workers=workers,
        atlas=atlas,
        until=until,
        force=force,
    )
    built = go_through(raw, out, settings, measure_file)
    console = Console(highlight=False)
    for line in _lines(built):
        _print(console, line)
    if built.written is None:
        return
    console.print(_asked(built.written.closed))
    if built.floors:
        console.print(_floors(built.floors))
    names = ", ".join(str(page) for page in built.pages)
    _print(console, f"More numbers, and plots: {names}")
    load = f'"mm_neuroonco", "closed", data_dir="{raw}", annotations="{out}"'
    _print(console, f"To load it: load_dataset({load})")
    if far := [floor.name for floor in built.floors if not floor.holds]:
        _print(console, f"Blind floors more than three points above chance: {'; '.join(far)}")
        raise typer.Exit(1)


def _lines(built: Built) -> Iterator[str]:
    rows = built.rows
    usable = [row for row in rows if row.category and not row.reason]
    alone = sum(not row.duplicate_of for row in usable)
    broken = sum(row.width is None for row in rows)
    conflicts = sum(row.conflict for row in rows)
    splits = Counter(row.split for row in usable if not row.duplicate_of)
    yield (
        f"{len(rows):,} pictures, {broken:,} broken; {len(usable):,} with a category, {alone:,} "
        f"without duplicates; the labels of {conflicts:,} contradict others of their group"
    )
    yield ", ".join(f"{splits[split]:,} {split}" for split in SPLITS) + " (without duplicates)"
    if built.masks is not None:
        flaws = Counter(mask.error for mask in built.masks.values() if mask.error)
        yield f"{len(built.masks):,} masks, {flaws.total():,} of them broken"
    if built.unread:
        named = ", ".join(f"{value} ({n:,})" for value, n in built.unread.most_common(5))
        yield f"{built.unread.total():,} silver labels say nothing that is asked: {named}"


def _print(console: Console, line: str) -> None:
    console.print(line, soft_wrap=True, markup=False)


def _asked(closed: Mapping[str, Iterable[TypeCount]]) -> Table:
    numbers = ("known", "asked", "options", "traps")
    table = _table("closed questions", "split", *numbers)
    for split, counts in closed.items():
        for count in counts:
            table.add_row(count.kind, split, *(f"{getattr(count, name):,}" for name in numbers))
    return table


def _floors(floors: Sequence[Floor]) -> Table:
    table = _table("blind floors, test", "n", "chance", "majority", "prior", "above chance")
    for floor in floors:
        shares = (floor.chance, floor.majority, floor.prior)
        style = "" if floor.holds else "bold red"
        table.add_row(
            floor.name,
            f"{floor.n:,}",
            *(f"{share:.3f}" for share in shares),
            f"{floor.above_chance:+.3f}",
            style=style,
        )
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=box.SIMPLE)
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="left" if name == "split" else "right")
    return table
