import pytest

from neuroonco.curation.cases import case_of, slice_of


@pytest.mark.parametrize(
    ("path", "case", "number"),
    [
        ("x/BraTS2021_00001/BraTS2021_00001_t1.nii.gz", "brats2021_00001", None),
        ("glioma/16/brats2021_00001_T2.png", "brats2021_00001", None),
        ("train/images/volume_100_slice_47_jpg.rf.ab.jpg", "volume_100", 47),
        ("Gliomas/TCGA_CS_4941_19960909_11.tif", "tcga_cs_4941", 11),
        ("Astrocytoma/Astrocytoma_T1CE_000.tif", "", None),
        ("volume_7/1.png", "", None),
        ("yes/y101.jpg", "", None),
    ],
)
def test_what_a_name_tells(path, case, number):
    assert case_of(path) == case
    assert slice_of(path) == number
