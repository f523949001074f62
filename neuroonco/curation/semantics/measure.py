"""From one mask to its row; errors become part of the row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from neuroonco.curation.semantics.atlas import region_of
from neuroonco.curation.semantics.attributes import Attributes, describe
from neuroonco.curation.semantics.brats import Shares
from neuroonco.curation.semantics.masks import MaskReading, read_mask
from neuroonco.curation.semantics.table import AttributeRow
from neuroonco.errors import PictureError


@dataclass(frozen=True, slots=True)
class Job:
    """A picture whose mask is to be measured.

    Attributes:
        image_id: as in the index.
        mask: of the mask's file, relative to the raw downloads.
        size: (width, height) of the picture in pixels.
        labelled: whether the source's masks hold labels of BraTS.
        stamp: changes whenever the mask or the way it is read does.
    """

    image_id: str
    mask: str
    size: tuple[int, int]
    labelled: bool
    stamp: str


def measure_all(jobs: Sequence[Job], root: Path, atlas: Path | None) -> list[AttributeRow]:
    """Measure the masks of pictures that belong together; a volume they share is read once.

    Args:
        jobs: the pictures.
        root: of the raw downloads.
        atlas: folder of the atlas that names regions, if they are wanted.
    """
    return [measure(job, root, atlas) for job in jobs]


def measure(job: Job, root: Path, atlas: Path | None = None) -> AttributeRow:
    """Measure the mask of one picture.

    Args:
        job: the picture.
        root: of the raw downloads.
        atlas: folder of the atlas that names regions, if they are wanted.

    Raises:
        CurationError: the atlas is incomplete.
    """
    try:
        reading = read_mask(root / job.mask, job.mask, job.size, labelled=job.labelled)
    except PictureError as error:
        return _failed(job, str(error))
    except Exception as error:  # decoders raise whatever they like on a broken file
        return _failed(job, f"{job.mask}: {type(error).__name__}: {error}")
    attributes = describe(reading.lesion)
    if attributes is None:
        return _failed(job, f"{job.mask}: marks no lesion")
    shares = _fields(reading.shares) if reading.shares else {}
    return AttributeRow(
        image_id=job.image_id,
        mask_kind=reading.kind,
        convention=reading.convention,
        slice=reading.slice,
        region=_region(reading, atlas),
        stamp=job.stamp,
        **{f"{name}_share": share for name, share in shares.items()},
        **_fields(attributes),
    )


def _failed(job: Job, error: str) -> AttributeRow:
    return AttributeRow(image_id=job.image_id, error=error, stamp=job.stamp)


def _fields(found: Attributes | Shares) -> dict[str, Any]:
    return {field.name: getattr(found, field.name) for field in fields(found)}


def _region(reading: MaskReading, atlas: Path | None) -> str | None:
    if atlas is None or reading.slice is None:
        return None
    return region_of(reading.lesion, reading.slice, reading.grid, atlas)
