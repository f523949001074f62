"""Each source is recognised as it unpacks, under any folder names, alone and mixed."""

import shutil

import pytest

from neuroonco.demo.layouts import WRITERS, write_source
from neuroonco.layout import survey
from neuroonco.sources import describe, load_sources, recognise
from neuroonco.tree import scan
from neuroonco.vocabulary import CATEGORIES, MODALITIES

VARIANTS = [
    *((source, {}) for source in WRITERS),
    ("03", {"release": "new"}),
    ("09", {"spelling": "NFD"}),
    ("09", {"wrapper": "Brain Tumor MRI"}),
    ("10", {"meningioma": "Meningiomas"}),
    ("16", {"pictures": True}),
    ("17", {"wrapper": False}),
    ("19", {"release": "old"}),
    ("19", {"release": "old", "wrapper": False}),
    ("19", {"wrapper": False}),
]
SMALL = {"size": 24, "per_class": 1}
WRAPPERS = ["", "my folder", "a/b/c"]


def write(folder, source, variant):
    return write_source(folder, source, **(SMALL | variant))


def describe_all(folder):
    tree = scan(folder)
    return [
        describe(match, found, tree)
        for found in recognise(tree, load_sources().values())
        for match in found.matches
    ]


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize(("source", "variant"), VARIANTS)
def test_alone_under_any_wrapper(tmp_path, source, variant, wrapper):
    written = write(tmp_path / wrapper, source, variant)
    pictures = describe_all(tmp_path)
    assert {picture.source for picture in pictures} == {source}
    paths = {path.relative_to(tmp_path).as_posix() for path in written}
    assert {picture.path for picture in pictures} <= paths
    assert all(p.category in CATEGORIES or p.reason for p in pictures)
    assert all(p.modality in MODALITIES for p in pictures)


def test_a_download_folder_and_three_wrappers_but_no_more(tmp_path):
    write(tmp_path / "x" / "download/b/c/d", "01", {})
    assert describe_all(tmp_path / "x")
    write(tmp_path / "y" / "download/b/c/d/e", "01", {})
    assert describe_all(tmp_path / "y") == []


def test_all_sources_in_one_tree(tmp_path):
    for number, (source, variant) in enumerate(VARIANTS):
        write(tmp_path / f"download {number}" / "unpacked", source, variant)
    found = survey(tmp_path).found
    releases = {(f.source.id, f.layout.name) for f in found}
    assert {source for source, _ in releases} == set(WRITERS)
    assert {("03", "older release"), ("03", "newer release")} <= releases
    assert {("19", "older release"), ("19", "newer release")} <= releases


def test_both_releases_of_03_unpacked_over_each_other(tmp_path):
    write(tmp_path, "03", {"release": "old", "per_class": 3})
    write(tmp_path, "03", {"release": "new", "per_class": 3})
    found = recognise(scan(tmp_path), load_sources().values())
    assert sorted((f.layout.name, len(f.matches)) for f in found) == [
        ("newer release", 24),
        ("older release", 24),
    ]


@pytest.mark.parametrize(
    ("source", "categories"),
    [
        ("01", {"glioma", "meningioma", "healthy", "pituitary"}),
        ("02", {"tumor", "healthy"}),
        ("04", {"glioma", "meningioma", "tumor"}),
        ("05", {"glioma", "meningioma", "healthy", "pituitary"}),
        ("07", {"glioma", "meningioma", "pituitary"}),
        ("10", {"glioma", "meningioma", "neuronal_tumor"}),
        ("13", {"glioma", "meningioma", "healthy", "pituitary"}),
        ("15", {"tumor"}),
        ("16", {"glioma"}),
        ("18", {"tumor"}),
        ("19", {"glioma", "meningioma", "pituitary"}),
    ],
)
def test_categories(tmp_path, source, categories):
    write(tmp_path, source, {"per_class": 2})
    assert {p.category for p in describe_all(tmp_path)} == categories


def test_classes_of_08_that_are_no_tumours_ask_nothing(tmp_path):
    write(tmp_path, "08", {})
    pictures = describe_all(tmp_path)
    reasons = {p.label: p.reason for p in pictures if p.reason}
    assert reasons == {
        "Granuloma": "a granuloma is no tumour",
        "Tuberculoma": "a tuberculoma is no tumour",
    }
    by_label = {p.label: p.category for p in pictures}
    assert by_label["Papiloma"] == "embryonal"
    assert by_label["_NORMAL"] == "healthy"
    assert {p.modality for p in pictures} == {"t1", "t1ce", "t2"}


@pytest.mark.parametrize("spelling", ["NFC", "NFD"])
def test_accents_of_09(tmp_path, spelling):
    write(tmp_path, "09", {"spelling": spelling})
    pictures = describe_all(tmp_path)
    assert "neuronal_tumor" in {p.category for p in pictures}
    assert any("other lesions" in p.reason for p in pictures)


def test_both_mask_spellings_of_10(tmp_path):
    write(tmp_path, "10", {"per_class": 3})
    masks = [p.mask for p in describe_all(tmp_path)]
    assert any(mask.endswith("_mask.tif") for mask in masks)
    assert any(mask.endswith("mask_.tif") for mask in masks)
    assert not any("mask" in p.path.rpartition("/")[2] for p in describe_all(tmp_path))


def test_ct_of_13_is_left_out(tmp_path):
    write(tmp_path, "13", {})
    (found,) = survey(tmp_path).found
    assert not any("CT" in match.file.path for match in found.matches)
    assert found.left_out == {"CT is no MRI": 2}


def test_copies_and_unlabelled_pictures_of_02_are_left_out(tmp_path):
    write(tmp_path, "02", {})
    (found,) = survey(tmp_path).found
    assert {match.groups["class"] for match in found.matches} == {"yes", "no"}
    assert len(found.left_out) == 2


def test_pictures_of_05_count_once_and_have_their_mask(tmp_path):
    write(tmp_path, "05", {})
    pictures = describe_all(tmp_path)
    assert len({p.image_id for p in pictures}) == len(pictures)
    assert all(bool(p.mask) == (p.category != "healthy") for p in pictures)
    shutil.rmtree(tmp_path / "brisc2025/classification_task")
    assert all(p.mask for p in describe_all(tmp_path))


def test_three_yolo_folders_of_19_count_once(tmp_path):
    write(tmp_path, "19", {"per_class": 2})
    ids = [p.image_id for p in describe_all(tmp_path)]
    assert len(ids) == len(set(ids))
    total = sum(1 for _ in tmp_path.rglob("*.jpg"))
    assert len(ids) * 3 == total


def test_numbered_pngs_without_masks_are_no_source(tmp_path):
    write(tmp_path, "15", {})
    shutil.rmtree(tmp_path / "masks")
    assert describe_all(tmp_path) == []


def test_volume_without_a_mask_asks_nothing(tmp_path):
    write(tmp_path, "16", {})
    next(tmp_path.rglob("*_seg.nii.gz")).unlink()
    assert {p.reason for p in describe_all(tmp_path)} == {
        "no mask tells which slice of the volume shows the tumour"
    }


def test_patients(tmp_path):
    write(tmp_path / "a", "16", {"per_class": 2})
    write(tmp_path / "b", "07", {"per_class": 2})
    by_source = {
        s: {p.patient for p in describe_all(tmp_path) if p.source == s} for s in ("07", "16")
    }
    assert len(by_source["16"]) == 2
    assert "" not in by_source["07"] | by_source["16"]
