"""Slices are chosen by the mask and shown as radiologists do, however the volume is stored."""

import gzip
import itertools

import nibabel as nib
import numpy as np
import pytest
from nibabel.orientations import axcodes2ornt, ornt_transform

from neuroonco.errors import PictureError
from neuroonco.nifti import read_slice

ORIENTATIONS = [
    "".join(codes)
    for axes in itertools.permutations(("RL", "AP", "SI"))
    for codes in itertools.product(*axes)
]


def save(path, ras, codes="RAS"):
    """Save an array given in RAS+ as a volume stored in another orientation."""
    wanted = axcodes2ornt(tuple(codes))
    transform = ornt_transform(axcodes2ornt(("R", "A", "S")), wanted)
    image = nib.Nifti1Image(ras, np.eye(4)).as_reoriented(transform)
    assert "".join(nib.aff2axcodes(image.affine)) == codes
    nib.save(image, path)
    return path


@pytest.fixture
def head():
    """A volume whose only bright voxel lies right, in front and low; a mask largest there."""
    volume = np.full((10, 12, 8), 50, dtype=np.int16)
    volume[8, 10, 2] = 1000
    mask = np.zeros(volume.shape, dtype=np.uint8)
    mask[4:6, 4:6, 6] = 1
    mask[2:9, 2:9, 2] = 4
    return volume, mask


@pytest.mark.parametrize("codes", ORIENTATIONS)
def test_patients_right_is_on_the_left_and_front_on_top(tmp_path, head, codes):
    volume = save(tmp_path / "v.nii.gz", head[0], codes)
    mask = save(tmp_path / "m.nii.gz", head[1], codes)
    picture = np.asarray(read_slice(volume, "v", mask))
    assert picture.shape == (12, 10)
    (row,), (column,) = np.nonzero(picture == picture.max())
    assert (row, column) == (12 - 1 - 10, 10 - 1 - 8)


def test_middle_slice_without_a_mask(tmp_path, head):
    volume = head[0].copy()
    volume[3, 3, 4] = 900
    picture = np.asarray(read_slice(save(tmp_path / "v.nii", volume), "v"))
    assert (picture == picture.max()).sum() == 1


def test_mask_of_another_grid_is_refused(tmp_path, head):
    volume = save(tmp_path / "v.nii", head[0])
    mask = save(tmp_path / "m.nii", head[1][:, :, :5])
    with pytest.raises(PictureError, match="another grid"):
        read_slice(volume, "v.nii", mask)


def test_a_mask_written_anew_is_read_anew(tmp_path, head):
    volume = save(tmp_path / "v.nii", head[0])
    mask = save(tmp_path / "m.nii", head[1])
    first = np.asarray(read_slice(volume, "v", mask))
    save(mask, np.roll(head[1], 3, axis=2))
    assert (np.asarray(read_slice(volume, "v", mask)) != first).any()


@pytest.mark.parametrize("content", [b"", b"no volume", gzip.compress(b"no volume")])
def test_broken_volumes_are_named(tmp_path, content):
    (tmp_path / "v.nii.gz").write_bytes(content)
    with pytest.raises(PictureError, match=r"brats/v\.nii\.gz: no NIfTI volume"):
        read_slice(tmp_path / "v.nii.gz", "brats/v.nii.gz")


def test_cut_off_volume_is_named_even_if_its_slice_is_there(tmp_path):
    path = save(
        tmp_path / "v.nii.gz",
        np.random.default_rng(0).integers(0, 999, (20, 20, 20)).astype(np.int16),
    )
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(PictureError, match="broken"):
        read_slice(path, "v.nii.gz")


def test_four_axes_are_refused(tmp_path):
    nib.save(nib.Nifti1Image(np.zeros((4, 4, 4, 2), np.int16), np.eye(4)), tmp_path / "v.nii")
    with pytest.raises(PictureError, match="3 axes"):
        read_slice(tmp_path / "v.nii", "v.nii")
