"""Any mode and depth is shown in 8 bits; nothing broken passes, nothing crashes."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from neuroonco import images
from neuroonco.errors import PictureError

RAMP = np.linspace(1, 65000, 64 * 64).reshape(64, 64)


def save(path: Path, picture: Image.Image, **options) -> Path:
    picture.save(path, **options)
    return path


def grey() -> Image.Image:
    return Image.fromarray((RAMP / 256).astype(np.uint8))


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_plain_pictures_are_shown_as_they_are(tmp_path, suffix, mode):
    path = save(tmp_path / f"a{suffix}", grey().convert(mode))
    header = images.inspect(path, "a")
    assert header.is_plain == (header.mode in {"L", "RGB"})
    assert header.is_plain
    assert images.read(path, "a").size == (64, 64)


@pytest.mark.parametrize(
    ("name", "picture"),
    [
        ("deep.png", Image.fromarray(RAMP.astype(np.uint16))),
        ("deep.tif", Image.fromarray(RAMP.astype(np.uint16))),
        ("long.tif", Image.fromarray(RAMP.astype(np.int32))),
        ("float.tif", Image.fromarray(RAMP.astype(np.float32))),
        ("palette.png", grey().convert("P")),
        ("bits.png", grey().convert("1")),
        ("alpha.png", grey().convert("LA")),
        ("alpha.webp", grey().convert("RGBA")),
        ("inks.jpg", grey().convert("CMYK")),
    ],
)
def test_other_modes_become_grey_or_rgb(tmp_path, name, picture):
    path = save(tmp_path / name, picture)
    assert not images.inspect(path, name).is_plain or name == "alpha.webp"
    shown = images.read(path, name)
    assert shown.mode in {"L", "RGB"}
    values = np.asarray(shown.convert("L")).astype(int)
    assert values[-1, -1] > 200 > 60 > values[0, 0]  # the ramp still runs from dark to bright


def test_transparent_ground_is_black(tmp_path):
    clear = Image.new("RGBA", (4, 4), (255, 255, 255, 0))
    shown = images.read(save(tmp_path / "a.png", clear), "a.png")
    assert np.asarray(shown).max() == 0


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
@pytest.mark.parametrize("keep", [0.0, 0.03, 0.5, 0.95])
def test_truncated_files_are_refused(tmp_path, suffix, keep):
    whole = save(tmp_path / f"whole{suffix}", Image.effect_noise((64, 64), 90)).read_bytes()
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(whole[: int(len(whole) * keep)])
    for look in (images.inspect, images.read):
        with pytest.raises(PictureError, match=r"shown.*(empty|broken|no JPEG)"):
            look(cut, "shown")


def test_a_changed_byte_in_a_png_is_found_without_decoding(tmp_path):
    path = save(tmp_path / "a.png", Image.effect_noise((64, 64), 90))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(PictureError, match="broken"):
        images.inspect(path, "a.png")


def test_bytes_after_the_end_of_a_jpeg_are_no_fault(tmp_path):
    path = save(tmp_path / "a.jpg", grey())
    path.write_bytes(path.read_bytes() + bytes(10_000))
    assert images.inspect(path, "a.jpg").is_plain


def test_decompression_bomb_is_refused_unread(tmp_path):
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )
    (tmp_path / "bomb.png").write_bytes(bomb)
    with pytest.raises(PictureError, match="bomb"):
        images.inspect(tmp_path / "bomb.png", "bomb.png")
    large = save(tmp_path / "large.png", Image.new("L", (9000, 8000)))
    with pytest.raises(PictureError, match="9000 x 8000"):
        images.inspect(large, "large.png")


def test_other_formats_are_refused(tmp_path):
    save(tmp_path / "a.png", grey(), format="GIF")
    with pytest.raises(PictureError, match="no JPEG, PNG, TIFF or WebP"):
        images.read(tmp_path / "a.png", "a.png")
    with pytest.raises(PictureError, match="no such file"):
        images.read(tmp_path / "b.png", "b.png")


@given(st.binary(max_size=400), st.sampled_from(["JPEG", "PNG", "TIFF", "WEBP", ""]))
def test_arbitrary_bytes_end_in_an_error(tmp_path_factory, noise, start):
    buffer = io.BytesIO()
    if start:
        grey().save(buffer, format=start)
    path = tmp_path_factory.mktemp("noise") / "a.bin"
    path.write_bytes(buffer.getvalue()[:60] + noise)
    with pytest.raises(PictureError):
        images.read(path, "a.bin")


@given(hnp.arrays(np.float32, (7, 5), elements=st.floats(-1e6, 1e6, width=32, allow_nan=False)))
def test_window_keeps_order_and_shape(values):
    shown = images.window(values)
    assert shown.shape == values.shape
    assert shown.dtype == np.uint8
    order = np.argsort(values, axis=None)
    assert (np.diff(shown.ravel()[order].astype(int)) >= 0).all()


def test_window_of_nothing_is_black():
    assert images.window(np.full((3, 3), np.nan)).max() == 0
    assert images.window(np.zeros((3, 3))).max() == 0


@pytest.mark.parametrize(
    "values",
    [
        np.array([[0, 1, 2, 4]], np.uint8),
        np.array([[0, 1, 2, 65535]], np.uint16),
        np.array([[0, 0.5, 1, 300]], np.float32),
    ],
)
def test_grey_values_are_read_as_they_are_stored(tmp_path, values):
    path = save(tmp_path / "m.tif", Image.fromarray(values))
    read = images.read_grey(path, "m.tif")
    assert read.tolist() == values.tolist()


def test_colours_are_turned_to_grey(tmp_path):
    path = save(tmp_path / "m.png", Image.new("RGB", (2, 1), "white"))
    assert images.read_grey(path, "m.png").tolist() == [[255, 255]]
