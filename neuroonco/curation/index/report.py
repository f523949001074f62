"""The report that proves what the splits promise, from the rows and pairs themselves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from neuroonco.curation.index.duplicates import ALIKE, MAX_BITS, SAME, Pairs
from neuroonco.curation.index.linking import pixels_of
from neuroonco.curation.index.listing import Benchmark
from neuroonco.curation.index.table import IndexRow
from neuroonco.curation.splits import SPLITS

_SHOWN = 10
_HELD = "benchmark"


def report_index(rows: Sequence[IndexRow], pairs: Pairs, benchmark: Benchmark) -> str:
    """Markdown: the splits, what crosses them (nothing should), the nearest pairs that do.

    What crosses is counted from digests, patients and pairs, not taken from the groups.

    Args:
        rows: the index.
        pairs: of these rows.
        benchmark: the published pictures that were held out.
    """
    places = [_HELD if row.path in benchmark.files else row.split for row in rows]
    parts = [
        "# Leakage report",
        _splits(rows, places),
        "## Between the splits, and between them and the benchmark",
        "Counted anew from digests, patients and pairs of pictures; groups are not trusted here.",
        _crossings(rows, places, pairs),
        _nearest(rows, places, pairs),
        "## The benchmark",
        f"Its questions name {benchmark.named} pictures; {len(benchmark.files)} are on disk. "
        f"{_barred(rows, places)} usable pictures share a group with them, or are of a case that "
        "its questions name; they are in no split.",
        "## Duplicates",
        _duplicates(rows, pairs),
        "## By category and source",
        _strata(rows),
    ]
    return "\n\n".join(parts) + "\n"


def _splits(rows: Sequence[IndexRow], places: Sequence[str]) -> str:
    lines = []
    for split in (*SPLITS, ""):
        here = [row for row, place in zip(rows, places, strict=True) if place == split]
        alone = sum(not row.duplicate_of for row in here)
        groups, patients = ({getattr(row, name) for row in here} for name in ("group", "patient"))
        shown = split or "none"
        lines.append((shown, len(here), alone, len(groups), len(patients - {""})))
    header = ("split", "pictures", "without duplicates", "groups", "named patients")
    why = Counter(_why_none(row) for row in rows if not row.split)
    reasons = "".join(f"\n- {reason}: {count}" for reason, count in sorted(why.items()))
    return _table(header, lines) + (f"\n\nIn no split:\n{reasons}" if reasons else "")


def _why_none(row: IndexRow) -> str:
    if row.reason:
        return row.reason.partition(":")[0]
    return "labels contradict each other" if row.conflict else "held out for the benchmark"


def _crossings(rows: Sequence[IndexRow], places: Sequence[str], pairs: Pairs) -> str:
    keys: dict[str, Callable[[IndexRow], str | None]] = {
        "groups": lambda row: row.group,
        "patients": lambda row: row.patient,
        "files with the same bytes": lambda row: row.bytes_digest if pixels_of(row) else None,
        "pictures with the same pixels": pixels_of,
    }
    lines = []
    for name, key in keys.items():
        where = defaultdict(set)
        for row, place in zip(rows, places, strict=True):
            if place and (value := key(row)):
                where[value].add(place)
        crossing = sum(len(found) > 1 for found in where.values())
        lines.append((name, len(where), crossing))
    across = [pairs.likeness[pair] for pair in _across(places, pairs)]
    for name, least in (("near duplicates", SAME), ("look-alikes", ALIKE)):
        some = int(np.count_nonzero(pairs.likeness >= least))
        lines.append((f"{name} (likeness {least} or more)", some, sum(x >= least for x in across)))
    return _table(("what", "there are", "in two places"), lines)


def _nearest(rows: Sequence[IndexRow], places: Sequence[str], pairs: Pairs) -> str:
    across = sorted(_across(places, pairs), key=lambda pair: -pairs.likeness[pair])
    if not across:
        return (
            f"No two pictures in different places have hashes that differ in {MAX_BITS} bits of 64 "
            "or less."
        )
    fewest = min(int(pairs.bits[pair]) for pair in across)
    lines = []
    for pair in (pair for pair in across[:_SHOWN] if pairs.likeness[pair] > 0):
        one, other = rows[pairs.first[pair]].path, rows[pairs.second[pair]].path
        likeness, bits = f"{pairs.likeness[pair]:.3f}", int(pairs.bits[pair])
        lines.append((likeness, bits, _code(one), _code(other)))
    return (
        f"The nearest hashes in different places differ in {fewest} bits of 64; of {len(across)} "
        f"pairs they differ in {MAX_BITS} or less. The most alike of these:\n\n"
        + _table(("likeness", "bits", "picture", "picture"), lines)
    )


def _across(places: Sequence[str], pairs: Pairs) -> Iterator[int]:
    """The pairs whose pictures are in different places."""
    ends = zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)
    for pair, (one, other) in enumerate(ends):
        if places[one] and places[other] and places[one] != places[other]:
            yield pair


def _barred(rows: Sequence[IndexRow], places: Sequence[str]) -> int:
    return sum(
        place == "" and not row.reason and not row.conflict
        for row, place in zip(rows, places, strict=True)
    )


def _duplicates(rows: Sequence[IndexRow], pairs: Pairs) -> str:
    copies = Counter(row.bytes_digest for row in rows if row.bytes_digest and not _is_broken(row))
    pixels = Counter(filter(None, map(pixels_of, rows)))
    standing = {row.image_id: row for row in rows}
    shared = Counter(
        " and ".join(sorted((row.source, standing[row.duplicate_of].source)))
        for row in rows
        if row.duplicate_of
    )
    counts = (
        ("pictures", len(rows)),
        ("broken", sum(map(_is_broken, rows))),
        ("copies, byte for byte", sum(copies.values()) - len(copies)),
        ("copies, by pixels", sum(pixels.values()) - len(pixels)),
        ("duplicates, near ones included", sum(bool(row.duplicate_of) for row in rows)),
        ("pairs of pictures that are only alike", int(np.count_nonzero(_only_alike(pairs)))),
        ("pictures in groups whose labels contradict", sum(row.conflict for row in rows)),
    )
    sources = _table(("sources", "duplicates"), sorted(shared.items()))
    return _table(("what", "count"), counts) + (f"\n\n{sources}" if shared else "")


def _only_alike(pairs: Pairs) -> np.typing.NDArray[np.bool_]:
    return (pairs.likeness >= ALIKE) & (pairs.likeness < SAME)


def _strata(rows: Sequence[IndexRow]) -> str:
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row.split and not row.duplicate_of:
            counts[row.category, row.source][row.split] += 1
    lines = [(*key, *(found[split] for split in SPLITS)) for key, found in sorted(counts.items())]
    return "Without duplicates.\n\n" + _table(("category", "source", *SPLITS), lines)


def _is_broken(row: IndexRow) -> bool:
    return row.width is None


def _code(path: str) -> str:
    return "`" + path.replace("|", "\\|").replace("`", "'") + "`"


def _table(header: Sequence[str], lines: Sequence[Sequence[object]]) -> str:
    rows = [header, ["---"] * len(header), *lines]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows)
