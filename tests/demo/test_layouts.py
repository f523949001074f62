import json
import re
import unicodedata
from pathlib import Path

import h5py
import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from neuroonco.demo.layouts import WRITERS, write_source

DESCRIBED = [f"{n:02}" for n in (1, 2, 3, 4, 5, 7, 8, 9, 10, 13, 15, 16, 17, 18, 19)]
TINY = {"size": 48}


def tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def names(folder: Path) -> set[str]:
    return set(tree(folder))


def test_there_is_a_writer_for_every_described_source() -> None:
    assert sorted(WRITERS) == DESCRIBED


@pytest.mark.parametrize("source", DESCRIBED)
def test_same_seed_same_bytes_anywhere(source: str, tmp_path: Path) -> None:
    write_source(tmp_path / "a", source, per_class=1, seed=4, **TINY)
    write_source(tmp_path / "b" / "c", source, per_class=1, seed=4, **TINY)
    assert tree(tmp_path / "a") == tree(tmp_path / "b" / "c")


@pytest.mark.parametrize("source", DESCRIBED)
def test_another_seed_gives_other_pictures_under_the_same_names(
    source: str, tmp_path: Path
) -> None:
    one = write_source(tmp_path / "a", source, per_class=1, seed=1, **TINY)
    two = write_source(tmp_path / "b", source, per_class=1, seed=2, **TINY)
    assert [p.name for p in one] == [p.name for p in two]
    assert all(a.read_bytes() != b.read_bytes() for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("source", [s for s in DESCRIBED if s not in ("07", "16")])
def test_pictures_decode_as_their_extension_says(source: str, tmp_path: Path) -> None:
    formats = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".tif": "TIFF", ".webp": "WEBP"}
    paths = write_source(tmp_path, source, **TINY)
    assert len(paths) == len(set(paths)) > 0
    for path in paths:
        with Image.open(path) as picture:
            picture.load()
            assert picture.format == formats[path.suffix.lower()]
            assert picture.size == (48, 48)
            assert picture.mode in ("L", "RGB")
            assert np.asarray(picture).std() > 5


def test_01(tmp_path: Path) -> None:
    write_source(tmp_path, "01", per_class=3, **TINY)
    assert {
        "Training/glioma_tumor/gg (1).jpg",
        "Training/meningioma_tumor/m1(2).jpg",
        "Training/meningioma_tumor/m3 (3).jpg",
        "Training/no_tumor/1.jpg",
        "Training/no_tumor/image(2).jpg",
        "Testing/pituitary_tumor/image.jpg",
        "Testing/pituitary_tumor/image(1).jpg",
    } <= names(tmp_path)


def test_02_annotates_copies_of_its_tumours(tmp_path: Path) -> None:
    write_source(tmp_path, "02", per_class=3, **TINY)
    found = names(tmp_path)
    assert {"yes/y1.jpg", "no/no1.jpg", "no/No12.jpg", "pred/pred3.jpg"} <= found
    regions = json.loads((tmp_path / "Br35H-Mask-RCNN/annotations_all.json").read_text())
    assert {r["filename"] for r in regions.values()} == {"y1.jpg", "y2.jpg", "y3.jpg"}
    for part, name in (("TRAIN", "y1"), ("VAL", "y2"), ("TEST", "y3")):
        copy = tmp_path / f"Br35H-Mask-RCNN/{part}/{name}.jpg"
        assert copy.read_bytes() == (tmp_path / f"yes/{name}.jpg").read_bytes()
    shape = next(iter(regions.values()))["regions"][0]["shape_attributes"]
    assert len(shape["all_points_x"]) == len(shape["all_points_y"]) >= 3


def test_03_old_and_new_names(tmp_path: Path) -> None:
    write_source(tmp_path / "old", "03", **TINY)
    write_source(tmp_path / "new", "03", release="new", **TINY)
    old, new = names(tmp_path / "old"), names(tmp_path / "new")
    assert {"Training/glioma/Tr-gl_0010.jpg", "Testing/notumor/Te-noTr_0001.jpg"} <= old
    assert {"Training/glioma/Tr-gl_1.jpg", "Testing/pituitary/Te-pi_2.jpg"} <= new
    assert not old & new


def test_05_masks_and_manifest_fit_the_pictures(tmp_path: Path) -> None:
    write_source(tmp_path, "05", **TINY)
    root = tmp_path / "brisc2025"
    pictures = sorted(root.glob("segmentation_task/train/images/*.jpg"))
    assert len(pictures) == 6
    for path in pictures:
        assert re.fullmatch(r"brisc2025_train_\d{5}_(gl|me|pi)_ax_t1", path.stem)
        mask = Image.open(path.parents[1] / "masks" / f"{path.stem}.png")
        assert mask.mode == "L"
        assert mask.size == Image.open(path).size
        assert set(np.unique(np.asarray(mask))) == {0, 255}
        (same,) = root.glob(f"classification_task/train/*/{path.name}")
        assert same.read_bytes() == path.read_bytes()
    manifest = json.loads((root / "manifest.json").read_text())
    assert len(manifest) == 16 == len((root / "manifest.csv").read_text().splitlines()) - 1


