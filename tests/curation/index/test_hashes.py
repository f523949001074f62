import io

import imagehash
import numpy as np
import pytest
from heads import head
from PIL import Image

from neuroonco.curation.index.hashes import (
    colour_spread,
    digest_pixels,
    luminance,
    perceptual_hash,
    shrink,
    to_integers,
)
from neuroonco.images import read_bytes


def digest(picture: Image.Image) -> str:
    return digest_pixels(luminance(picture, is_grey=colour_spread(picture) is None))


def saved(picture: Image.Image, suffix: str) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, suffix, **({"lossless": True} if suffix == "WEBP" else {}))
    return read_bytes(file.getvalue(), suffix)


@pytest.mark.parametrize("suffix", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_the_same_pixels_have_the_same_digest_in_every_format_and_mode(suffix, mode):
    picture = head(1)
    assert digest(saved(picture.convert(mode), suffix)) == digest(picture)


def test_a_jpeg_of_grey_and_one_of_rgb_have_the_same_digest():
    picture = head(1)
    assert digest(saved(picture.convert("RGB"), "JPEG")) == digest(saved(picture, "JPEG"))


def test_a_coloured_picture_and_its_grey_copy_have_the_same_digest():
    noise = np.random.default_rng(0).integers(0, 255, (40, 50, 3), dtype=np.uint8)
    picture = Image.fromarray(noise)
    assert digest(picture) == digest(picture.convert("L"))


def test_one_pixel_and_the_shape_change_the_digest():
    grey = np.asarray(head(1)).copy()
    before = digest_pixels(grey)
    assert digest_pixels(grey.reshape(128, -1)) != before
    grey[7, 9] ^= 1
    assert digest_pixels(grey) != before


def test_the_hash_is_that_of_imagehash():
    thumbnail, _ = shrink(np.asarray(head(2)))
    text = perceptual_hash(thumbnail)
    assert text == str(imagehash.phash(thumbnail, highfreq_factor=6))
    assert to_integers([text])[0] == int(text, 16)


@pytest.mark.parametrize("size", [48, 97, 256, 513])
def test_the_hash_of_the_thumbnail_is_near_that_of_the_picture(size):
    for seed in range(8):
        picture = head(seed, size)
        small = imagehash.hex_to_hash(perceptual_hash(shrink(np.asarray(picture))[0]))
        assert small - imagehash.phash(picture) <= 4


def test_a_thumbnail_shows_the_whole_picture_at_any_size():
    """Blocks that the last row and column fill in part must not stretch it."""
    ramp = np.linspace(0, 255, 331, dtype=np.uint8)[None, :].repeat(337, axis=0)
    thumbnail = np.asarray(shrink(ramp)[0]).astype(int)
    expected = np.linspace(0, 255, 97)[1::2]
    assert np.abs(thumbnail - expected).max() <= 3


def test_only_colour_counts_as_colour():
    grey = head(1).convert("RGB")
    assert colour_spread(grey) is None
    assert colour_spread(head(1)) is None
    grey.paste((200, 40, 40), (0, 0, 128, 128))
    spread = colour_spread(grey)
    assert spread is not None
    assert (spread == 160).mean() == pytest.approx(0.25, abs=0.02)
