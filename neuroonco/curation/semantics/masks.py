"""Read the mask of a picture, in whichever way its source marks lesions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from neuroonco import images, matlab, nifti
from neuroonco.curation.semantics.attributes import LABELS_UP_TO, lesion_of
from neuroonco.curation.semantics.brats import Shares, shares_of
from neuroonco.errors import PictureError
from neuroonco.prepare import is_matlab, is_volume
from neuroonco.sources.yolo import Marked, read_objects

RADIOLOGICAL, AS_STORED = "radiological", "as stored"


@dataclass(frozen=True, slots=True)
class MaskReading:
    """What a mask file marks in one picture.

    Attributes:
        kind: ``mask``, ``polygon``, ``labels``; or ``box`` where a box is all that is known of at
            least one lesion.
        lesion: bool (height, width), as the picture is shown.
        convention: ``radiological`` where the patient's right is known to be on the picture's
            left, else ``as stored``.
        slice: of a volume, the slice shown, counted from the feet.
        grid: voxels of the volume: slices, height, width; () of a picture.
        shares: of the parts of a tumour with labels of BraTS.
    """

    kind: str
    lesion: NDArray[np.bool_]
    convention: str = AS_STORED
    slice: int | None = None
    grid: tuple[int, ...] = ()
    shares: Shares | None = None


def read_mask(path: Path, shown: str, size: tuple[int, int], *, labelled: bool) -> MaskReading:
    """Read a mask in the format that its file's name tells.

    Args:
        path: a picture, a NIfTI volume, a .mat file that holds picture and mask, or a YOLO .txt.
        shown: what an error calls it.
        size: (width, height) of the picture in pixels.
        labelled: whether the source's masks hold labels of BraTS.

    Raises:
        PictureError: the mask is broken, or not of the picture's size.
    """
    if shown.lower().endswith(".txt"):
        reading = read_yolo_mask(path, shown, size)
    elif is_matlab(shown):
        reading = MaskReading("mask", matlab.read_figshare_mask(path, shown))
    elif is_volume(shown):
        reading = read_volume_mask(path, shown, labelled=labelled)
    else:
        reading = read_picture_mask(path, shown, labelled=labelled)
    height, width = reading.lesion.shape
    if (width, height) != size:
        raise PictureError(
            f"{shown}: the mask has {width} x {height} pixels, its picture {size[0]} x {size[1]}; "
            "download both again"
        )
    return reading


def read_picture_mask(path: Path, shown: str, *, labelled: bool) -> MaskReading:
    """Read a PNG or TIFF: white on black, or labels (`lesion_of` says how they are told apart)."""
    values = images.read_grey(path, shown)
    if labelled and values.max(initial=0) <= LABELS_UP_TO:
        return MaskReading("labels", lesion_of(values), shares=shares_of(values, shown))
    return MaskReading("mask", lesion_of(values))


def read_volume_mask(path: Path, shown: str, *, labelled: bool) -> MaskReading:
    """Read the slice of a label volume with the largest area; all but 0 is lesion."""
    marked = nifti.read_label_slice(path, shown)
    return MaskReading(
        kind="labels",
        lesion=marked.labels != 0,
        convention=RADIOLOGICAL,
        slice=marked.position,
        grid=marked.grid,
        shares=shares_of(marked.labels, shown) if labelled else None,
    )


def read_yolo_mask(path: Path, shown: str, size: tuple[int, int]) -> MaskReading:
    """Fill the polygons and boxes of a label file; of several objects the union is the lesion.

    Args:
        path: of the label file.
        shown: what an error calls it.
        size: (width, height) of the picture in pixels.

    Raises:
        PictureError: a line is neither a box nor a polygon in fractions of the picture.
    """
    objects = read_objects(path, shown)
    kind = "box" if any(marked.is_box for marked in objects) else "polygon"
    return MaskReading(kind, _fill(objects, shown, size))


def _fill(objects: Iterable[Marked], shown: str, size: tuple[int, int]) -> NDArray[np.bool_]:
    width, height = size
    canvas = np.zeros((height, width), np.uint8)
    for marked in objects:
        _check(marked, shown)
        corners = np.array(marked.coordinates).reshape(-1, 2)
        if marked.is_box:
            centre, extent = corners
            first, last = _pixels(centre - extent / 2, size), _pixels(centre + extent / 2, size)
            last = np.maximum(last, first + 1)
            canvas[first[1] : last[1], first[0] : last[0]] = 1
        else:
            # Pixel (0, 0) has its centre half a pixel from the corner of the picture.
            cv2.fillPoly(canvas, [_pixels(corners, size, -0.5)], 1)
    return canvas.astype(np.bool_)


def _pixels(
    fractions: NDArray[np.float64], size: tuple[int, int], shift: float = 0.0
) -> NDArray[np.int32]:
    pixels: NDArray[np.int32] = np.rint(np.clip(fractions, 0, 1) * size + shift).astype(np.int32)
    return pixels


def _check(marked: Marked, shown: str) -> None:
    count = len(marked.coordinates)
    if count % 2:
        cause = f"{count} coordinates are neither a box of four nor a polygon of pairs"
    elif not all(-0.5 <= value <= 1.5 for value in marked.coordinates):  # what juts out is cut off
        cause = "coordinates are fractions of the picture, from 0 to 1"
    else:
        return
    raise PictureError(f"{shown}, line {marked.line}: {cause}; download it again")