def test_07_picture_and_mask_are_both_transposed(tmp_path: Path) -> None:
    paths = write_source(tmp_path, "07", per_class=2, size=96)
    assert {p.parent.name for p in paths} == {
        "brainTumorDataPublic_1766",
        "brainTumorDataPublic_7671532",
        "brainTumorDataPublic_15332298",
        "brainTumorDataPublic_22993064",
    }
    labels, people = [], []
    for path in paths:
        assert path.read_bytes()[:10] == b"MATLAB 7.3"
        with h5py.File(path) as file:
            data = file["cjdata"]
            assert data["image"].dtype == np.int16
            picture, mask = data["image"][()].T, data["tumorMask"][()].T.astype(bool)
            labels.append(int(data["label"][0, 0]))
            people.append("".join(chr(code) for code in data["PID"][:, 0]))
            border = data["tumorBorder"][0].reshape(-1, 2) - 1
        # Heads are longer than wide once the picture stands upright.
        rows, columns = np.nonzero(picture > 1200)
        assert np.ptp(rows) > np.ptp(columns)
        assert picture[mask].mean() > 1.2 * picture[picture > 700].mean()
        assert all(mask[int(y), int(x)] for x, y in border)
    assert labels == [1, 1, 2, 2, 3, 3]
    assert people[0] == people[1] != people[2] == people[3]
    with h5py.File(tmp_path / "cvind.mat") as file:
        assert file["cvind"].shape == (1, 3064)


def test_08_has_44_folders_and_every_spelling(tmp_path: Path) -> None:
    paths = write_source(tmp_path, "08", per_class=3, size=32)
    folders = {p.name for p in tmp_path.iterdir()}
    assert len(folders) == 44
    assert {"Granuloma T1C+", "Tuberculoma T2", "_NORMAL T1", "_NORMAL T2"} <= folders
    assert "_NORMAL T1C+" not in folders
    found = {p.name for p in paths}
    assert {p.suffix for p in paths} == {".jpeg", ".jpg", ".JPG", ".webp"}
    assert sum(p.suffix == ".webp" for p in paths) == 1
    assert "astro_infraT (1).jpeg" in found
    for pattern in (r"[0-9a-f]{30}_big", r"[0-9a-f]{64}_big", r"\d{3}_big_gallery.jpeg"):
        assert any(re.match(pattern, name) for name in found), pattern
    assert {Image.open(p).mode for p in paths} == {"L", "RGB"}


@pytest.mark.parametrize("spelling", ["NFC", "NFD"])
def test_09_accents_on_disk_are_spelled_as_asked(spelling: str, tmp_path: Path) -> None:
    write_source(tmp_path, "09", per_class=1, spelling=spelling, wrapper="any", size=32)
    folders = [p.name for p in (tmp_path / "any").iterdir()]
    assert len(folders) == 17
    assert all(unicodedata.is_normalized(spelling, name) for name in folders)
    other = {"NFC": "NFD", "NFD": "NFC"}[spelling]
    assert sum(not unicodedata.is_normalized(other, name) for name in folders) == 6


def test_09_spelling_changes_names_only(tmp_path: Path) -> None:
    for spelling in ("NFC", "NFD"):
        write_source(tmp_path / spelling, "09", per_class=1, spelling=spelling, size=32)
    composed, decomposed = tree(tmp_path / "NFC"), tree(tmp_path / "NFD")
    assert set(composed) != set(decomposed)
    assert composed == {unicodedata.normalize("NFC", k): v for k, v in decomposed.items()}


def test_10_has_both_mask_spellings(tmp_path: Path) -> None:
    paths = write_source(tmp_path, "10", per_class=2, meningioma="Meningiomas", **TINY)
    found = names(tmp_path)
    assert {
        "Astrocytoma/Astrocytoma_T1CE_001.tif",
        "Astrocytoma/Astrocytoma_T1CE_001_mask.tif",
        "Glioblastoma/Glioblastoma_flair_001.tif",
        "Glioblastoma/Glioblastoma_flair_001mask_.tif",
        "Gliomas/TCGA_CS_4941_19960909_1.tif",
        "Gliomas/2_flair.tif",
        "Meningiomas/1.tif",
        "Neurocytoma/T2_1.tif",
    } <= found
    assert len(found) == 2 * len(paths)
    for path in paths:
        assert Image.open(path).mode == "RGB"
        (mask,) = (p for p in path.parent.glob(f"{path.stem}*mask*.tif"))
        assert Image.open(mask).mode == "L"
        assert set(np.unique(np.asarray(Image.open(mask)))) == {0, 255}


