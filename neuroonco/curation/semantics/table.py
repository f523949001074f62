"""`attributes.parquet`: one row for each picture that has a mask."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from neuroonco.curation.semantics.attributes import Attributes
from neuroonco.errors import CurationError
from neuroonco.files import write_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeRow:
    """What a picture's mask says, or why it says nothing.

    Where `error` is not empty, the file holds nulls for everything that was measured, and here
    stand the defaults. The fields from `size` to `mask_height` are those of `Attributes`.

    Attributes:
        image_id: as in the index.
        mask_kind: ``mask``, ``polygon``, ``box`` or ``labels``; of a box, size and shape are not
            those of the lesion.
        enhancing_share: of the whole tumour, 0 to 1; None without labels of BraTS. So are
        core_share: the necrotic and not enhancing part, and
        oedema_share: the oedema; the three add up to 1.
        convention: ``radiological`` where the patient's right is known to be on the picture's
            left, else ``as stored``.
        slice: of a volume, the slice shown, counted from the feet, from 0.
        region: of an atlas; None where none was asked or none fits.
        error: why the mask says nothing; "" where it does.
        stamp: changes whenever the mask or the way it is read does.
    """

    image_id: str
    mask_kind: str = ""
    size: str = ""
    shape: str = ""
    spread: str = ""
    location: str = ""
    area_share: float = math.nan
    circularity: float = math.nan
    elongation: float = math.nan
    components: int = 0
    largest_share: float = math.nan
    centroid_x: float = math.nan
    centroid_y: float = math.nan
    bbox: tuple[int, int, int, int] = (0, 0, 0, 0)
    mask_width: int = 0
    mask_height: int = 0
    enhancing_share: float | None = None
    core_share: float | None = None
    oedema_share: float | None = None
    convention: str = ""
    slice: int | None = None
    region: str | None = None
    error: str = ""
    stamp: str = ""


_TYPES = {"str": pa.string(), "float": pa.float64(), "int": pa.int32()}
_MEASURED = ("mask_kind", "convention", *(field.name for field in fields(Attributes)))

SCHEMA = pa.schema(
    [
        (
            field.name,
            pa.list_(pa.int32())
            if field.name == "bbox"
            else _TYPES[str(field.type).removesuffix(" | None")],
        )
        for field in fields(AttributeRow)
    ]
)
"""The columns of the file, those of `AttributeRow`."""


def write_attributes(path: Path, rows: Iterable[AttributeRow]) -> None:
    """Write `attributes.parquet` whole or not at all."""
    table = pa.Table.from_pylist([_to_record(row) for row in rows], SCHEMA)
    write_whole(path, lambda file: pq.write_table(table, file))


def read_attributes(path: Path) -> dict[str, AttributeRow]:
    """Read `attributes.parquet`.

    Returns:
        image_id to its row, in the order of the file.

    Raises:
        CurationError: the file is missing, broken, or of another version.
    """
    try:
        with pq.ParquetFile(path) as file:  # read_table would import pandas, for half a second
            records = file.read().select(SCHEMA.names).to_pylist()
    except (OSError, KeyError, pa.ArrowException) as error:
        raise CurationError(
            f"{path.name}: cannot be read as attributes ({error}); run the build again"
        ) from error
    return {record["image_id"]: _from_record(record) for record in records}


def _to_record(row: AttributeRow) -> dict[str, Any]:
    record = {name: getattr(row, name) for name in SCHEMA.names}
    return record | dict.fromkeys(_MEASURED) if row.error else record


def _from_record(record: dict[str, Any]) -> AttributeRow:
    if record["error"]:
        record = {name: value for name, value in record.items() if name not in _MEASURED}
    else:
        record["bbox"] = tuple(record["bbox"])
    return AttributeRow(**record)
