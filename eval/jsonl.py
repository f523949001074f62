"""Files that only ever grow, a JSON object a line. A killed process leaves half a line at most."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from neuroonco.errors import RunError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")


def read_lines(path: Path, make: Callable[[dict[str, Any]], T]) -> Iterator[T]:
    """Make something of each whole line, in order; nothing where there is no file.

    Args:
        path: the file.
        make: raises ValueError, TypeError, AttributeError or LookupError for an unfit object.

    Raises:
        RunError: a line holds something else; names file and line.
    """
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                return
            try:
                made = make(json.loads(line))
            except (ValueError, TypeError, AttributeError, LookupError) as error:
                raise RunError(
                    f"{path}, line {number}: cannot be read ({error}); delete the line and run "
                    "again, what it held is then done again"
                ) from error
            yield made


def append_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add a line for each row, and hand them to the operating system before returning."""
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    with path.open("ab") as file:
        file.write(text.encode("utf-8", "replace"))  # half a surrogate pair is no text


def as_row(thing: DataclassInstance) -> dict[str, Any]:
    """The fields of a dataclass, not copied as `dataclasses.asdict` does at ten times the cost."""
    return {field.name: getattr(thing, field.name) for field in fields(thing)}


def cut_torn_line(path: Path) -> None:
    """Drop the half line that a killed process left at the end, so that others can follow."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        whole = sum(len(line) for line in file if line.endswith(b"\n"))
        file.truncate(whole)
