"""Read one JPEG, PNG, TIFF or WebP picture safely, in any mode and depth."""

from __future__ import annotations

import io
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from neuroonco.errors import PictureError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp"})
"""The endings of a picture file, lower case."""

MAX_PIXELS = 64_000_000
"""More than any slice of an MRI scan has: 8,000 x 8,000."""

PLAIN_MODES = frozenset({"L", "RGB"})
"""Pillow's modes that any reader shows as they are: 8 bits, grey or RGB."""

_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP")
_TAIL = 4096


@dataclass(frozen=True, slots=True)
class Header:
    """What a picture file says of itself: Pillow's format and mode, (width, height) in pixels."""

    format: str
    mode: str
    size: tuple[int, int]

    @property
    def is_plain(self) -> bool:
        """Whether any reader shows this file as it is: 8 bits, grey or RGB."""
        return self.mode in PLAIN_MODES


def inspect(path: str | os.PathLike[str], shown: str) -> Header:
    """Check a picture file without decoding it, unless its end looks cut off.

    Args:
        path: the file.
        shown: what an error calls it.

    Raises:
        PictureError: the file is empty, truncated, too large, or no picture.
    """
    with _opened(path, shown) as file:
        return _examine(file, shown, whole=False)[0]


def read(path: str | os.PathLike[str], shown: str) -> Image.Image:
    """Decode a picture as 8-bit grey (`L`) or `RGB`.

    Deeper pictures are windowed to their 0.5th and 99.5th percentiles; transparent ones lie on
    black, the background of MRI.

    Raises:
        PictureError: the file is empty, truncated, too large, or no picture.
    """
    with _opened(path, shown) as file:
        return _eight_bit(_examine(file, shown, whole=True)[1])


def read_bytes(content: bytes, shown: str) -> Image.Image:
    """Decode a picture held in memory, as `read` does.

    Raises:
        PictureError: the bytes are none, truncated, too large, or no picture.
    """
    return examine_bytes(content, shown)[1]


def examine_bytes(content: bytes, shown: str) -> tuple[Header, Image.Image]:
    """Decode a picture held in memory, as `read` does, and tell what its file says of itself.

    Raises:
        PictureError: the bytes are none, truncated, too large, or no picture.
    """
    header, image = _examine(io.BytesIO(content), shown, whole=True)
    return header, _eight_bit(image)


def read_grey(path: str | os.PathLike[str], shown: str) -> NDArray[Any]:
    """Decode a picture's grey values as they are stored, such as the labels of a mask.

    Returns:
        (height, width), in the picture's own depth; colours are turned to grey (ITU-R 601-2).

    Raises:
        PictureError: the file is empty, truncated, too large, or no picture.
    """
    with _opened(path, shown) as file:
        image = _examine(file, shown, whole=True)[1]
        is_deep = image.mode.startswith(("I", "F"))
        return np.asarray(image if is_deep else _eight_bit(image).convert("L"))


def window(values: NDArray[np.generic], low: float = 0.5, high: float = 99.5) -> NDArray[np.uint8]:
    """Map an array of any depth to 0 to 255 between two percentiles of its values that aren't zero.

    Zero is the background of skull-stripped MRI; counting it would push the window down to it.

    Args:
        values: any shape and numeric dtype; NaN and infinities count as zero.
        low: lower percentile, 0 to 100.
        high: upper percentile, 0 to 100.

    Returns:
        uint8, same shape; all zero where the values do not differ.
    """
    numbers = np.nan_to_num(np.asarray(values, dtype=np.float32), posinf=0.0, neginf=0.0)
    seen = numbers[numbers != 0]
    if seen.size == 0:
        return np.zeros(numbers.shape, dtype=np.uint8)
    bottom, top = np.percentile(seen, [low, high])
    if top <= bottom:
        return np.zeros(numbers.shape, dtype=np.uint8)
    scaled = (numbers - bottom) / (top - bottom)
    eight_bit: NDArray[np.uint8] = np.round(np.clip(scaled, 0, 1) * 255).astype(np.uint8)
    return eight_bit


def _opened(path: str | os.PathLike[str], shown: str) -> BinaryIO:
    try:
        return Path(path).open("rb")
    except FileNotFoundError as error:
        raise PictureError(f"{shown}: there is no such file") from error
    except OSError as error:
        raise PictureError(f"{shown}: cannot be read ({error.strerror})") from error


def _examine(file: BinaryIO, shown: str, *, whole: bool) -> tuple[Header, Image.Image]:
    """Read a picture's header, and its pixels if `whole` is wanted or its end looks cut off."""
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        raise PictureError(f"{shown}: the file is empty; download it again")
    try:
        image = _open(file)
        header = Header(str(image.format), image.mode, image.size)
        if image.width * image.height > MAX_PIXELS:
            raise PictureError(
                f"{shown}: {image.width} x {image.height} pixels is more than any MRI slice has; "
                "the file is refused unread, replace or remove it"
            )
        if not whole and not _looks_whole(file, image, size):
            whole = True
            image = _open(file)  # looking may have used the first one up
        if whole:
            image.load()
    except UnidentifiedImageError as error:
        raise PictureError(
            f"{shown}: no JPEG, PNG, TIFF or WebP picture; download it again"
        ) from error
    except Image.DecompressionBombError as error:
        raise PictureError(f"{shown}: {error}; replace or remove it") from error
    except (OSError, SyntaxError, ValueError, EOFError, TypeError, MemoryError) as error:
        raise PictureError(f"{shown}: broken ({error}); download it again") from error
    return header, image


def _open(file: BinaryIO) -> Image.Image:
    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of sizes that are refused here
        return Image.open(file, formats=_FORMATS)


def _looks_whole(file: BinaryIO, image: Image.Image, size: int) -> bool:
    """Whether the end of the file is there. False where only decoding can tell."""
    if image.format == "PNG":
        image.verify()  # reads every chunk's checksum, decodes nothing
        return True
    if image.format == "WEBP":
        file.seek(4)
        return int.from_bytes(file.read(4), "little") + 8 <= size
    file.seek(max(0, size - _TAIL))
    return image.format == "JPEG" and b"\xff\xd9" in file.read()


def _eight_bit(image: Image.Image) -> Image.Image:
    if image.mode in PLAIN_MODES:
        return image
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(window(np.asarray(image)))
    if image.mode == "1":
        return image.convert("L")
    if image.mode in {"LA", "La", "RGBA", "RGBa", "PA"} or "transparency" in image.info:
        over = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "black")
        return Image.alpha_composite(ground, over).convert("RGB")
    return image.convert("RGB")
