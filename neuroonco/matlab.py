"""The MATLAB 7.3 (HDF5) files of the Figshare brain tumour data set, `cjdata/…`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from neuroonco.errors import PictureError
from neuroonco.images import MAX_PIXELS, window


def read_figshare_labels(path: str | os.PathLike[str], shown: str) -> tuple[str, str]:
    """The label ("1" meningioma, "2" glioma, "3" pituitary) and the patient's id of a file.

    Raises:
        PictureError: the file is broken or holds no cjdata.
    """
    with _cjdata(path, shown) as data:
        label = int(np.asarray(data["label"]).item())
        patient = "".join(chr(code) for code in np.asarray(data["PID"]).ravel())
    return str(label), patient


def read_figshare_picture(
    path: str | os.PathLike[str], shown: str
) -> tuple[Image.Image, NDArray[np.bool_]]:
    """The slice and the tumour's mask of a file, both as a viewer shows them.

    MATLAB stores columns first, so both are transposed, together.

    Returns:
        An `L` picture, windowed to 8 bits, and a mask of shape (height, width).

    Raises:
        PictureError: the file is broken, too large, or the mask has another size.
    """
    with _cjdata(path, shown) as data:
        _check_size(data, shown)
        return Image.fromarray(window(data["image"][()].T)), data["tumorMask"][()].T > 0


def read_figshare_mask(path: str | os.PathLike[str], shown: str) -> NDArray[np.bool_]:
    """The tumour's mask of a file, (height, width), as `read_figshare_picture` has it.

    Raises:
        PictureError: as `read_figshare_picture`.
    """
    with _cjdata(path, shown) as data:
        _check_size(data, shown)
        mask: NDArray[np.bool_] = data["tumorMask"][()].T > 0
        return mask


def _check_size(data: Any, shown: str) -> None:
    picture, mask = data["image"], data["tumorMask"]
    if picture.size > MAX_PIXELS:
        raise PictureError(f"{shown}: {picture.shape} pixels is more than any MRI slice has")
    if picture.ndim != 2 or picture.shape != mask.shape:
        raise PictureError(f"{shown}: picture {picture.shape} and mask {mask.shape} differ in size")


@contextmanager
def _cjdata(path: str | os.PathLike[str], shown: str) -> Iterator[Any]:
    try:
        with h5py.File(path, "r") as file:
            yield file["cjdata"]
    except FileNotFoundError as error:
        raise PictureError(f"{shown}: there is no such file") from error
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise PictureError(
            f"{shown}: no MATLAB 7.3 file with cjdata ({error}); download it again"
        ) from error
