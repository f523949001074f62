"""What training pictures on disk share with a benchmark's, by their pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from neuroonco.annotations import Record
from neuroonco.curation.index.duplicates import SAME, find_pairs
from neuroonco.curation.index.hashes import SIDE, to_integers
from neuroonco.curation.index.listing import job_of_file
from neuroonco.curation.index.reading import Reading, read_all
from neuroonco.curation.parallel import map_batches
from neuroonco.layout import Layout, survey
from neuroonco.resolve import Resolver
from neuroonco.tree import File


@dataclass(frozen=True, slots=True)
class PictureLeakage:
    """What the pictures on disk share under different names.

    Attributes:
        benchmark, training: how many pictures of each were found and read.
        broken: file to what is wrong with it.
        same_pixels: pairs (benchmark picture, training picture).
        near: pairs that are near duplicates, with their likeness.
    """

    benchmark: int
    training: int
    broken: dict[str, str]
    same_pixels: list[tuple[str, str]] = field(default_factory=list)
    near: list[tuple[str, str, float]] = field(default_factory=list)


@dataclass(slots=True)
class _Shown:
    """One picture by its pixels: its hash, its thumbnail, its names on both sides."""

    phash: str
    small: bytes
    tested: list[str] = field(default_factory=list)
    learnt: list[str] = field(default_factory=list)


def compare_pictures(
    tested: Mapping[str, Record], learnt: Mapping[str, Record], data_dir: Path, workers: int | None
) -> PictureLeakage:
    """Find the pictures that annotations name, read them, and compare those of both sides.

    Args:
        tested: the benchmark's pictures by name.
        learnt: those of the training set.
        data_dir: where to look.
        workers: processes; None for one a core.

    Raises:
        NeuroOncoError: data_dir cannot be used.
    """
    layout = survey(data_dir)
    resolver = Resolver(layout.tree, layout.found, (*tested, *learnt))
    sides = {
        "tested": _find(resolver, tested, "benchmark"),
        "learnt": _find(resolver, learnt, "instruction"),
    }
    readings = _read(layout, sides, workers)
    pictures: dict[str, _Shown] = {}
    for side, files in sides.items():
        for name, (file, _) in files.items():
            reading, small = readings[file.path]
            if reading.width is not None and "nearly_blank" not in reading.flags:
                shown = pictures.setdefault(reading.pixels_digest, _Shown(reading.phash, small))
                getattr(shown, side).append(name)
    every = list(pictures.values())
    return PictureLeakage(
        benchmark=len(sides["tested"]),
        training=len(sides["learnt"]),
        broken={
            path: reading.picture.reason
            for path, (reading, _) in readings.items()
            if reading.width is None
        },
        same_pixels=sorted(pair for shown in every for pair in _named_apart(shown, shown)),
        near=_near(every),
    )


def _find(
    resolver: Resolver, records: Mapping[str, Record], release: str
) -> dict[str, tuple[File, File | None]]:
    resolved = {name: resolver.resolve(record, release) for name, record in records.items()}
    return {name: (found.file, found.mask) for name, found in resolved.items() if found.file}


def _read(
    layout: Layout, sides: Mapping[str, dict[str, tuple[File, File | None]]], workers: int | None
) -> dict[str, tuple[Reading, bytes]]:
    files = {file.path: (file, mask) for side in sides.values() for file, mask in side.values()}
    jobs = [job_of_file(layout.tree, file, mask) for _, (file, mask) in sorted(files.items())]
    done = map_batches(read_all, jobs, "pictures", workers, size=64)
    return {reading.picture.path: (reading, small) for _, reading, small in done}


def _near(pictures: list[_Shown]) -> list[tuple[str, str, float]]:
    pixels = np.frombuffer(b"".join(shown.small for shown in pictures), np.uint8)
    thumbnails = pixels.reshape(-1, SIDE, SIDE)
    pairs = find_pairs(to_integers([s.phash for s in pictures]), lambda chosen: thumbnails[chosen])
    found = []
    for one, other, alike in zip(pairs.first, pairs.second, pairs.likeness, strict=True):
        if alike >= SAME:
            for first, second in ((one, other), (other, one)):
                names = _named_apart(pictures[first], pictures[second])
                found += [(*pair, float(alike)) for pair in names]
    return sorted(found, key=lambda pair: (-pair[2], pair))


def _named_apart(one: _Shown, other: _Shown) -> list[tuple[str, str]]:
    """A benchmark name of one with each training name of the other that is not the same."""
    return [(one.tested[0], name) for name in other.learnt if one.tested and name not in one.tested]
