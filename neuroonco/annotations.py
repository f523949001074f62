"""Read the published annotations: closed and open questions (JSON), instruction rows (JSONL)."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from neuroonco.errors import AnnotationError
from neuroonco.json_records import read_records
from neuroonco.tree import File, Tree, check_relative

CONFIGS = ("closed", "open", "instruction")

_FIELD = {"closed": "vqa_pairs", "open": "qa_pairs"}
_HEAD = 65536
_NAMES = {  # so that a file broken from its first byte on is still an error, not overlooked
    config: re.compile(pattern, re.IGNORECASE)
    for config, pattern in {
        "closed": r"(?:^|/)(?:benchmark/closed/[^/]+|(?:.*_)?closed)\.json",
        "open": r"(?:^|/)(?:benchmark/open/[^/]+|(?:.*_)?open)\.json",
        "instruction": r"(?:^|/)(?:instruction|train)_(?:open|closed|cot|no)[a-z_]*\.jsonl",
    }.items()
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the annotations of a build say of a picture, under ``meta``."""

    source: str
    category: str
    modality: str


@dataclass(slots=True)
class Record:
    """A picture as an annotation names it, and what is asked about it.

    Attributes:
        id: as published, unique among the records of a config; for instruction, made of the
            file's name and line.
        paths: how annotation files name the picture, relative to where pictures are.
        asked: the published question objects as a JSON list; for instruction, of one
            conversation. As text they take a fraction of the memory.
        where: file and line, for errors.
        told: what the annotation says of the picture where its path says nothing.
    """

    id: str
    paths: tuple[str, ...]
    asked: str = field(repr=False)
    where: str
    told: Told | None = None

    @property
    def questions(self) -> list[dict[str, Any]]:
        """The published question objects, in order."""
        questions: list[dict[str, Any]] = json.loads(self.asked)
        return questions


def find_annotations(tree: Tree) -> dict[str, list[File]]:
    """The annotation files of each config, told by what they hold, or by their published place."""
    found: dict[str, list[File]] = {config: [] for config in CONFIGS}
    for file in tree.files.values():
        suffix = file.path.rpartition(".")[2].lower()
        if suffix in {"json", "jsonl"} and (config := _config_of(tree, file, suffix)):
            found[config].append(file)
    return {config: _without_copies(tree, files) for config, files in found.items()}


def read_benchmark(tree: Tree, files: list[File], config: str) -> list[Record]:
    """Read closed or open questions. The same record in two files counts once.

    Raises:
        AnnotationError: a file is not valid JSON, a field is missing or of the wrong kind, or
            two files ask different questions under one id.
        DataDirError: a path leads out of data_dir.
    """
    records: dict[str, Record] = {}
    for file in files:
        of_file = [
            _benchmark_record(raw, config, where)
            for raw, where in read_records(tree.absolute(file.path), file.path)
        ]
        repeated = [key for key, n in Counter(record.id for record in of_file).items() if n > 1]
        if repeated:
            raise AnnotationError(f"{file.path}: id {repeated[0]} stands there twice; keep one")
        for record in of_file:
            known = records.setdefault(record.id, record)
            if known.asked != record.asked:
                raise AnnotationError(
                    f"{record.where}: id {record.id} asks other questions than in {known.where}; "
                    "keep one release of the annotations"
                )
            known.paths = tuple(dict.fromkeys(known.paths + record.paths))
    return list(records.values())


def read_instruction(tree: Tree, files: list[File]) -> Iterator[Record]:
    """Read conversations, one a line.

    Raises:
        AnnotationError: a line is not valid JSON, or a field is missing or of the wrong kind.
        DataDirError: a path leads out of data_dir.
    """
    for file in files:
        stem = file.name.rpartition(".")[0]
        for number, (raw, where) in enumerate(
            read_records(tree.absolute(file.path), file.path), start=1
        ):
            images = _get(raw, "images", list, where)
            for turn in _get(raw, "messages", list, where):
                _get(turn, "role", str, where)
                _get(turn, "content", str, where)
            if not images or not all(isinstance(path, str) for path in images):
                raise AnnotationError(f"{where}: 'images' must list at least one path")
            for path in images:
                _check_path(path, where)
            told = _told(raw)
            yield Record(f"{stem}_{number}", tuple(images), json.dumps([raw]), where, told)


def _without_copies(tree: Tree, files: list[File]) -> list[File]:
    """The release was published under two spellings; the same bytes are read once."""
    unique: dict[str, File] = {}
    for file in files:
        unique.setdefault(digest(tree, file), file)
    return list(unique.values())


def digest(tree: Tree, file: File) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with Path(tree.absolute(file.path)).open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _config_of(tree: Tree, file: File, suffix: str) -> str:
    with Path(tree.absolute(file.path)).open("rb") as opened:
        head = opened.read(_HEAD)
    if suffix == "jsonl" and b'"messages"' in head and b'"images"' in head:
        return "instruction"
    if suffix == "json":
        for config, field_name in _FIELD.items():
            if f'"{field_name}"'.encode() in head:
                return config
    named = (config for config, pattern in _NAMES.items() if pattern.search(file.path))
    return next(named, "")


def _benchmark_record(raw: Any, config: str, where: str) -> Record:
    identity = _get(raw, "id", (int, str), where)
    path = _get(raw, "image_path", str, where)
    questions = _get(raw, _FIELD[config], list, where)
    where = f"{where}, id {identity}"
    _check_path(path, where)
    check = _check_closed if config == "closed" else _check_open
    for number, question in enumerate(questions, start=1):
        check(question, f"{where}, question {number}")
    return Record(str(identity), (path,), json.dumps(questions), where, _told(raw))


def _told(raw: dict[str, Any]) -> Told | None:
    meta = raw.get("meta")
    if not isinstance(meta, dict):
        return None
    known = [meta.get(name) for name in ("source", "category", "modality")]
    return _share_told(*known) if all(isinstance(text, str) for text in known) else None


@lru_cache(maxsize=4096)
def _share_told(source: str, category: str, modality: str) -> Told:
    """One object for all records that say the same, of which there are few."""
    return Told(source, category, modality)


def _check_path(path: str, where: str) -> None:
    try:
        check_relative(path)
    except Exception as error:
        raise type(error)(f"{where}: {error}") from error


def _check_closed(question: Any, where: str) -> None:
    for name in ("question_type", "question", "answer"):
        _get(question, name, str, where)
    options = _get(question, "options", dict, where)
    letters = [chr(ord("A") + i) for i in range(len(options))]
    if len(options) < 2 or list(options) != letters:
        raise AnnotationError(f"{where}: options must be lettered A, B, … in order")
    if question["answer"] not in options:
        raise AnnotationError(f"{where}: answer {question['answer']!r} is none of its options")
    if question.get("meta_trap"):
        _get(question, "meta_original_answer", str, where)


def _check_open(question: Any, where: str) -> None:
    for name in ("question_type", "question", "reference_answer"):
        _get(question, name, str, where)
    if "eval_keywords" in question:
        _get(question, "eval_keywords", list, where)


def _get(raw: Any, name: str, kind: type | tuple[type, ...], where: str) -> Any:
    value = raw.get(name) if isinstance(raw, dict) else None
    if not isinstance(value, kind):
        what = "is missing" if value is None else f"is a {type(value).__name__}"
        raise AnnotationError(f"{where}: field {name!r} {what}; download the file again")
    return value
