"""Stage II of the curation: measure every mask of the index and write `attributes.parquet`."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from neuroonco.curation.parallel import map_all
from neuroonco.curation.semantics.atlas import find_atlas
from neuroonco.curation.semantics.measure import Job, measure_all
from neuroonco.curation.semantics.table import AttributeRow, read_attributes, write_attributes
from neuroonco.errors import CurationError
from neuroonco.prepare import is_matlab
from neuroonco.sources import load_sources
from neuroonco.tree import check_relative

if TYPE_CHECKING:
    from neuroonco.curation.index import IndexRow

FILE = "attributes.parquet"
UNFINISHED = "attributes.unfinished.parquet"

_RECIPE = "1"  # changes whenever a rule or a reader does, so that older rows are not kept
_KEPT_EVERY = 2000  # pictures; what an interruption costs at most


def build_attributes(
    rows: Iterable[IndexRow],
    root: Path,
    out: Path,
    *,
    workers: int | None = None,
    atlas: bool = False,
) -> dict[str, AttributeRow]:
    """Measure the masks of an index and write `attributes.parquet`, one row a picture with a mask.

    Masks that have not changed since the file was written are not read again; an interrupted run
    goes on where it stopped. A broken picture has no row, since the index says what is wrong
    with it; a broken mask has one with its error.

    Args:
        rows: of the index.
        root: of the raw downloads.
        out: the folder of the curation's files.
        workers: processes; None for one a core.
        atlas: whether to name the region of the brain in volumes on the grid of BraTS.

    Returns:
        image_id to its row, in the order of the index.

    Raises:
        CurationError: the atlas is wanted but not installed.
    """
    folder = find_atlas() if atlas else None
    pictures = {row.image_id: row for row in rows if _mask_of(row) and row.width and row.height}
    jobs = [_job(row, root, atlas=atlas) for row in pictures.values()]
    before = _read_known(out / FILE)
    kept = _read_known(out / UNFINISHED)
    known = {**before, **kept}
    open_jobs = [job for job in jobs if _stamp(known, job) != job.stamp]
    work = partial(measure_all, root=root, atlas=folder)
    with _keeping(out / UNFINISHED, kept) as keep:
        cases = [tuple(case) for _, case in groupby(open_jobs, lambda job: job.mask)]
        for measured in map_all(work, cases, "masks", workers):
            keep(measured)
    known |= kept
    after = {name: known[name] for name in pictures}
    if _versions(after) != _versions(before) or not (out / FILE).exists():
        write_attributes(out / FILE, after.values())
    (out / UNFINISHED).unlink(missing_ok=True)
    return after


@contextmanager
def _keeping(
    path: Path, rows: dict[str, AttributeRow]
) -> Iterator[Callable[[list[AttributeRow]], None]]:
    """Collect rows; write them down now and then, and where the work is interrupted."""
    written = len(rows)

    def keep(measured: list[AttributeRow]) -> None:
        nonlocal written
        rows.update({row.image_id: row for row in measured})
        if len(rows) - written >= _KEPT_EVERY:
            write_attributes(path, rows.values())
            written = len(rows)

    try:
        yield keep
    except BaseException:
        write_attributes(path, rows.values())
        raise


def _job(row: IndexRow, root: Path, *, atlas: bool) -> Job:
    mask = _mask_of(row)
    check_relative(mask)
    size = (row.width or 0, row.height or 0)
    parts: list[object] = [_RECIPE, mask, *size, atlas]
    with suppress(OSError):  # a missing mask is reported by its reader
        stat = os.stat(root / mask)  # noqa: PTH116
        parts += [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]
    source = load_sources().get(row.source)
    labelled = source is not None and source.mask == "labels"
    stamp = hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "surrogateescape"))
    return Job(row.image_id, mask, size, labelled, stamp.hexdigest()[:32])


def _mask_of(row: IndexRow) -> str:
    """The path of a picture's mask, which a MATLAB file holds beside the picture; or ""."""
    return row.mask or (row.path if is_matlab(row.path) else "")


def _read_known(path: Path) -> dict[str, AttributeRow]:
    try:
        return read_attributes(path)
    except CurationError:  # none yet, or of another version: everything is measured anew
        return {}


def _stamp(known: Mapping[str, AttributeRow], job: Job) -> str:
    return known[job.image_id].stamp if job.image_id in known else ""


def _versions(rows: Mapping[str, AttributeRow]) -> list[tuple[str, str]]:
    return [(row.image_id, row.stamp) for row in rows.values()]
