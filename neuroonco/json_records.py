"""Read the records of a JSON list or of JSON lines one at a time, each with where it stands."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from neuroonco.errors import AnnotationError

_BLANK = re.compile(r"[ \t\r\n]*")


def read_records(path: str | os.PathLike[str], shown: str) -> Iterator[tuple[Any, str]]:
    """Yield each record of a file, and its place for error messages.

    Only one record is held as objects at a time: as objects, a file takes several times the
    memory that its text does.

    Args:
        path: a file of JSON lines (``.jsonl``) or of one JSON list.
        shown: what errors call the file.

    Raises:
        AnnotationError: the file is not UTF-8, not valid JSON, or no list.
    """
    try:
        if shown.lower().endswith(".jsonl"):
            yield from _lines(Path(path), shown)
        else:
            yield from _elements(Path(path).read_text(encoding="utf-8-sig"), shown)
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{shown}: not UTF-8 ({error}); download the file again") from error
    except RecursionError as error:
        raise AnnotationError(f"{shown}: nested too deeply for an annotation file") from error


def _lines(path: Path, shown: str) -> Iterator[tuple[Any, str]]:
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                where = f"{shown}, line {number}"
                try:
                    record = json.loads(line)
                except json.JSONDecodeError as error:
                    raise _invalid(where, error) from error
                yield record, where


def _elements(text: str, shown: str) -> Iterator[tuple[Any, str]]:
    decoder = json.JSONDecoder()
    try:
        position = _skip(text, 0)
        if text[position : position + 1] != "[":
            decoder.decode(text)  # if it is JSON at all, it is no list
            raise AnnotationError(f"{shown}: a list of records is expected; download it again")
        position = _skip(text, position + 1)
        number = 0
        while text[position : position + 1] != "]":
            if number:
                position = _skip(text, _expect(text, position, ","))
            number += 1
            record, end = decoder.raw_decode(text, position)
            yield record, f"{shown}, record {number}"
            position = _skip(text, end)
        position = _skip(text, position + 1)
        if position < len(text):
            raise json.JSONDecodeError("Extra data", text, position)
    except json.JSONDecodeError as error:
        raise _invalid(f"{shown}, line {error.lineno}", error) from error


def _skip(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position


def _expect(text: str, position: int, mark: str) -> int:
    if text[position : position + 1] != mark:
        raise json.JSONDecodeError(f"Expecting {mark!r} delimiter", text, position)
    return position + 1


def _invalid(where: str, error: json.JSONDecodeError) -> AnnotationError:
    return AnnotationError(
        f"{where}, column {error.colno}: not valid JSON ({error.msg}); download the file again"
    )
