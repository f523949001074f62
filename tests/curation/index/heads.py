"""Phantom heads, and what happens to pictures on their way from one data set to another."""

import io

import numpy as np
from PIL import Image

from neuroonco.curation.index.hashes import luminance, perceptual_hash, shrink, to_integers
from neuroonco.demo.phantom import make_slice, make_volume
from neuroonco.images import window


def head(seed: int, size: int = 256, sequence: str = "t1ce", tumour: str = "glioma") -> Image.Image:
    return Image.fromarray(make_slice(seed, size, sequence, tumour).picture)


def slices(seed: int = 5, shape: tuple[int, int, int] = (128, 128, 48)) -> list[Image.Image]:
    """The axial slices in the middle third of one volume, 3 mm apart."""
    volume = window(make_volume(seed, shape).images["t1ce"])
    third = shape[2] // 3
    return [Image.fromarray(volume[:, :, z].T.copy()) for z in range(third, 2 * third)]


def jpeg(picture: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file)


def half(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2))


def cropped(picture: Image.Image) -> Image.Image:
    return picture.crop((1, 1, picture.width, picture.height))


COPIES = {
    "JPEG 30": lambda picture: jpeg(picture, 30),
    "JPEG 75": lambda picture: jpeg(picture, 75),
    "half": half,
    "half, JPEG 50": lambda picture: jpeg(half(picture), 50),
    "one and a half": lambda picture: picture.resize((384, 384)),
    "another aspect": lambda picture: picture.resize((200, 260)),
    "RGB": lambda picture: picture.convert("RGB"),
    "RGB, JPEG 60": lambda picture: jpeg(picture.convert("RGB"), 60),
}
"""Every way in which the sources copy each other's pictures."""


def fingerprints(pictures: list[Image.Image]) -> tuple[np.ndarray, np.ndarray]:
    """Perceptual hashes and thumbnails."""
    small = [shrink(luminance(picture, is_grey=False))[0] for picture in pictures]
    hashes = to_integers([perceptual_hash(picture) for picture in small])
    return hashes, np.stack([np.asarray(picture) for picture in small])
