"""Write the index: every picture is read, linked to its copies and put into a split."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from neuroonco.curation.cases import slice_of
from neuroonco.curation.index.duplicates import Pairs
from neuroonco.curation.index.linking import Links, find_row_pairs, link, list_conflicts
from neuroonco.curation.index.listing import RECIPE, Benchmark, find_benchmark, list_jobs
from neuroonco.curation.index.reading import Job, Reading, read_all
from neuroonco.curation.index.report import report_index
from neuroonco.curation.index.store import Store, open_store
from neuroonco.curation.index.table import IndexRow, read_mark, write_index
from neuroonco.curation.parallel import map_batches
from neuroonco.curation.splits import Member, Shares, assign
from neuroonco.files import write_text
from neuroonco.fingerprint import code_digest
from neuroonco.layout import Layout

FILE = "index.parquet"
CONFLICTS = "conflicts.csv"
LEAKAGE = "leakage.md"

STORE = "index.readings.sqlite"


def build_index(
    layout: Layout,
    out: Path,
    *,
    shares: Shares | None = None,
    seed: int = 0,
    workers: int | None = None,
) -> Path:
    """Write `index.parquet`, `conflicts.csv` and `leakage.md`.

    Where nothing has changed since they were written, nothing is done. Else unchanged pictures
    are not read again, and a run that was stopped goes on where it was: what was read is kept
    beside these files, in `index.readings.sqlite`.

    Args:
        layout: what the raw downloads hold; the published questions among them, if any, are held
            out of all splits, with all that shares a group with their pictures.
        out: the folder of the curation's files, outside the raw downloads.
        shares: of pictures for test and for validation.
        seed: another one gives other splits.
        workers: processes; None for one a core.

    Returns:
        The path of `index.parquet`; see `read_index`.

    Raises:
        NeuroOncoError: annotations are broken, or the folder cannot be used.
    """
    shares = shares or Shares()
    made_from = _mark(layout, out, shares, seed)
    written = [out / name for name in (FILE, CONFLICTS, LEAKAGE)]
    if all(path.exists() for path in written) and read_mark(out / FILE) == made_from:
        return out / FILE
    benchmark = find_benchmark(layout)
    jobs = list_jobs(layout, benchmark)
    with open_store(out / STORE) as store:
        readings = _read(jobs, store, workers)
        rows = [_row(job, readings.pop(job.key)) for job in jobs]
        rows.sort(key=lambda row: row.image_id)
        pairs = _pairs(rows, {job.named.image_id: job.key for job in jobs}, store)
    rows = _part(rows, link(rows, pairs), benchmark, shares, seed)
    write_text(out / CONFLICTS, list_conflicts(rows))
    write_text(out / LEAKAGE, report_index(rows, pairs, benchmark))
    write_index(out / FILE, rows, made_from)
    return out / FILE


def _mark(layout: Layout, out: Path, shares: Shares, seed: int) -> str:
    """A digest that changes whenever the index could."""
    files = list(layout.tree.files.values())
    if out.resolve().is_relative_to(layout.tree.root):  # what is written there changes nothing
        own = f"{out.resolve().relative_to(layout.tree.root).as_posix()}/"
        files = [file for file in files if not file.path.startswith(own)]
    settings = [code_digest(), RECIPE, repr(shares), str(seed)]
    text = "\n".join([*settings, *(file.stamp for file in files)])
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _read(jobs: Sequence[Job], store: Store, workers: int | None) -> dict[str, Reading]:
    """The reading of each job by its key, read now or before."""
    keys = {job.key for job in jobs}
    readings = store.readings(keys)
    new = [job for job in jobs if job.key not in readings]
    if new:
        import scipy.fftpack  # noqa: F401 (imagehash would import it in each process)
    readings |= store.add(map_batches(read_all, new, "pictures", workers, size=64))
    store.keep_only(keys)
    return readings


def _row(job: Job, reading: Reading) -> IndexRow:
    picture = reading.picture
    return IndexRow(
        image_id=picture.image_id,
        path=picture.path,
        source=picture.source,
        label=picture.label,
        category=picture.category,
        modality=picture.modality,
        patient=picture.patient,
        slice=slice_of(picture.path),
        mask=picture.mask,
        width=reading.width,
        height=reading.height,
        mode=reading.mode,
        bytes_digest=reading.bytes_digest,
        pixels_digest=reading.pixels_digest,
        phash=reading.phash,
        group=picture.image_id,
        duplicate_of="",
        conflict=False,
        flags=reading.flags,
        reason=picture.reason,
        split="",
        size_bytes=job.file.size,
        mtime_ns=job.file.mtime_ns,
    )


def _pairs(rows: Sequence[IndexRow], keys: Mapping[str, str], store: Store) -> Pairs:
    """The pairs of rows that look alike; `keys` gives the key of a row's reading by image_id."""
    return find_row_pairs(
        rows, lambda places: store.thumbnails([keys[rows[place].image_id] for place in places])
    )


def _part(
    rows: Sequence[IndexRow], links: Links, benchmark: Benchmark, shares: Shares, seed: int
) -> list[IndexRow]:
    """Fill in what links say, and the splits; what is held out or cannot be asked has none."""
    linked = list(zip(rows, links.groups, links.duplicate_of, links.conflicts, strict=True))
    barred = {group for row, group, *_ in linked if _is_held_out(row, benchmark)}
    members = (
        Member(group, f"{row.category}/{row.source}")
        for row, group, duplicate_of, conflict in linked
        if not (row.reason or conflict or duplicate_of or group in barred)
    )
    placed = assign(members, shares, seed)
    return [
        replace(
            row,
            group=group,
            duplicate_of=duplicate_of,
            conflict=conflict,
            split="" if row.reason or conflict else placed.get(group, ""),
        )
        for row, group, duplicate_of, conflict in linked
    ]


def _is_held_out(row: IndexRow, benchmark: Benchmark) -> bool:
    return row.path in benchmark.files or row.patient in benchmark.cases
