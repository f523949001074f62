"""The stages in order: index, semantics, questions. Each reads the files of those before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from neuroonco.curation import index
from neuroonco.curation.index import IndexRow
from neuroonco.curation.manifest import FILE as MANIFEST
from neuroonco.curation.manifest import Manifest, mark, read_manifest, sizes, write_manifest
from neuroonco.curation.questions import (
    Written,
    find_subjects,
    read_silver,
    write_questions,
)
from neuroonco.curation.questions.silver import NAME as SILVER
from neuroonco.curation.questions.write import CONVERSATIONS, FILES
from neuroonco.curation.semantics import AttributeRow, build_attributes, write_descriptions
from neuroonco.curation.semantics.build import FILE as ATTRIBUTES
from neuroonco.curation.semantics.build import UNFINISHED
from neuroonco.curation.settings import Settings, Stage
from neuroonco.curation.statistics import NAMES as PAGES
from neuroonco.curation.statistics import count, write_statistics
from neuroonco.errors import CurationError
from neuroonco.floors import Floor
from neuroonco.layout import Layout, look, survey

Measure = Callable[[Path], Sequence[Floor]]
"""Measures the blind floors of a file of closed questions."""


@dataclass(slots=True)
class Built:
    """What a build has made, as far as it went.

    Attributes:
        rows: the index.
        masks: image_id to what its mask tells; None before the semantics.
        unread: silver values that no question can offer, and how often each occurs.
        written: how much was asked; None before the questions.
        floors: of the closed questions of the test split.
        pages: the files of the statistics.
    """

    rows: list[IndexRow]
    masks: dict[str, AttributeRow] | None = None
    unread: Counter[str] = field(default_factory=Counter)
    written: Written | None = None
    floors: Sequence[Floor] = ()
    pages: Sequence[Path] = ()


def build(raw: Path, out: Path, settings: Settings, measure: Measure) -> Built:
    """Go through the stages. What has not changed since an earlier build is not done again.

    Args:
        raw: the raw downloads; nothing there is changed.
        out: the folder to write to; it may lie in `raw`, where it is passed over.
        settings: what was chosen.
        measure: measures the blind floors of the file of closed questions.

    Raises:
        NeuroOncoError: `raw` holds nothing to index, or a file cannot be used.
    """
    layout = survey_downloads(raw, out)
    if not layout.found:
        raise CurationError(
            f"{raw.name}: {layout.summary()}. There is nothing to index; `mm-neuroonco check` says "
            "what to download from where"
        )
    if settings.force:
        for name in (index.FILE, index.STORE, ATTRIBUTES, UNFINISHED, MANIFEST):
            (out / name).unlink(missing_ok=True)
    path = index.build_index(
        layout, out, shares=settings.shares, seed=settings.seed, workers=settings.workers
    )
    built = Built(index.read_index(path))
    if settings.until != Stage.INDEX:
        built.masks = build_attributes(
            built.rows,
            layout.tree.root,
            out,
            workers=settings.workers,
            atlas=settings.atlas,
        )
        write_descriptions(built.rows, built.masks, out)
    if settings.until == Stage.QUESTIONS:
        _ask(built, out, settings, measure)
    return built


def survey_downloads(raw: Path, out: Path) -> Layout:
    """What raw downloads hold, without what a build wrote there.

    Raises:
        DataDirError: `raw` is no folder, or a link in it leads out.
    """
    layout = survey(raw)
    root = layout.tree.root
    builds = {
        file.path.rpartition("/")[0]
        for file in layout.tree.files.values()
        if file.name == index.FILE
    }
    target = out.expanduser().resolve()
    if target.is_relative_to(root):
        builds.add(target.relative_to(root).as_posix())
    if root == target or "" in builds:
        raise CurationError(f"{out.name}: give the build a folder of its own, not the downloads'")
    return look(layout.tree.without(builds)) if builds else layout


def _ask(built: Built, out: Path, settings: Settings, measure: Measure) -> None:
    inputs = [out / name for name in (index.FILE, ATTRIBUTES, SILVER)]
    made_from = mark(inputs, settings.seed, settings.trap_share)
    if (made := read_manifest(out, made_from)) is None:
        made = _make(built, out, settings, measure, made_from)
    built.unread, built.written, built.floors = made.unread, made.written, made.floors
    built.pages = [out / name for name in PAGES]


def _make(
    built: Built, out: Path, settings: Settings, measure: Measure, made_from: str
) -> Manifest:
    (out / MANIFEST).unlink(missing_ok=True)
    silver = read_silver(out / SILVER)
    subjects = find_subjects(built.rows, built.masks or {}, silver.signs)
    written = write_questions(subjects, out, settings.seed, settings.trap_share)
    closed = out / FILES["closed"]
    floors = measure(closed) if closed.exists() else ()
    write_statistics(count(built.rows, subjects, written, floors), out)
    names = [*FILES.values(), *CONVERSATIONS.values(), *PAGES]
    made = Manifest(made_from, sizes(out, names), silver.unread, written, floors)
    write_manifest(out, made)
    return made
