"""`index.parquet`: one row for each picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from neuroonco.errors import CurationError
from neuroonco.files import write_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """What is known of one picture file.

    Attributes:
        image_id: unique in the data set: the source's id and the picture's name in that source.
        path: relative to the raw downloads, with forward slashes.
        source: two-digit id of the source; of a picture of the benchmark as its name tells it.
        label: the source's own class, as the source spells it.
        category: one of `neuroonco.vocabulary.CATEGORIES`, or "" where `reason` tells why not.
        modality: one of `neuroonco.vocabulary.MODALITIES`.
        patient: patient or case; "" where nothing names one.
        slice: its number in the scan, as the file's name has it; None where it has none.
        mask: path of the mask or label file; "" where there is none.
        width, height: pixels as shown; None where the file is broken.
        mode: Pillow's mode of the file; of the slice shown for volumes and MATLAB files.
        bytes_digest: XXH3 (128 bits) of the file, hexadecimal.
        pixels_digest: the same of the picture as shown: its size and luminance.
        phash: perceptual hash, 64 bits, hexadecimal.
        group: the first image_id of all that are of one patient, duplicates, or alike.
        duplicate_of: image_id of the picture that stands for all duplicates; "" where it is it.
        conflict: whether labels in its group contradict each other.
        flags: of `neuroonco.curation.index.quality.FLAGS`.
        reason: why no question is asked about it; "" otherwise.
        split: ``test``, ``validation``, ``train``; "" where it is held out or cannot be used.
        size_bytes, mtime_ns: of the file.
    """

    image_id: str
    path: str
    source: str
    label: str
    category: str
    modality: str
    patient: str
    slice: int | None
    mask: str
    width: int | None
    height: int | None
    mode: str
    bytes_digest: str
    pixels_digest: str
    phash: str
    group: str
    duplicate_of: str
    conflict: bool
    flags: tuple[str, ...]
    reason: str
    split: str
    size_bytes: int
    mtime_ns: int


_TYPES = {
    "str": pa.string(),
    "bool": pa.bool_(),
    "int": pa.int64(),
    "int | None": pa.int32(),
    "tuple[str, ...]": pa.list_(pa.string()),
}

SCHEMA = pa.schema([(field.name, _TYPES[str(field.type)]) for field in fields(IndexRow)])
"""The columns of the file, those of `IndexRow`."""

_MARK = b"made_from"


def write_index(path: Path, rows: Sequence[IndexRow], made_from: str) -> None:
    """Write `index.parquet` whole or not at all.

    Args:
        path: of the file.
        rows: one a picture.
        made_from: digest of everything that the rows are made from.
    """
    columns = [pa.array([getattr(row, f.name) for row in rows], f.type) for f in SCHEMA]
    schema = SCHEMA.with_metadata({_MARK: made_from.encode()})
    table = pa.Table.from_arrays(columns, schema=schema)
    write_whole(path, lambda file: pq.write_table(table, file, compression="zstd"))


def read_index(path: Path) -> list[IndexRow]:
    """Read `index.parquet`, in the order of image_id.

    Raises:
        CurationError: the file is missing, broken, or of another version.
    """
    try:
        with pq.ParquetFile(path) as file:  # read_table would import pandas, for half a second
            table = file.read().select(SCHEMA.names)
    except (OSError, KeyError, pa.ArrowException) as error:
        raise CurationError(
            f"{path.name}: cannot be read as an index ({error}); run the build again"
        ) from error
    columns: dict[str, list[Any]] = table.to_pydict()
    columns["flags"] = [tuple(flags) for flags in columns["flags"]]
    rows = zip(*columns.values(), strict=True)
    return [IndexRow(**dict(zip(columns, values, strict=True))) for values in rows]


def read_mark(path: Path) -> str:
    """What an index was made from, "" where there is none that can be read."""
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (OSError, pa.ArrowException):
        return ""
    mark: bytes = metadata.get(_MARK, b"")
    return mark.decode()
