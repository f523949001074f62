"""The published questions together with the pictures they mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from neuroonco.annotations import Record, read_benchmark, read_instruction
from neuroonco.layout import Layout
from neuroonco.resolve import Resolved, Resolver

Questions = list[tuple[Record, Resolved]]
Conversations = list[tuple[Record, tuple[Resolved, ...]]]


def read_questions(layout: Layout, config: str) -> Questions:
    """The closed or open records, each with its picture or the fact that it is missing.

    Raises:
        AnnotationError: an annotation file is malformed.
        DataDirError: a path leads out of data_dir.
    """
    if config not in layout.read:
        layout.read[config] = _read_questions(layout, config)
    questions: Questions = layout.read[config]
    return questions


def read_conversations(layout: Layout) -> Conversations:
    """The instruction records, each with its pictures.

    Raises:
        AnnotationError: an annotation file is malformed.
        DataDirError: a path leads out of data_dir.
    """
    if "instruction" not in layout.read:
        layout.read["instruction"] = list(_read_conversations(layout))
    conversations: Conversations = layout.read["instruction"]
    return conversations


def count_how(resolved: Iterable[Resolved]) -> dict[str, int]:
    """How many pictures are exact, by rule, matched and missing."""
    counts = Counter(picture.how for picture in resolved)
    return {how: counts[how] for how in ("exact", "by rule", "matched", "missing")}


def _read_questions(layout: Layout, config: str) -> Questions:
    files = layout.annotations[config]
    if not files:
        return []
    records = read_benchmark(layout.notes, files, config)
    resolver = _resolver(layout, records)
    return [(record, resolver.resolve(record, "benchmark")) for record in records]


def _read_conversations(layout: Layout) -> Iterator[tuple[Record, tuple[Resolved, ...]]]:
    records = list(read_instruction(layout.notes, layout.annotations["instruction"]))
    resolver = _resolver(layout, records)
    known: dict[str, Resolved] = {}
    for record in records:
        for path in record.paths:
            if path not in known:
                alone = Record(record.id, (path,), "[]", record.where)
                known[path] = resolver.resolve(alone, "instruction")
        yield record, tuple(known[path] for path in record.paths)


def _resolver(layout: Layout, records: list[Record]) -> Resolver:
    named = (path for record in records for path in record.paths)
    return Resolver(layout.tree, layout.found, named)
