import numpy as np
import pytest
from heads import head, jpeg, slices
from PIL import Image, ImageDraw, ImageFont

from neuroonco.curation.index.hashes import colour_spread, luminance, shrink
from neuroonco.curation.index.quality import FLAGS, find_flags
from neuroonco.demo.phantom import SEQUENCES, TYPES


def flags(picture: Image.Image) -> tuple[str, ...]:
    spread = colour_spread(picture)
    thumbnail, blocks = shrink(luminance(picture, is_grey=spread is None))
    return find_flags(spread, blocks, np.asarray(thumbnail))


def page(size: int, ink: int, paper: int) -> Image.Image:
    picture = Image.new("L", (size, size), paper)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(size // 18)
    for line in range(8):
        place = (size // 20, size // 20 + line * size // 10)
        draw.text(place, "Patient unknown, slice 12 of 24", fill=ink, font=font)
    return picture


def ct(size: int) -> Image.Image:
    """Grey tissue in a thick ring of saturated bone, under thin skin."""
    picture = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(picture)
    for share, grey in ((0.08, 70), (0.1, 255), (0.17, 110)):
        draw.ellipse(
            [size * share, size * share, size * (1 - share), size * (1 - share)], fill=grey
        )
    return picture


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_heads_have_no_flag(sequence):
    for seed, tumour in enumerate(TYPES):
        assert flags(head(seed, 240, sequence, tumour)) == ()
        assert flags(jpeg(head(seed, 100, sequence, tumour).convert("RGB"), 40)) == ()


def test_slices_without_a_skull_have_no_flag():
    assert [flags(picture) for picture in slices()] == [()] * len(slices())


@pytest.mark.parametrize("grey", [0, 90, 255])
def test_nearly_blank(grey):
    picture = Image.new("L", (200, 160), grey)
    assert "nearly_blank" in flags(picture)
    picture.paste(255 - grey, (0, 0, 20, 20))
    assert "nearly_blank" in flags(picture)
    picture.paste(255 - grey, (40, 40, 120, 120))
    assert "nearly_blank" not in flags(picture)


@pytest.mark.parametrize("size", [224, 512])
@pytest.mark.parametrize(("ink", "paper"), [(255, 0), (0, 255)])
def test_text(size, ink, paper):
    assert flags(page(size, ink, paper)) == ("text_or_montage",)


@pytest.mark.parametrize("shape", [(1, 2), (2, 1), (2, 2), (3, 4)])
def test_montage(shape):
    rows, columns = shape
    picture = Image.new("L", (columns * 128, rows * 128))
    for place in range(rows * columns):
        corner = (place % columns * 128, place // columns * 128)
        picture.paste(head(place, 128), corner)
    assert flags(picture) == ("text_or_montage",)


def test_colour():
    picture = head(1).convert("RGB")
    picture.paste((90, 40, 200), (0, 230, 256, 256))
    assert flags(picture) == ("colour",)
    assert flags(jpeg(picture, 80)) == ("colour",)


@pytest.mark.parametrize("size", [64, 236, 630])
def test_ct(size):
    assert flags(ct(size)) == ("ct",)


def test_a_dark_skull_under_a_bright_scalp_is_no_ct():
    picture = Image.new("L", (256, 256), 0)
    draw = ImageDraw.Draw(picture)
    for share, grey in ((0.08, 255), (0.11, 10), (0.16, 110)):
        draw.ellipse([256 * share, 256 * share, 256 * (1 - share), 256 * (1 - share)], fill=grey)
    assert flags(picture) == ()


def test_every_flag_has_a_reason():
    assert all(reason.strip() for reason in FLAGS.values())
