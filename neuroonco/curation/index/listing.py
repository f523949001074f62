"""Every picture that the index has a row for, as a job for `neuroonco.curation.index.reading`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from neuroonco import canonical
from neuroonco.benchmark import read_questions
from neuroonco.curation.cases import case_of
from neuroonco.curation.index.reading import Job
from neuroonco.layout import Layout
from neuroonco.prepare import is_picture
from neuroonco.sources import Found, Match, Picture, left_out_files
from neuroonco.tree import File, Tree
from neuroonco.vocabulary import CATEGORIES, UNKNOWN

RECIPE = "1"
"""Changes whenever reading a picture gives something else, so that older readings are not used."""

BENCHMARK = "benchmark"

_NO_TEXT = "broken: its name is not Unicode; rename it"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The pictures of the published benchmark.

    Attributes:
        files: those on disk, by path, each with the mask that chooses a volume's slice.
        cases: the patients or cases that its questions name, on disk or not.
        named: how many pictures its questions name.
    """

    files: dict[str, tuple[File, File | None]]
    cases: frozenset[str]
    named: int


def find_benchmark(layout: Layout) -> Benchmark:
    """The pictures that the published questions in a data_dir ask about.

    Raises:
        NeuroOncoError: annotations are broken.
    """
    pairs = [pair for config in ("closed", "open") for pair in read_questions(layout, config)]
    files = {found.file.path: (found.file, found.mask) for _, found in pairs if found.file}
    paths = {path for record, _ in pairs for path in record.paths}
    cases = {case_of(path) for path in (*paths, *files)} - {""}
    return Benchmark(files, frozenset(cases), len({record.paths for record, _ in pairs}))


def list_jobs(layout: Layout, benchmark: Benchmark) -> list[Job]:
    """One job a picture: of the sources, of their folders left out, of the benchmark; by path.

    Copies of a source's pictures that it has more than once are left to `check`.
    """
    tree = layout.tree
    jobs: dict[str, Job] = {}
    for place in layout.found:
        jobs |= {job.file.path: job for job in _matched(place, tree)}
    for place in layout.found:
        for job in _left_out(place, tree):
            jobs.setdefault(job.file.path, job)
    for file, mask in benchmark.files.values():
        jobs.setdefault(file.path, job_of_file(tree, file, mask))
    return [jobs[path] for path in sorted(jobs)]


def job_of_file(tree: Tree, file: File, mask: File | None) -> Job:
    """A job for a picture that is told by its name alone."""
    return _job(file, mask, _of_benchmark(file), _nothing_of(tree))


def _matched(place: Found, tree: Tree) -> Iterator[Job]:
    bare = replace(place, source=replace(place.source, layouts=()), matches=(), repeats=())
    layout, small = place.layout, _nothing_of(tree)
    rules = (layout.reader, layout.classes, layout.class_reasons, layout.labels)
    mark = [repr((*rules, layout.constant_class, layout.modality))]
    if layout.reader == "yolo":
        class_lists = {f.path: f for f in tree.files.values() if f.name == "data.yaml"}
        small = replace(small, files=class_lists)
        mark += [file.stamp for file in class_lists.values()]
    for match in place.matches:
        named = _named(match.file, place.source.id, match.key, mask=match.mask)
        groups = repr(sorted(match.groups.items()))
        found = None if named.reason else (match, bare)
        mask = tree.files.get(match.mask)
        yield _job(match.file, mask, named, small, [*mark, groups], found=found)


def _left_out(place: Found, tree: Tree) -> Iterator[Job]:
    small = _nothing_of(tree)
    for file, rule in left_out_files(tree, place.root, place.layout):
        if is_picture(file.path):
            below = "/".join(file.path.split("/")[place.root.count("/") :])
            named = _named(file, place.source.id, below, reason=rule.reason)
            yield _job(file, None, named, small, flag=rule.flag)


def _nothing_of(tree: Tree) -> Tree:
    return Tree(tree.root, {}, {}, ())


def _job(
    file: File,
    mask: File | None,
    named: Picture,
    tree: Tree,
    mark: Iterable[str] = (),
    *,
    found: tuple[Match, Found] | None = None,
    flag: str = "",
) -> Job:
    stamps = [part.stamp for part in (file, mask) if part]
    parts = "\n".join([RECIPE, *mark, repr(named), flag, *stamps])
    key = hashlib.sha256(parts.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return Job(key=key, file=file, mask=mask, named=named, found=found, tree=tree, flag=flag)


def _named(file: File, source: str, key: str, mask: str = "", reason: str = "") -> Picture:
    """A picture as far as its names tell. What is not Unicode in them becomes `?`."""
    path, key = (text.encode(errors="replace").decode() for text in (file.path, key))
    return Picture(
        image_id=f"{source}/{key}",
        path=path,
        source=source,
        label="",
        category="",
        modality=UNKNOWN,
        patient=case_of(path),
        mask=mask,
        reason=_NO_TEXT if path != file.path else reason,
    )


def _of_benchmark(file: File) -> Picture:
    name = canonical.parse(file.path)
    is_known = name.category in CATEGORIES
    named = _named(file, name.source, "", reason="a picture of the published benchmark")
    return replace(
        named,
        image_id=f"{BENCHMARK}/{named.path}",
        label=name.category if is_known else "",
        category=name.category if is_known else "",
        modality=name.modality,
    )
