"""Volumes: the slice is the sequences' own, left and right are those of the picture."""

import os

import nibabel as nib
import numpy as np
import pytest
from nibabel.orientations import axcodes2ornt, io_orientation, ornt_transform

from neuroonco import nifti
from neuroonco.curation.semantics import describe
from neuroonco.curation.semantics.masks import read_mask
from neuroonco.demo.phantom import make_volume

SHAPE = (48, 48, 24)


@pytest.fixture(scope="module")
def patient():
    """A phantom whose lesion lies on the patient's right, as arrays in RAS+."""
    for seed in range(20):
        volume = make_volume(seed, SHAPE)
        ras = nib.as_closest_canonical(nib.Nifti1Image(volume.seg, volume.affine))
        labels = np.asarray(ras.dataobj)
        if np.nonzero(labels)[0].mean() > 0.6 * SHAPE[0]:  # the first axis runs to the right
            flair = nib.Nifti1Image(volume.images["flair"], volume.affine)
            return np.asarray(nib.as_closest_canonical(flair).dataobj), labels
    raise AssertionError("no phantom has its lesion on the right")


def save(path, ras, codes):
    wanted = ornt_transform(axcodes2ornt("RAS"), axcodes2ornt(codes))
    stored = nib.Nifti1Image(ras, np.diag([5.0, 5, 6.5, 1])).as_reoriented(wanted)
    assert nib.aff2axcodes(stored.affine) == tuple(codes)
    nib.save(stored, path)
    return path


@pytest.mark.parametrize("codes", ["RAS", "LAS", "LPS", "PSR"])
def test_the_patients_right_is_on_the_left_of_the_picture(tmp_path, patient, codes):
    flair, labels = patient
    picture = save(tmp_path / "flair.nii.gz", flair, codes)
    seg = save(tmp_path / "seg.nii.gz", labels, codes)
    shown = nifti.read_slice(picture, "flair", seg)
    reading = read_mask(seg, "seg.nii.gz", shown.size, labelled=True)
    found = describe(reading.lesion)
    assert found.centroid_x < 0.4
    assert reading.convention == "radiological"
    # Mask and picture are turned alike: what is marked is brighter on FLAIR.
    values = np.asarray(shown)
    assert values[reading.lesion].mean() > 1.5 * values[~reading.lesion & (values > 0)].mean()
    # However the volume is stored, the same lesion comes out.
    ras = save(tmp_path / "ras.nii.gz", labels, "RAS")
    same = read_mask(ras, "ras.nii.gz", shown.size, labelled=True)
    assert (same.lesion == reading.lesion).all()
    assert (same.slice, same.shares) == (reading.slice, reading.shares)


def test_the_largest_slice_with_its_shares(tmp_path):
    labels = np.zeros((20, 30, 10), np.int16)
    labels[2:6, 5:9, 3] = 2
    labels[2:10, 5:10, 7] = 2
    labels[2:4, 5:10, 7] = 4
    labels[4, 5:10, 7] = 1
    path = save(tmp_path / "seg.nii", labels, "LPS")
    reading = read_mask(path, "seg.nii", (20, 30), labelled=True)
    assert (reading.slice, reading.grid) == (7, (10, 30, 20))
    assert reading.lesion.sum() == 40
    assert reading.shares.enhancing == 10 / 40
    assert reading.shares.core == 5 / 40
    assert reading.shares.oedema == 25 / 40


def test_a_case_reads_its_labels_once(tmp_path, patient):
    flair, labels = patient
    seg = save(tmp_path / "seg.nii.gz", labels, "LPS")
    pictures = [save(tmp_path / f"{name}.nii.gz", flair, "LPS") for name in ("t1", "t2", "flair")]
    first = nifti.read_slice(pictures[0], "t1", seg)
    written = seg.stat()
    seg.write_bytes(b"would be an error if it were read again")
    os.utime(seg, ns=(written.st_atime_ns, written.st_mtime_ns))
    for picture in pictures:
        assert nifti.read_slice(picture, picture.name, seg).tobytes() == first.tobytes()
        assert read_mask(seg, "seg.nii.gz", first.size, labelled=True).lesion.any()


def test_other_axes_and_labels_are_errors(tmp_path):
    path = save(tmp_path / "seg.nii.gz", np.full((8, 8, 4), 9, np.uint8), "RAS")
    with pytest.raises(nifti.PictureError, match="label 9"):
        read_mask(path, "seg.nii.gz", (8, 8), labelled=True)
    assert read_mask(path, "seg.nii.gz", (8, 8), labelled=False).lesion.all()
    with pytest.raises(nifti.PictureError, match="its picture 9 x 8"):
        read_mask(path, "seg.nii.gz", (9, 8), labelled=False)


def test_the_phantoms_stand_as_brats_does():
    orientation = io_orientation(make_volume(0, (12, 12, 6)).affine)
    assert orientation[:, 1].tolist() == [-1, -1, 1]
