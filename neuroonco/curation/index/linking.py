"""Which rows of the index show the same, which stay together, and whose labels contradict."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neuroonco.curation.groups import close, contradict, links_of
from neuroonco.curation.index.duplicates import ALIKE, SAME, Pairs, find_pairs
from neuroonco.curation.index.hashes import to_integers
from neuroonco.curation.index.table import IndexRow
from neuroonco.vocabulary import TUMOUR_TYPES

_COLUMNS = ("group", "image_id", "path", "source", "category", "label")


def find_row_pairs(
    rows: Sequence[IndexRow], thumbnails: Callable[[list[int]], NDArray[np.uint8]]
) -> Pairs:
    """The pairs of rows with different pixels that may show the same.

    Args:
        rows: the index; of rows with the same pixels the first is compared.
        thumbnails: gives those of the rows at these places.
    """
    first: dict[str, int] = {}
    for place, row in enumerate(rows):
        if pixels_of(row):
            first.setdefault(row.pixels_digest, place)
    places = np.array(list(first.values()), np.intp)
    hashes = to_integers([rows[place].phash for place in places])
    pairs = find_pairs(hashes, lambda chosen: thumbnails(places[chosen].tolist()))
    return replace(pairs, first=places[pairs.first], second=places[pairs.second])


@dataclass(frozen=True, slots=True)
class Links:
    """What the columns `group`, `duplicate_of` and `conflict` say, in the order of the rows."""

    groups: list[str]
    duplicate_of: list[str]
    conflicts: list[bool]


def link(rows: Sequence[IndexRow], pairs: Pairs) -> Links:
    """Find out what belongs together, and what contradicts itself.

    Groups are closed: what shares a patient, its pixels, or a look-alike with a picture of a group
    belongs to it. Of duplicates the one stands for all that can be asked about, has a mask, names
    a tumour's type, is larger, or comes first, in this order.

    Args:
        rows: the index in the order of image_id.
        pairs: of these rows.
    """
    same = [*links_of([pixels_of(row) for row in rows]), *_links(pairs, SAME)]
    together = [*same, *_links(pairs, ALIKE), *links_of([row.patient or None for row in rows])]
    standing = _standing(rows, close(len(rows), same))
    groups = close(len(rows), together)
    labels = defaultdict(set)
    for row, group in zip(rows, groups, strict=True):
        labels[group].add(row.category)
    torn = {group for group, categories in labels.items() if contradict(categories)}
    return Links(
        groups=[rows[group].image_id for group in groups],
        duplicate_of=[
            "" if one is row else one.image_id for row, one in zip(rows, standing, strict=True)
        ],
        conflicts=[
            group in torn and row.category != "" for row, group in zip(rows, groups, strict=True)
        ],
    )


def pixels_of(row: IndexRow) -> str | None:
    """The digest by which a row is a duplicate. A blank picture is nobody's: it shows nothing."""
    return None if "nearly_blank" in row.flags else row.pixels_digest or None


def list_conflicts(rows: Sequence[IndexRow]) -> str:
    """The pictures of all groups with contradictory labels, as CSV."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    found = [[getattr(row, name) for name in _COLUMNS] for row in rows if row.conflict]
    table.writerows(sorted(found))
    return text.getvalue()


def _links(pairs: Pairs, least: float) -> list[tuple[int, int]]:
    """The pairs of that likeness or more."""
    near = pairs.likeness >= least
    return list(zip(pairs.first[near].tolist(), pairs.second[near].tolist(), strict=True))


def _standing(rows: Sequence[IndexRow], sets: Sequence[int]) -> list[IndexRow]:
    """For each row the one that stands for its set of duplicates."""
    best: dict[int, IndexRow] = {}
    for row, number in zip(rows, sets, strict=True):
        best[number] = min(best.get(number, row), row, key=_rank)
    return [best[number] for number in sets]


def _rank(row: IndexRow) -> tuple[bool, bool, bool, int, str]:
    is_typed = row.category in TUMOUR_TYPES
    area = (row.width or 0) * (row.height or 0)
    return bool(row.reason), not row.mask, not is_typed, -area, row.image_id
