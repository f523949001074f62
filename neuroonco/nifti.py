"""One axial slice of a NIfTI volume as a picture, and what a label volume marks in it."""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError
from nibabel.orientations import io_orientation
from nibabel.spatialimages import HeaderDataError
from nibabel.volumeutils import apply_read_scaling
from numpy.typing import NDArray
from PIL import Image

from neuroonco.errors import PictureError
from neuroonco.images import MAX_PIXELS, window

SUFFIXES = (".nii", ".nii.gz")

_BROKEN = (
    ImageFileError,
    HeaderDataError,
    OSError,
    EOFError,
    ValueError,
    OverflowError,
    MemoryError,
    zlib.error,
)
_GZIP = 31  # zlib's wbits for a gzip header and checksum
_PIECE = 1 << 16  # bytes; larger ones make zlib join its output from parts


@dataclass(frozen=True, slots=True)
class LabelSlice:
    """The axial slice of a label volume with the largest area, as `read_slice` shows it.

    Attributes:
        labels: (height, width), the volume's own dtype; the patient's right is on the left side.
        position: of the slice, counted from the feet, from 0.
        grid: voxels of the whole volume: slices, height, width.
    """

    labels: NDArray[Any]
    position: int
    grid: tuple[int, ...]


def read_slice(
    path: str | os.PathLike[str], shown: str, mask: str | os.PathLike[str] | None = None
) -> Image.Image:
    """Read the axial slice that shows most of the tumour, or the middle one without a mask.

    The picture follows the radiological convention: the patient's right is on its left side,
    the front of the head is at its top. Values are windowed to 8 bits (`neuroonco.images.window`).

    Args:
        path: a 3-D volume, .nii or .nii.gz.
        shown: what an error calls it.
        mask: a label volume on the same grid, 0 where there is no tumour.

    Returns:
        An `L` picture of (left-right, back-front) voxels.

    Raises:
        PictureError: a file is broken or not 3-D, or the mask lies on another grid.
    """
    slices = read_upright(path, shown)
    position = len(slices) // 2
    if mask is not None:
        marked = read_label_slice(mask, f"mask of {shown}")
        if marked.grid != slices.shape:
            raise PictureError(f"{shown}: its mask lies on another grid; download both again")
        position = marked.position
    return Image.fromarray(window(slices[position]))


def read_label_slice(path: str | os.PathLike[str], shown: str) -> LabelSlice:
    """Read the slice in which most voxels are marked; of equal ones the lowest.

    Args:
        path: a 3-D label volume, 0 where there is no tumour.
        shown: what an error calls it.

    Raises:
        PictureError: the file is missing, broken or not 3-D.
    """
    try:
        return _largest_slice(str(path), Path(path).stat().st_mtime_ns)
    except OSError as error:
        raise PictureError(f"{shown}: cannot be read ({error.strerror})") from error
    except PictureError as error:  # its message starts with the colon
        raise PictureError(f"{shown}{error}") from error


def read_upright(path: str | os.PathLike[str], shown: str) -> NDArray[Any]:
    """Read all voxels, turned as a radiologist looks at them, however the volume is stored.

    Returns:
        (slices, height, width) from the feet up, each from front to back and from the patient's
        right to the left.

    Raises:
        PictureError: the file is broken or not 3-D.
    """
    volume = _load(path, shown)
    orientation = _orientation(volume, shown)
    ras = np.transpose(_read(path, volume, shown), np.argsort(orientation[:, 0]))
    directions = orientation[np.argsort(orientation[:, 0]), 1].astype(int)
    right, front, up = (slice(None, None, step) for step in directions * (-1, -1, 1))
    return ras[right, front, up].T


def check_header(path: str | os.PathLike[str], shown: str) -> None:
    """Check that a volume can be opened, without decompressing it.

    Raises:
        PictureError: it is no 3-D NIfTI volume.
    """
    _load(path, shown)


def _load(path: str | os.PathLike[str], shown: str) -> Any:
    try:
        volume: Any = nib.load(path)
    except FileNotFoundError as error:
        raise PictureError(f"{shown}: there is no such file") from error
    except _BROKEN as error:
        raise PictureError(f"{shown}: no NIfTI volume ({error}); download it again") from error
    if len(volume.shape) != 3 or 0 in volume.shape:
        raise PictureError(f"{shown}: a volume of shape {volume.shape}, where 3 axes are expected")
    if volume.shape[0] * volume.shape[1] > MAX_PIXELS:
        raise PictureError(f"{shown}: slices of {volume.shape[:2]} voxels are no MRI")
    return volume


def _read(path: str | os.PathLike[str], volume: Any, shown: str) -> NDArray[Any]:
    """All voxels: the end is read too, so that a file cut off there is not taken for whole."""
    stored = volume.dataobj
    try:
        if not str(path).lower().endswith(".gz"):
            return np.asarray(stored)
        count = int(np.prod(stored.shape))
        content = _unpack(path, stored.offset + count * stored.dtype.itemsize)
        values = np.frombuffer(content, stored.dtype, count, stored.offset)
        scaled: NDArray[Any] = apply_read_scaling(
            values.reshape(stored.shape, order="F"), stored.slope, stored.inter
        )
    except _BROKEN as error:
        raise PictureError(f"{shown}: broken ({error}); download it again") from error
    return scaled


def _unpack(path: str | os.PathLike[str], size: int) -> NDArray[np.uint8]:
    """The first bytes of a gzip file: faster than nibabel, and checked up to the checksum."""
    content = np.empty(size, np.uint8)
    view, filled = content.data, 0
    member, packed = zlib.decompressobj(_GZIP), b""
    with Path(path).open("rb") as file:
        while filled < size or not member.eof:
            if member.eof:  # some tools write a file in several members
                member, packed = zlib.decompressobj(_GZIP), member.unused_data
            packed = packed or file.read(_PIECE)
            if not packed:
                raise EOFError("it is cut off")
            found = member.decompress(packed)[: size - filled]
            view[filled : filled + len(found)] = found
            filled, packed = filled + len(found), b""
    return content


def _orientation(volume: Any, shown: str) -> NDArray[np.float64]:
    """Which axis of the patient (0 to the right, 1 to the front, 2 up) each voxel axis follows.

    Returns:
        (3, 2): that axis, and 1 or -1 for its direction.
    """
    try:
        orientation: NDArray[np.float64] = io_orientation(volume.affine)
    except np.linalg.LinAlgError:
        orientation = np.full((3, 2), np.nan)
    if np.isnan(orientation).any():
        raise PictureError(f"{shown}: its header does not say which way is up; download it again")
    return orientation


@lru_cache(maxsize=8)
def _largest_slice(
    path: str,
    mtime_ns: int,  # noqa: ARG001 (a mask written anew is read anew)
) -> LabelSlice:
    """As `read_label_slice`. Cached, because the sequences of a case share one mask."""
    slices = read_upright(path, "")
    position = int(np.argmax([np.count_nonzero(plane) for plane in slices]))
    return LabelSlice(slices[position].copy(), position, slices.shape)
