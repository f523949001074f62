"""What is in a data_dir, source by source, and what to do next."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from neuroonco.benchmark import count_how, read_questions
from neuroonco.curation.questions import most_questions
from neuroonco.errors import PictureError
from neuroonco.layout import Layout, look
from neuroonco.prepare import decode, is_matlab, is_picture, is_plain
from neuroonco.sources import Found, Source, describe, load_sources
from neuroonco.sources.class_map import NAME as CLASS_MAP
from neuroonco.tree import File, scan

Status = Literal["found", "partial", "missing", "broken"]
Progress = Callable[[Iterable[None], int], Iterable[None]]


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source in a data_dir.

    Attributes:
        pictures: files recognised as its pictures, each once.
        expected: how many a complete download has, or None where no count is published.
        questions: closed questions that they can be asked at most; balance takes some away.
        classes: the source's own classes and how many pictures each has.
        left_out: files that ask no question, by reason.
        repeats: further copies of its pictures elsewhere in data_dir.
        broken: path to what is wrong with it.
        next_step: what to do, or "".
    """

    id: str
    name: str
    status: Status
    pictures: int
    expected: int | None
    questions: int
    classes: dict[str, int]
    left_out: dict[str, int]
    repeats: int
    broken: dict[str, str]
    licence: str
    terms: str
    link: str
    next_step: str


@dataclass(frozen=True, slots=True)
class AnnotationReport:
    """The published questions of one config in a data_dir.

    Attributes:
        files: the annotation files.
        questions: how many they ask.
        pictures: how their pictures were found: exact, by rule, matched, missing.
        missing: the pictures that are missing.
        broken: path to what is wrong with it.
    """

    config: str
    files: list[str]
    questions: int
    pictures: dict[str, int]
    missing: list[str]
    broken: dict[str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything found in a data_dir.

    Attributes:
        summary: what was found, in a line.
        unrecognised: folder to the number of its pictures that nothing accounts for.
        refused_links: links that lead out of data_dir.
    """

    summary: str
    sources: list[SourceReport]
    annotations: list[AnnotationReport]
    unrecognised: dict[str, int]
    refused_links: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether something was found, and none of it is broken, missing or refused."""
        flawed = any(s.broken for s in self.sources) or any(
            a.broken or a.missing for a in self.annotations
        )
        found = any(s.pictures for s in self.sources) or bool(self.annotations)
        return found and not flawed and not self.refused_links


def check(
    data_dir: str | os.PathLike[str], *, deep: bool = False, progress: Progress | None = None
) -> Report:
    """Check a data_dir.

    Args:
        data_dir: the folder of downloads.
        deep: decode every picture, not only its header.
        progress: wraps the loop over pictures; takes it and its length.

    Raises:
        NeuroOncoError: data_dir, its class map or an annotation file cannot be used.
    """
    tree = scan(data_dir)
    layout = look(tree)
    pairs = {c: read_questions(layout, c) for c in ("closed", "open") if layout.annotations[c]}
    used: dict[str, tuple[File, File | None]] = {
        match.file.path: (match.file, tree.files.get(match.mask))
        for place in layout.found
        for match in place.matches
    }
    for config in pairs:
        used |= {r.file.path: (r.file, r.mask) for _, r in pairs[config] if r.file}
    broken = _open_all(tree.root, list(used.values()), deep=deep, progress=progress)
    return Report(
        summary=layout.summary(),
        sources=[_source(layout, source, broken) for source in load_sources().values()],
        annotations=[
            AnnotationReport(
                config=config,
                files=[file.path for file in layout.annotations[config]],
                questions=sum(len(record.questions) for record, _ in found),
                pictures=count_how(resolved for _, resolved in found),
                missing=[record.paths[0] for record, r in found if r.file is None],
                broken={
                    r.file.path: broken[r.file.path]
                    for _, r in found
                    if r.file and r.file.path in broken
                },
            )
            for config, found in pairs.items()
        ],
        unrecognised=_unrecognised(layout, used),
        refused_links=list(tree.refused),
    )


def _open_all(
    root: Path,
    files: list[tuple[File, File | None]],
    *,
    deep: bool,
    progress: Progress | None,
) -> dict[str, str]:
    broken: dict[str, str] = {}

    def open_one(pair: tuple[File, File | None]) -> None:
        file, mask = pair
        try:
            if deep:
                decode(root, file, mask)
            else:
                is_plain(root, file)
        except PictureError as error:
            broken[file.path] = str(error).removeprefix(f"{file.path}: ")

    with ThreadPoolExecutor() as pool:
        done = pool.map(open_one, files)
        for _ in progress(done, len(files)) if progress else done:
            pass
    return dict(sorted(broken.items()))


def _source(layout: Layout, source: Source, broken: dict[str, str]) -> SourceReport:
    places = [place for place in layout.found if place.source.id == source.id]
    classes: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    flaws = {}
    questions = 0
    for place in places:
        left_out.update(place.left_out)
        for match in place.matches:
            flaw = broken.get(match.file.path)
            if flaw is None:
                try:
                    picture = describe(match, place, layout.tree)
                except PictureError as error:
                    flaw = str(error)
            if flaw is not None:
                flaws[match.file.path] = flaw
                continue
            classes[picture.label] += 1
            if picture.reason:
                left_out[picture.reason] += 1
            else:
                questions += most_questions(picture)
    pictures = sum(len(place.matches) for place in places)
    expected = _expected(source, places)
    status = _status(pictures, expected, flaws)
    return SourceReport(
        id=source.id,
        name=source.name,
        status=status,
        pictures=pictures,
        expected=expected,
        questions=questions,
        classes=dict(classes),
        left_out=dict(left_out),
        repeats=sum(len(place.repeats) for place in places),
        broken=flaws,
        licence=source.licence,
        terms=source.terms,
        link=source.link,
        next_step=_next_step(source, status),
    )


def _expected(source: Source, places: list[Found]) -> int | None:
    """The count of the release that is there, where it has its own."""
    counts = [place.layout.pictures for place in places]
    return max((count for count in counts if count), default=source.pictures)


def _status(pictures: int, expected: int | None, flaws: dict[str, str]) -> Status:
    if flaws:
        return "broken"
    if not pictures:
        return "missing"
    return "partial" if pictures < (expected or 0) else "found"


def _next_step(source: Source, status: Status) -> str:
    if status == "missing" and not source.layouts:
        return f"its layout is not known: download {source.link} and describe it in {CLASS_MAP}"
    return {
        "missing": f"download {source.link}",
        "partial": f"complete it from {source.link}",
        "broken": f"download the broken files again from {source.link}",
        "found": "",
    }[status]


def _unrecognised(layout: Layout, used: dict[str, tuple[File, File | None]]) -> dict[str, int]:
    known = {mask.path for _, mask in used.values() if mask} | set(used)
    known.update(path for place in layout.found for path in place.repeats)
    counts = {
        folder or ".": sum(
            file.path not in known and is_picture(file.path) and not is_matlab(file.path)
            for file in files
        )
        for folder, files in layout.tree.folders.items()
        if not _is_accounted_for(layout, folder)
    }
    return {folder: count for folder, count in sorted(counts.items()) if count}


def _is_accounted_for(layout: Layout, folder: str) -> bool:
    """Whether a folder is left out for a reason, or belongs to the published layouts."""
    return layout.is_published(folder) or any(
        rule.folder.fullmatch(folder + "/")
        for place in layout.found
        for rule in place.layout.left_out
    )