def test_13_mixes_in_ct(tmp_path: Path) -> None:
    write_source(tmp_path, "13", per_class=1, **TINY)
    assert {
        "Dataset/Brain Tumor CT scan Images/Healthy/ct_healthy (1).jpg",
        "Dataset/Brain Tumor MRI images/Healthy/mri_healthy (1).jpg",
        "Dataset/Brain Tumor MRI images/Tumor/meningioma (1).jpg",
    } <= names(tmp_path)


@pytest.mark.parametrize(("source", "root"), [("15", ""), ("18", "data/data/")])
def test_15_and_18_pair_pictures_and_masks_by_name(source: str, root: str, tmp_path: Path) -> None:
    write_source(tmp_path, source, per_class=1, **TINY)
    for n in (1, 2, 3):
        assert Image.open(tmp_path / f"{root}images/{n}.png").mode == "L"
        mask = np.asarray(Image.open(tmp_path / f"{root}masks/{n}.png"))
        assert set(np.unique(mask)) == {0, 255}


def test_16_volumes(tmp_path: Path) -> None:
    paths = write_source(tmp_path, "16", per_class=1, shape=(40, 40, 16), enhancing=3)
    assert [p.name for p in paths] == [
        f"BraTS2021_00000_{s}.nii.gz" for s in ("flair", "t1", "t1ce", "t2")
    ]
    for path in paths:
        image = nib.load(path)
        assert image.shape == (40, 40, 16)
        assert image.get_data_dtype() == np.int16
        assert nib.aff2axcodes(image.affine) == ("L", "P", "S")
    seg = nib.load(paths[0].with_name("BraTS2021_00000_seg.nii.gz"))
    assert set(np.unique(np.asarray(seg.dataobj))) == {0, 1, 2, 3}


def test_16_pictures(tmp_path: Path) -> None:
    paths = write_source(tmp_path, "16", per_class=1, pictures=True, **TINY)
    assert {p.name for p in paths} == {
        f"BraTS2021_00000_{s}.png" for s in ("flair", "t1", "t1ce", "t2")
    }
    assert {Image.open(p).mode for p in paths} == {"RGB"}
    seg = np.asarray(Image.open(paths[0].with_name("BraTS2021_00000_seg.png")))
    assert set(np.unique(seg)) == {0, 255}


def test_17_with_and_without_its_folder(tmp_path: Path) -> None:
    write_source(tmp_path / "a", "17", per_class=1, **TINY)
    write_source(tmp_path / "b", "17", per_class=1, wrapper=False, **TINY)
    assert "Data/glioma_tumor/G_1.jpg" in names(tmp_path / "a")
    assert "normal/N_1.jpg" in names(tmp_path / "b")


@pytest.mark.parametrize("release", ["new", "old"])
def test_19_labels_are_fractions_and_of_both_kinds(release: str, tmp_path: Path) -> None:
    paths = write_source(tmp_path, "19", per_class=2, release=release, size=64)
    lengths, classes = set(), set()
    for path in paths:
        label = path.parents[1] / "labels" / f"{path.stem}.txt"
        for line in label.read_text().splitlines():
            kind, *values = line.split()
            classes.add(kind)
            lengths.add(len(values) == 4)
            assert len(values) % 2 == 0
            assert len(values) >= 4
            assert all(0 <= float(v) <= 1 for v in values)
    assert lengths == {True, False}
    assert classes == {"0", "1", "2"}
    for path in paths:
        assert (path.parents[2] / "data.yaml").is_file()


def test_19_new_release_repeats_its_pictures_in_three_folders(tmp_path: Path) -> None:
    paths = write_source(tmp_path, "19", per_class=1, **TINY)
    roots = {p.parents[2].name for p in paths}
    assert roots == {"BrainTumorYolov8", "BrainTumorYolov9", "BrainTumorYolov11"}
    assert len({p.read_bytes() for p in paths}) == len(paths) // 3
    assert all(re.fullmatch(r"\d+_jpg\.rf\.[0-9a-f]{32}\.jpg", p.name) for p in paths)
    assert (
        "names: ['glioma', 'meningioma', 'pituitary']"
        in (tmp_path / "BrainTumor/BrainTumorYolov8/data.yaml").read_text()
    )


def test_19_old_release_names(tmp_path: Path) -> None:
    (first, *_) = write_source(tmp_path, "19", per_class=1, release="old", **TINY)
    assert first.relative_to(tmp_path).as_posix().startswith("Brain Tumor Detection/train/images/")
    assert re.fullmatch(r"volume_\d+_slice_\d+_jpg\.rf\.[0-9a-f]{32}\.jpg", first.name)


def test_unknown_sources_and_variants_are_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        write_source(tmp_path, "12")
    with pytest.raises(TypeError):
        write_source(tmp_path, "01", release="new")
