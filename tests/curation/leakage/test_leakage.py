import json
from dataclasses import replace

import numpy as np
import pytest
from heads import head, jpeg

from neuroonco.curation.index import build_index, read_index
from neuroonco.curation.index.duplicates import Pairs
from neuroonco.curation.index.listing import Benchmark
from neuroonco.curation.index.report import report_index
from neuroonco.curation.leakage import check_published
from neuroonco.demo.layouts import write_source
from neuroonco.errors import NeuroOncoError
from neuroonco.layout import survey

NOBODY = Benchmark({}, frozenset(), 0)
NO_PAIRS = Pairs(*(np.empty(0, kind) for kind in (np.intp, np.intp, np.uint8, np.float32)))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("leakage")
    write_source(folder / "raw", "03", per_class=6, size=64)
    path = build_index(survey(folder / "raw"), folder / "out")
    return read_index(path), (folder / "out" / "leakage.md").read_text()


def counted(report: str, what: str) -> tuple[str, str]:
    """How many there are, and how many stand in two places."""
    (line,) = [line for line in report.splitlines() if line.startswith(f"| {what}")]
    return tuple(line.strip("| ").split(" | ")[1:])


def test_a_clean_index_is_proven_clean(built):
    rows, report = built
    for what in ("groups", "patients", "files", "pictures with", "near duplicates", "look-alikes"):
        assert counted(report, what)[1] == "0"
    assert counted(report, "groups")[0] == str(len({row.group for row in rows}))
    for split in ("test", "validation", "train"):
        assert f"| {split} | {sum(row.split == split for row in rows)} |" in report


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ("groups", "group"),
        ("patients", "patient"),
        ("files with the same bytes", "bytes_digest"),
        ("pictures with the same pixels", "pixels_digest"),
    ],
)
def test_what_crosses_is_counted_whatever_the_groups_say(built, what, field):
    rows = list(built[0])
    places = [next(n for n, row in enumerate(rows) if row.split == s) for s in ("test", "train")]
    for place in places:
        rows[place] = replace(rows[place], **{field: "shared"})
    assert counted(report_index(rows, NO_PAIRS, NOBODY), what)[1] == "1"


@pytest.mark.parametrize(("likeness", "expected"), [(0.99, "11"), (0.95, "01"), (0.8, "00")])
def test_pairs_that_cross_are_counted_and_named(built, likeness, expected):
    rows, _ = built
    first, second = (
        next(n for n, row in enumerate(rows) if row.split == s) for s in ("validation", "train")
    )
    pairs = Pairs(
        np.array([first]), np.array([second]), np.array([6], np.uint8), np.array([likeness])
    )
    report = report_index(rows, pairs, NOBODY)
    assert counted(report, "near duplicates")[1] + counted(report, "look-alikes")[1] == expected
    assert f"| {likeness:.3f} | 6 | `{rows[first].path}` | `{rows[second].path}` |" in report


def test_a_benchmark_picture_that_shares_pixels_with_training_is_counted(built):
    rows = list(built[0])
    trained = next(row for row in rows if row.split == "train")
    rows.append(replace(trained, image_id="benchmark/1.jpg", path="1.jpg", group="x", split=""))
    held = Benchmark({"1.jpg": None}, frozenset(), 5)
    report = report_index(rows, NO_PAIRS, held)
    assert counted(report, "pictures with the same pixels")[1] == "1"
    assert "Its questions name 5 pictures; 1 are on disk." in report


def annotate(path, names, field="image_path"):
    rows = [{"id": n, field: [name] if field == "images" else name} for n, name in enumerate(names)]
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        path.write_text(json.dumps(rows))
    return path


CASE = "glioma/16_t1_t2_t1ce_flair_mask/BraTS2021_00001/BraTS2021_00001"


def test_shared_names_are_found(tmp_path):
    tested = [
        f"{CASE}_t1.png",
        "glioma/08_t1/glioma_08_t1 (3).jpg",
        "tumor/05_t1/a.jpg",
        "raw/test/1.jpg",
    ]
    learnt = [
        f"{CASE}_t2.png",  # of the same case
        "glioma/08_t1/glioma_08_t1(3).jpeg",  # the same name but for blanks and its ending
        "glioma/14_t1/a.jpg",  # the same name, another source
        "tumor/05_t1/a.jpg",
        "healthy/05_t1/b.jpg",
        "raw/train/1.jpg",  # raw downloads use a name in several folders
    ]
    found = check_published(
        [annotate(tmp_path / "closed.json", tested)],
        [annotate(tmp_path / "train.jsonl", learnt, "images")],
    )
    assert (found.benchmark, found.training) == (4, 6)
    assert found.paths == ["tumor/05_t1/a.jpg"]
    assert (found.cases, found.case_pictures) == (["brats2021_00001"], 1)
    assert found.stems == ["glioma/08_t1/glioma_08_t1(3).jpeg"]
    assert not found.is_clean
    assert "| same path | 1 |" in found.to_markdown()
    assert "Only names were compared." in found.to_markdown()


def test_shared_pixels_are_found_where_names_differ(tmp_path):
    shown = {
        "glioma/08_t1/1.png": head(1),
        "glioma/08_t1/2.png": head(2),
        "glioma/08_t1/3.png": head(3),
        "healthy/09_t1/a.png": head(1).convert("RGB"),
        "healthy/09_t1/b.jpg": jpeg(head(2), 60),
        "healthy/09_t1/c.png": head(4),
        "healthy/09_t1/broken.png": None,
    }
    for name, picture in shown.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        if picture is None:
            (tmp_path / name).write_bytes(b"no picture")
        else:
            picture.save(tmp_path / name)
    names = list(shown)
    closed = annotate(tmp_path / "closed.json", names[:3])
    train = annotate(tmp_path / "train.json", [*names[2:], "glioma/08_t1/missing.png"])
    found = check_published([closed], [train], tmp_path)
    assert found.paths == ["glioma/08_t1/3.png"]
    on_disk = found.pictures
    assert (on_disk.benchmark, on_disk.training) == (3, 5)
    assert list(on_disk.broken) == ["healthy/09_t1/broken.png"]
    assert on_disk.same_pixels == [("glioma/08_t1/1.png", "healthy/09_t1/a.png")]
    assert [pair[:2] for pair in on_disk.near] == [("glioma/08_t1/2.png", "healthy/09_t1/b.jpg")]
    assert "`glioma/08_t1/1.png = healthy/09_t1/a.png`" in found.to_markdown()


def test_what_shares_nothing_is_clean(tmp_path):
    closed = annotate(tmp_path / "closed.json", ["glioma/08_t1/1.png"])
    train = annotate(tmp_path / "train.json", ["glioma/08_t1/2.png"])
    assert check_published([closed], [train]).is_clean


@pytest.mark.parametrize(
    "content", ["[{}]", '[{"image_path": 3}]', "[1]", "{", '[{"images": [1]}]']
)
def test_unfit_annotations_are_named(tmp_path, content):
    (tmp_path / "closed.json").write_text(content)
    with pytest.raises(NeuroOncoError, match=r"closed\.json"):
        check_published([tmp_path / "closed.json"], [])


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NeuroOncoError, match=r"none\.json"):
        check_published([tmp_path / "none.json"], [])


def test_the_published_files_share_pictures_and_cases(shared):
    published = shared / "mm_neuroonco_v1.0"
    found = check_published(
        [published / "closed.json", published / "open.json"], [published / "metadata_16.json"]
    )
    assert (found.benchmark, found.training) == (1000, 5000)
    assert (len(found.paths), len(found.cases), found.case_pictures) == (113, 109, 436)
