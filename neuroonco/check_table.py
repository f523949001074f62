"""The report of a check as a table for the terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from neuroonco.check import Report, SourceReport
from neuroonco.sources.class_map import EXAMPLE, NAME

_STYLES = {"found": "green", "partial": "yellow", "missing": "dim", "broken": "bold red"}
_SHOWN = 10


def print_report(report: Report, console: Console) -> None:
    """Print what is in a data_dir: the sources, the annotations, what is wrong, what to do."""
    _print(console, report.summary)
    console.print(_sources(report.sources))
    for annotation in report.annotations:
        counts = ", ".join(f"{count:,} {how}" for how, count in annotation.pictures.items())
        where = ", ".join(annotation.files)
        _print(
            console, f"{annotation.config}: {annotation.questions:,} questions; {counts} ({where})"
        )
        _print_some(console, "missing", annotation.missing)
        _print_flaws(console, annotation.broken)
    for source in report.sources:
        _print_source(console, source)
    _print_some(console, "refused, a link that leads out of data_dir", report.refused_links)
    if report.unrecognised:
        _print(console, "Pictures that nothing accounts for:")
        folders = [f"{folder} ({count:,})" for folder, count in report.unrecognised.items()]
        _print_some(console, "unrecognised", folders)
        _print(console, f"If they are a source, describe its folders in {NAME}, such as\n{EXAMPLE}")
    _print(console, "Next steps:")
    for source in report.sources:
        if source.next_step:
            _print(console, f"  {source.id}  {source.next_step}")


def _sources(sources: list[SourceReport]) -> Table:
    table = Table(box=box.SIMPLE)
    for name in ("", "source", "status", "pictures", "questions", "licence"):
        is_number = name in {"pictures", "questions"}
        table.add_column(
            name,
            justify="right" if is_number else "left",
            no_wrap=name in {"", "status"} or is_number,
        )
    for source in sources:
        expected = f" of {source.expected:,}" if source.expected else ""
        table.add_row(
            source.id,
            Text(source.name),
            Text(source.status, style=_STYLES[source.status]),
            f"{source.pictures:,}{expected}" if source.pictures else "",
            f"{source.questions:,}" if source.questions else "",
            Text(source.licence),
        )
    return table


def _print(console: Console, line: str) -> None:
    """Print a line as it is: a path or link that is broken over lines cannot be copied."""
    console.print(Text(line), soft_wrap=True)


def _print_source(console: Console, source: SourceReport) -> None:
    if source.pictures:
        classes = ", ".join(f"{name} {count:,}" for name, count in source.classes.items())
        _print(console, f"{source.id}: {classes}")
    for reason, count in source.left_out.items():
        _print(console, f"  left out: {count:,} files, {reason}")
    if source.repeats:
        _print(console, f"  left out: {source.repeats:,} files, copies in other folders")
    _print_flaws(console, source.broken)


def _print_flaws(console: Console, broken: dict[str, str]) -> None:
    _print_some(console, "broken", [f"{path}: {flaw}" for path, flaw in broken.items()])


def _print_some(console: Console, what: str, names: list[str]) -> None:
    for name in names[:_SHOWN]:
        _print(console, f"  {what}: {name}")
    if len(names) > _SHOWN:
        _print(console, f"  {what}: {len(names) - _SHOWN:,} more (--json lists all)")
