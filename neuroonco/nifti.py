"""One axial slice of a NIfTI volume as a picture."""

from __future__ import annotations

import os
import zlib
from functools import lru_cache
from typing import Any

import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError
from nibabel.orientations import io_orientation
from numpy.typing import NDArray
from PIL import Image

from neuroonco.errors import PictureError
from neuroonco.images import MAX_PIXELS, window

SUFFIXES = (".nii", ".nii.gz")


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
    volume = _load(path, shown)
    axis, flipped = _axial(volume)
    depth = volume.shape[axis]
    position = depth // 2
    if mask is not None:
        grid, position = _largest_slice(str(mask), shown, os.stat(mask).st_mtime_ns)  # noqa: PTH116
        if grid != (volume.shape, _axial(volume)):
            raise PictureError(f"{shown}: its mask lies on another grid; download both again")
    plane = np.take(_read(volume, shown), depth - 1 - position if flipped else position, axis)
    return Image.fromarray(window(_radiological(plane, volume, axis)))


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
    except (ImageFileError, OSError, EOFError, ValueError, zlib.error) as error:
        raise PictureError(f"{shown}: no NIfTI volume ({error}); download it again") from error
    if len(volume.shape) != 3 or 0 in volume.shape:
        raise PictureError(f"{shown}: a volume of shape {volume.shape}, where 3 axes are expected")
    if volume.shape[0] * volume.shape[1] > MAX_PIXELS:
        raise PictureError(f"{shown}: slices of {volume.shape[:2]} voxels are no MRI")
    return volume


def _read(volume: Any, shown: str) -> NDArray[Any]:
    """All voxels: the end is read too, so that a file cut off there is not taken for whole."""
    try:
        return np.asarray(volume.dataobj)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise PictureError(f"{shown}: broken ({error}); download it again") from error


def _axial(volume: Any) -> tuple[int, bool]:
    """The voxel axis from feet to head, and whether it runs the other way."""
    orientation = io_orientation(volume.affine)
    axis = int(np.flatnonzero(orientation[:, 0] == 2)[0])
    return axis, bool(orientation[axis, 1] < 0)


@lru_cache(maxsize=4)
def _largest_slice(
    mask: str,
    shown: str,
    mtime_ns: int,  # noqa: ARG001 (a mask written anew is read anew)
) -> tuple[tuple[tuple[int, ...], tuple[int, bool]], int]:
    """The grid of a mask, and its axial position (from the feet) with the largest area.

    Cached, because the sequences of a case share one mask.
    """
    volume = _load(mask, f"mask of {shown}")
    axis, flipped = _axial(volume)
    labels = _read(volume, f"mask of {shown}")
    areas = np.count_nonzero(np.moveaxis(labels, axis, -1), axis=(0, 1))
    if flipped:
        areas = areas[::-1]
    return (volume.shape, (axis, flipped)), int(np.argmax(areas))


def _radiological(plane: NDArray[Any], volume: Any, axis: int) -> NDArray[Any]:
    """Turn a plane in voxel order so that rows run front to back, columns right to left."""
    orientation = np.delete(io_orientation(volume.affine), axis, axis=0)
    for dimension, direction in enumerate(orientation[:, 1]):
        if direction < 0:
            plane = np.flip(plane, dimension)
    if orientation[0, 0] == 1:  # the first axis left runs back to front
        plane = plane.T
    return plane.T[::-1, ::-1]
