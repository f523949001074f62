"""Every way in which a source marks lesions is read as it is meant."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lesions import ellipse, rectangle
from PIL import Image

from neuroonco.curation.semantics.brats import Shares, shares_of
from neuroonco.curation.semantics.masks import read_mask
from neuroonco.demo.layouts import write_source
from neuroonco.demo.yolo import box, polygon
from neuroonco.errors import PictureError
from neuroonco.matlab import read_figshare_picture

LESION = ellipse((30, 20), (9, 6), 0.4, (48, 64))


def read(path, size=(64, 48), *, labelled=False):
    return read_mask(path, path.name, size, labelled=labelled)


def save(path, values, **options):
    Image.fromarray(values).save(path, **options)
    return path


def write(path, *lines):
    path.write_text("\n".join(lines))
    return path


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("m.png", LESION.astype(np.uint8) * np.uint8(255)),
        ("m.tif", LESION.astype(np.uint8) * np.uint8(255)),
        ("m.png", np.where(LESION, 128, 127).astype(np.uint8)),
        ("m.png", np.repeat(LESION[:, :, None], 3, axis=2).astype(np.uint8) * np.uint8(255)),
        ("m.png", LESION),
        ("m.png", LESION.astype(np.uint8)),
        ("m.png", LESION.astype(np.uint16) * np.uint16(65535)),
        ("m.tif", LESION.astype(np.float32)),
    ],
    ids=["png", "tiff", "limit", "rgb", "one bit", "0 and 1", "16 bits", "float"],
)
def test_pictures(tmp_path, name, values):
    reading = read(save(tmp_path / name, values))
    assert (reading.lesion == LESION).all()
    assert (reading.kind, reading.convention, reading.slice) == ("mask", "as stored", None)


def test_lossy_masks_have_no_labels(tmp_path):
    path = save(tmp_path / "m.jpg", LESION.astype(np.uint8) * np.uint8(255), quality=90)
    assert (read(path).lesion == LESION).mean() > 0.99


@pytest.mark.parametrize("enhancing", [3, 4])
def test_labels_of_brats_in_a_picture(tmp_path, enhancing):
    labels = rectangle(0, 0, 8, 5, (48, 64)) * np.uint8(2)
    labels[:2, :5], labels[2, :5] = enhancing, 1
    reading = read(save(tmp_path / "seg.png", labels), labelled=True)
    assert reading.kind == "labels"
    assert (reading.lesion == (labels > 0)).all()
    assert reading.shares == Shares(enhancing=10 / 40, core=5 / 40, oedema=25 / 40)


def test_white_on_black_where_a_source_has_labels_elsewhere(tmp_path):
    path = save(tmp_path / "seg.png", LESION.astype(np.uint8) * np.uint8(255))
    reading = read(path, labelled=True)
    assert (reading.kind, reading.shares) == ("mask", None)


def test_other_labels_are_refused():
    with pytest.raises(PictureError, match="label 7"):
        shares_of(np.array([[0, 1, 7]]), "seg.nii.gz")
    assert shares_of(np.zeros((2, 2)), "seg.nii.gz") is None


def test_boxes_are_filled_and_marked(tmp_path):
    corner = rectangle(0, 0, 3, 4, (48, 64))
    reading = read(write(tmp_path / "a.txt", f"0 {box(LESION)}", f"2 {box(corner)}"))
    rows, columns = np.nonzero(LESION)
    filled = rectangle(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1, (48, 64))
    assert (reading.lesion == filled | corner).all()
    assert reading.kind == "box"


def test_polygons_are_filled(tmp_path):
    reading = read(write(tmp_path / "a.txt", f"1 {polygon(LESION)}"))
    union, common = reading.lesion | LESION, reading.lesion & LESION
    assert common.sum() / union.sum() > 0.9
    assert reading.kind == "polygon"


def test_a_rectangle_as_polygon_covers_its_pixels(tmp_path):
    corners = np.array([[10, 20], [29, 20], [29, 39], [10, 39]]) + 0.5  # centres of corner pixels
    line = " ".join(f"{value:.6f}" for value in (corners / (64, 48)).ravel())
    reading = read(write(tmp_path / "a.txt", f"0 {line}"))
    assert (reading.lesion == rectangle(10, 20, 30, 40, (48, 64))).all()


def test_a_box_among_polygons_makes_it_a_box(tmp_path):
    other = ellipse((50, 40), (4, 4), 0, (48, 64))
    reading = read(write(tmp_path / "a.txt", f"0 {polygon(LESION)}", f"0 {box(other)}"))
    assert reading.kind == "box"
    assert reading.lesion[20, 30]
    assert reading.lesion[40, 50]


OBJECTS = st.lists(st.floats(0, 1), min_size=6, max_size=10).filter(lambda c: len(c) % 2 == 0)
OBJECTS |= st.lists(st.floats(0, 1), min_size=4, max_size=4)


@given(st.lists(OBJECTS, min_size=1, max_size=4), st.randoms())
def test_order_of_objects_does_not_matter(tmp_path_factory, objects, draw):
    folder = tmp_path_factory.mktemp("labels")
    lines = [" ".join(map(str, [0, *values])) for values in objects]
    one = read(write(folder / "a.txt", *lines))
    other = read(write(folder / "b.txt", *draw.sample(lines, len(lines))))
    assert (one.lesion == other.lesion).all()
    assert one.kind == other.kind


def test_what_juts_out_of_the_picture_is_cut_off(tmp_path):
    reading = read(write(tmp_path / "a.txt", "0 1.0 0.5 0.25 0.5"))
    assert (reading.lesion == rectangle(56, 12, 64, 36, (48, 64))).all()


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("0 0.1 0.1 0.2 0.2 0.9", "5 coordinates"),
        ("0 12 30 40 50", "fractions"),
        ("0 nan 0.1 0.2 0.2", "fractions"),
        ("0 0.1 0.1", "four coordinates"),
        ("0 a b c d", "not a YOLO label"),
    ],
)
def test_flaws_of_labels_are_named_with_their_line(tmp_path, line, cause):
    with pytest.raises(PictureError, match=rf"a\.txt, line 2: .*{cause}"):
        read(write(tmp_path / "a.txt", "0 0.5 0.5 0.1 0.1", line))


def test_no_object_no_lesion(tmp_path):
    assert not read(write(tmp_path / "a.txt", "")).lesion.any()


def test_matlab(tmp_path):
    path = write_source(tmp_path, "07", per_class=1, size=64)[0]
    picture, mask = read_figshare_picture(path, path.name)
    reading = read(path, picture.size)
    assert (reading.lesion == mask).all()
    assert (reading.kind, reading.convention) == ("mask", "as stored")


@pytest.mark.parametrize("name", ["m.png", "m.tif", "m.mat", "m.nii.gz", "m.txt"])
def test_missing_and_broken_files_are_named(tmp_path, name):
    with pytest.raises(PictureError, match=name):
        read(tmp_path / name)
    (tmp_path / name).write_bytes(b"\xff\xfe broken")
    with pytest.raises(PictureError, match=name):
        read(tmp_path / name)


def test_another_size_is_refused(tmp_path):
    path = save(tmp_path / "m.png", LESION)
    with pytest.raises(PictureError, match=r"64 x 48 pixels, its picture 48 x 64"):
        read(path, (48, 64))
