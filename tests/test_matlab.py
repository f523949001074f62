"""MATLAB stores columns first: picture and mask must come out upright, together."""

import h5py
import numpy as np
import pytest

from neuroonco.errors import PictureError
from neuroonco.matlab import read_figshare_labels, read_figshare_mask, read_figshare_picture


@pytest.fixture
def path(tmp_path):
    """A slice of 4 rows and 6 columns whose last row is bright and marked as tumour."""
    picture = np.arange(24, dtype=np.int16).reshape(4, 6) + 1
    mask = np.zeros((4, 6), dtype=np.uint8)
    mask[3] = 1
    with h5py.File(tmp_path / "1.mat", "w") as file:
        data = file.create_group("cjdata")
        data["image"], data["tumorMask"] = picture.T, mask.T
        data["label"] = np.array([[2.0]])
        data["PID"] = np.array([[ord(c)] for c in "MR042"], dtype=np.uint16)
    return tmp_path / "1.mat"


def test_labels(path):
    assert read_figshare_labels(path, "1.mat") == ("2", "MR042")


def test_picture_and_mask_are_transposed_together(path):
    picture, mask = read_figshare_picture(path, "1.mat")
    assert picture.size == (6, 4)
    assert mask.shape == (4, 6)
    assert mask[3].all()
    assert not mask[:3].any()
    values = np.asarray(picture)
    assert (values[3] > values[0]).all()
    assert (read_figshare_mask(path, "1.mat") == mask).all()


def test_sizes_that_differ_are_refused(path):
    with h5py.File(path, "a") as file:
        del file["cjdata/tumorMask"]
        file["cjdata/tumorMask"] = np.zeros((3, 3))
    for read in (read_figshare_picture, read_figshare_mask):
        with pytest.raises(PictureError, match="differ in size"):
            read(path, "1.mat")


@pytest.mark.parametrize("content", [b"", b"MATLAB 5.0 MAT-file", None])
def test_other_files_are_named(path, content):
    if content is None:
        with h5py.File(path, "w") as file:
            file["other"] = 1
    else:
        path.write_bytes(content)
    for read in (read_figshare_labels, read_figshare_picture, read_figshare_mask):
        with pytest.raises(PictureError, match=r"07/1\.mat: no MATLAB 7\.3 file"):
            read(path, "07/1.mat")
