"""What tells a picture again: digests of its bytes and its pixels, a thumbnail, a perceptual hash.

All of it is made from one read and one decoding. What is hashed of the pixels is their luminance,
so that a picture and its copy in grey have the same digest.
"""

from __future__ import annotations

from pathlib import Path

import imagehash
import numpy as np
import xxhash
from numpy.typing import NDArray
from PIL import Image

SIDE = 48
"""Height and width of a thumbnail in pixels."""


def digest_bytes(content: bytes) -> str:
    """XXH3 (128 bits) of a file's bytes, hexadecimal.

    It is no cryptographic digest, here and below: it is ten times faster than one, and nobody gains
    from forging two pictures of one digest.
    """
    return xxhash.xxh3_128(content).hexdigest()


def digest_file(path: Path) -> str:
    """The same of a file that is not read otherwise."""
    total = xxhash.xxh3_128()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            total.update(part)
    return total.hexdigest()


def digest_pixels(grey: NDArray[np.uint8]) -> str:
    """XXH3 (128 bits) of a picture's size and luminance, hexadecimal.

    Args:
        grey: uint8 (height, width).
    """
    total = xxhash.xxh3_128(repr(grey.shape).encode())
    total.update(np.ascontiguousarray(grey).data)
    return total.hexdigest()


def colour_spread(picture: Image.Image) -> NDArray[np.uint8] | None:
    """How far apart the channels of an `L` or `RGB` picture are in 32 x 32 sampled pixels.

    Returns:
        uint8 (32, 32); None where they are equal in all of them.
    """
    if picture.mode == "L":
        return None
    sample = picture.resize((32, 32), Image.Resampling.NEAREST)
    flat = sample.tobytes()
    if flat[::3] == flat[1::3] == flat[2::3]:
        return None
    channels = np.asarray(sample)
    return np.asarray(channels.max(axis=2) - channels.min(axis=2))


def luminance(picture: Image.Image, *, is_grey: bool) -> NDArray[np.uint8]:
    """The luminance of an `L` or `RGB` picture (ITU-R 601-2), uint8 (height, width).

    Args:
        picture: the picture.
        is_grey: whether no sampled pixel is coloured; then one channel stands for all, which saves
            a conversion. A speck of colour between the samples is taken for grey.
    """
    if picture.mode == "RGB" and is_grey:
        green = np.frombuffer(picture.tobytes("raw", "G"), np.uint8)
        return green.reshape(picture.height, picture.width)
    return np.asarray(picture if picture.mode == "L" else picture.convert("L"))


def shrink(grey: NDArray[np.uint8]) -> tuple[Image.Image, NDArray[np.uint8]]:
    """The thumbnail of a grey picture, `SIDE` x `SIDE` whatever its aspect, and a step before it.

    A large picture is first averaged over whole blocks of pixels, to no less than twice `SIDE`,
    and then filtered; filtering it at full size takes several times as long.

    Returns:
        The thumbnail, and the picture averaged over blocks, uint8 (height / n, width / n).
    """
    picture = Image.fromarray(grey)
    length = max(1, min(picture.size) // (2 * SIDE))
    blocks = picture.reduce(length)
    covered = (0, 0, picture.width / length, picture.height / length)  # the last may be in part
    thumbnail = blocks.resize((SIDE, SIDE), Image.Resampling.HAMMING, covered)
    return thumbnail, np.asarray(blocks)


def perceptual_hash(thumbnail: Image.Image) -> str:
    """The 64 bits of imagehash.phash, as 16 hexadecimal digits.

    The package would shrink a picture to 32 x 32, by a filter that takes as long as decoding it.
    Told that `SIDE` is the size to work at, it takes the thumbnail as it is; the hash differs from
    that of the whole picture in two bits at times, four at most.
    """
    bits = imagehash.phash(thumbnail, highfreq_factor=SIDE // 8).hash
    return np.packbits(bits).tobytes().hex()


def to_integers(hashes: list[str]) -> NDArray[np.uint64]:
    """Perceptual hashes as numbers, to be compared bit by bit."""
    return np.array([int(text, 16) for text in hashes], dtype=np.uint64)
