"""Count the pictures of an index, before duplicates, after them, and those that are asked about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from neuroonco.curation.index import IndexRow
from neuroonco.curation.questions import Subject, Written, why_left_out
from neuroonco.curation.splits import SPLITS
from neuroonco.floors import Floor
from neuroonco.sources import load_sources
from neuroonco.vocabulary import CATEGORIES, MODALITIES


@dataclass(frozen=True, slots=True)
class Line:
    """The pictures of one source, category or modality.

    Attributes:
        name: as shown.
        before: all that can be read and have a category.
        after: without duplicates.
        asked: that questions are asked about.
    """

    name: str
    before: int
    after: int
    asked: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything that the page shows.

    Attributes:
        files: pictures that the index has.
        total: over all that can be read and have a category.
        groups: how many patients, or pictures that nothing links to another, they come from.
        by: ``source``, ``category`` and ``modality`` to their lines.
        splits: category to the number of pictures in test, validation and train.
        left_out: why nothing is asked about a picture, and of how many.
        written: how much was asked.
        floors: of the closed questions of the test split.
    """

    files: int
    total: Line
    groups: int
    by: dict[str, list[Line]]
    splits: dict[str, dict[str, int]]
    left_out: dict[str, int]
    written: Written
    floors: Sequence[Floor]


def count(
    rows: Sequence[IndexRow],
    subjects: Sequence[Subject],
    written: Written,
    floors: Sequence[Floor],
) -> Statistics:
    """Count an index and what was asked of it.

    Args:
        rows: the index.
        subjects: the pictures that are asked about.
        written: how much was asked.
        floors: of the closed questions of the test split.
    """
    usable = [row for row in rows if row.category and not row.reason]
    asked = {subject.image_id for subject in subjects}
    names = {source.id: f"{source.id} {source.name}" for source in load_sources().values()}
    orders: dict[str, tuple[Callable[[IndexRow], str], Sequence[str]]] = {
        "source": (lambda row: names[row.source], sorted(names.values())),
        "category": (lambda row: row.category, CATEGORIES),
        "modality": (lambda row: row.modality, MODALITIES),
    }
    return Statistics(
        files=len(rows),
        total=_line("all", usable, asked),
        groups=len({row.group for row in usable}),
        by={
            kind: [
                _line(name, members, asked)
                for name in order
                if (members := [row for row in usable if key(row) == name])
            ]
            for kind, (key, order) in orders.items()
        },
        splits=_splits(subjects),
        left_out=dict(why_left_out(rows, subjects).most_common()),
        written=written,
        floors=floors,
    )


def _line(name: str, rows: Sequence[IndexRow], asked: Container[str]) -> Line:
    return Line(
        name.replace("_", " "),
        before=len(rows),
        after=sum(not row.duplicate_of for row in rows),
        asked=sum(row.image_id in asked for row in rows),
    )


def _splits(subjects: Sequence[Subject]) -> dict[str, dict[str, int]]:
    counts = Counter((subject.category, subject.split) for subject in subjects)
    held = {category for category, _ in counts}
    return {
        category: {split: counts[category, split] for split in SPLITS}
        for category in CATEGORIES
        if category in held
    }
