"""Slices are chosen by the mask and shown as radiologists do, however the volume is stored."""

import gzip
import itertools
import struct

import nibabel as nib
import numpy as np
import pytest
from nibabel.orientations import axcodes2ornt, ornt_transform

from neuroonco.errors import PictureError
from neuroonco.nifti import read_label_slice, read_slice

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


def test_gzip_in_several_members_and_scaled_values(tmp_path):
    stored = nib.Nifti1Image(np.random.default_rng(0).random((9, 8, 7)) * 1000, np.eye(4))
    stored.header.set_data_dtype(np.int16)  # saved with a slope
    nib.save(stored, tmp_path / "v.nii.gz")
    plain = gzip.decompress((tmp_path / "v.nii.gz").read_bytes())
    (tmp_path / "p.nii").write_bytes(plain)
    members = (plain[:400], plain[400:700], plain[700:])
    (tmp_path / "m.nii.gz").write_bytes(b"".join(map(gzip.compress, members)))
    pictures = [read_slice(tmp_path / name, name) for name in ("v.nii.gz", "p.nii", "m.nii.gz")]
    assert len({picture.tobytes() for picture in pictures}) == 1
    assert len(set(pictures[0].tobytes())) > 20


def test_a_changed_byte_is_found_by_the_checksum(tmp_path):
    path = save(tmp_path / "v.nii.gz", np.zeros((20, 20, 20), np.int16))
    content = bytearray(path.read_bytes())
    content[-6] ^= 1  # of the checksum itself
    path.write_bytes(content)
    with pytest.raises(PictureError, match="broken"):
        read_slice(path, "v.nii.gz")


def test_a_header_without_directions_is_refused(tmp_path):
    volume = nib.Nifti1Image(np.ones((4, 4, 4), np.int16), np.eye(4))
    volume.header["srow_x"] = volume.header["srow_y"] = volume.header["srow_z"] = 0
    volume.header["sform_code"], volume.header["qform_code"] = 1, 0
    (tmp_path / "v.nii").write_bytes(volume.header.binaryblock + bytes(4) + bytes(128))
    with pytest.raises(PictureError, match="which way is up"):
        read_slice(tmp_path / "v.nii", "v.nii")


def test_labels_of_the_largest_slice(tmp_path, head):
    marked = read_label_slice(save(tmp_path / "m.nii.gz", head[1], "PIR"), "m")
    assert (marked.position, marked.grid) == (2, (8, 12, 10))
    assert marked.labels.shape == (12, 10)
    assert np.argwhere(marked.labels == 4).min(axis=0).tolist() == [12 - 9, 10 - 9]
    with pytest.raises(PictureError, match=r"x/no\.nii: cannot be read"):
        read_label_slice(tmp_path / "no.nii", "x/no.nii")


@pytest.mark.parametrize(
    ("place", "value"),
    [(70, struct.pack("<h", 115)), (108, struct.pack("<f", 100)), (42, struct.pack("<h", 32767))],
    ids=["type", "offset", "size"],
)
def test_flaws_of_the_header_are_named(tmp_path, place, value):
    path = save(tmp_path / "v.nii", np.ones((8, 8, 8), np.int16))
    content = bytearray(path.read_bytes())
    content[place : place + len(value)] = value
    path.write_bytes(content)
    (tmp_path / "v.nii.gz").write_bytes(gzip.compress(content))
    for name in ("v.nii", "v.nii.gz"):
        with pytest.raises(PictureError, match=name):
            read_slice(tmp_path / name, name)
