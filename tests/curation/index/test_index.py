import csv
import json
import os
import signal
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from heads import head, jpeg, slices
from PIL import Image

from neuroonco.curation.index import build as stage
from neuroonco.curation.index import build_index, read_index
from neuroonco.curation.splits import Shares
from neuroonco.demo.layouts import write_source
from neuroonco.errors import CurationError
from neuroonco.layout import survey

OTHERS = {"yes": "tumor", "no": "healthy"}


@pytest.fixture(scope="module")
def downloads(tmp_path_factory) -> Path:
    """Five sources: JPEG, MATLAB, NIfTI, YOLO, and one with CT. Not to be changed."""
    folder = tmp_path_factory.mktemp("downloads")
    for source in ("03", "07", "13", "16", "19"):
        write_source(folder / f"download {source}", source, per_class=2)
    return folder


@pytest.fixture(scope="module")
def indexed(downloads, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    return {row.image_id: row for row in read_index(build_index(survey(downloads), out))}


def build(raw: Path, out: Path, **settings) -> dict[str, stage.IndexRow]:
    path = build_index(survey(raw), out, workers=1, **settings)
    return {row.path: row for row in read_index(path)}


def put(raw: Path, name: str, picture: Image.Image) -> None:
    path = raw / name
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)


@pytest.fixture
def reads(monkeypatch) -> list[str]:
    """The paths that are read, one after the other."""
    seen: list[str] = []
    really = stage.read_all

    def read_all(jobs):
        seen.extend(job.file.path for job in jobs)
        return really(jobs)

    monkeypatch.setattr(stage, "read_all", read_all)
    return seen


def test_there_is_a_row_for_every_picture(downloads, indexed):
    layout = survey(downloads)
    matched = {match.file.path for place in layout.found for match in place.matches}
    ct = {path for path in layout.tree.files if "CT scan" in path}
    assert {row.path for row in indexed.values()} == matched | ct
    assert ct
    assert len({row.image_id for row in indexed.values()}) == len(indexed)


def test_a_row_says_what_the_source_says(indexed):
    row = indexed["03/Training/glioma/Tr-gl_0010.jpg"]
    assert (row.source, row.label, row.category, row.reason) == ("03", "glioma", "glioma", "")
    assert (row.width, row.height, row.mode) == (128, 128, "L")
    assert len(row.bytes_digest) == 32
    assert len(row.phash) == 16


def test_patients_cases_and_slices(indexed):
    of_07 = [row for row in indexed.values() if row.source == "07"]
    of_16 = [row for row in indexed.values() if row.source == "16"]
    assert all(row.patient.startswith("07/") for row in of_07)
    assert {row.patient for row in of_16} == {"brats2021_00000", "brats2021_00001"}
    assert all(row.mask.endswith("_seg.nii.gz") and row.width for row in of_16)
    for patient in {row.patient for row in (*of_07, *of_16)}:
        assert len({row.group for row in indexed.values() if row.patient == patient}) == 1


def test_ct_is_flagged_and_left_out_with_its_reason(indexed):
    ct = [row for row in indexed.values() if "CT scan" in row.path]
    assert all("ct" in row.flags and row.reason == "CT is no MRI" for row in ct)
    assert all(row.split == "" and row.category == "" for row in ct)


def test_a_slice_that_a_name_tells(tmp_path):
    write_source(tmp_path / "raw", "19", per_class=2, release="old")
    rows = build(tmp_path / "raw", tmp_path / "out").values()
    assert all(row.patient.startswith("volume_") and row.slice is not None for row in rows)


def test_copies_across_sources_are_found(tmp_path):
    raw = tmp_path / "raw"
    names = [path.relative_to(raw).as_posix() for path in write_source(raw / "a", "17", size=256)]
    name = next(name for name in names if "glioma" in name)
    picture = Image.open(raw / name)
    small = jpeg(picture.convert("L").resize((200, 200)), 60)
    put(raw, "b/Training/glioma/Tr-gl_0010.jpg", small)
    put(raw, "c/images/7.png", picture)
    put(raw, "c/masks/7.png", Image.new("L", picture.size))
    rows = build(raw, tmp_path / "out")
    copies = [rows[path] for path in (name, "b/Training/glioma/Tr-gl_0010.jpg", "c/images/7.png")]
    assert len({row.group for row in copies}) == 1
    assert copies[0].pixels_digest == copies[2].pixels_digest != copies[1].pixels_digest
    assert copies[0].bytes_digest != copies[2].bytes_digest
    assert [row.duplicate_of for row in copies] == ["15/images/7.png", "15/images/7.png", ""]
    assert sum(bool(row.duplicate_of) for row in rows.values()) == 2


def test_slices_of_one_volume_are_no_duplicates(tmp_path):
    for number, picture in enumerate(slices()):
        put(tmp_path / "raw", f"yes/y{number}.jpg", picture)
    rows = build(tmp_path / "raw", tmp_path / "out").values()
    assert [row.duplicate_of for row in rows] == [""] * len(rows)


def test_a_group_is_closed_over_patients_and_duplicates(tmp_path):
    """Slice 0 of one patient is a copy of slice 1 of another: all four belong together."""
    raw = tmp_path / "raw"
    paths = {}
    for patient in ("volume_1", "volume_2"):
        for number in (0, 1):
            name = f"{patient}_slice_{number}_jpg.rf.{number:032x}"
            shown = head(9) if patient[-1] == str(number + 1) else head(int(patient[-1]))
            put(raw, f"train/images/{name}.jpg", shown)
            paths[patient, number] = f"train/images/{name}.jpg"
            label = raw / f"train/labels/{name}.txt"
            label.parent.mkdir(parents=True, exist_ok=True)
            label.write_text("0 0.5 0.5 0.1 0.1\n")
    rows = build(raw, tmp_path / "out")
    assert rows[paths["volume_2", 1]].duplicate_of == rows[paths["volume_1", 0]].image_id
    assert len({row.group for row in rows.values()}) == 1


def test_contradictory_labels_are_listed_and_in_no_split(tmp_path):
    raw = tmp_path / "raw"
    put(raw, "Training/glioma/Tr-gl_0010.jpg", head(1))
    put(raw, "Training/meningioma/Tr-me_0010.jpg", jpeg(head(1), 60))
    put(raw, "Training/pituitary/Tr-pi_0010.jpg", head(2))
    put(raw, "other/yes/y1.jpg", head(2))
    rows = build(raw, tmp_path / "out")
    torn = {path for path, row in rows.items() if row.conflict}
    assert torn == {"Training/glioma/Tr-gl_0010.jpg", "Training/meningioma/Tr-me_0010.jpg"}
    assert {rows[path].split for path in torn} == {""}
    with (tmp_path / "out" / "conflicts.csv").open(newline="") as file:
        listed = list(csv.DictReader(file))
    assert [(row["path"], row["category"]) for row in listed] == [
        ("Training/glioma/Tr-gl_0010.jpg", "glioma"),
        ("Training/meningioma/Tr-me_0010.jpg", "meningioma"),
    ]
    assert len({row["group"] for row in listed}) == 1


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"\xff\xd8\xff\xe0 cut off", b"\x89PNG\r\n\x1a\n"]
)
def test_a_broken_file_is_a_row_with_its_reason(tmp_path, content):
    raw = tmp_path / "raw"
    put(raw, "yes/y1.jpg", head(1))
    (raw / "yes" / "y2.jpg").write_bytes(content)
    row = build(raw, tmp_path / "out")["yes/y2.jpg"]
    assert row.reason.startswith("broken: ")
    assert "y2.jpg" not in row.reason
    assert (row.width, row.height, row.category, row.split) == (None, None, "", "")


def test_a_broken_label_a_broken_matlab_file_and_a_broken_volume_are_rows(tmp_path):
    raw = tmp_path / "raw"
    for source in ("07", "16", "19"):
        write_source(raw / source, source, per_class=2)
    broken = [
        next((raw / "07").rglob("1.mat")),
        next((raw / "16").rglob("*_t2.nii.gz")),
        next((raw / "19").rglob("*.txt")),
    ]
    for path in broken:
        path.write_bytes(b"not this")
    rows = build(raw, tmp_path / "out").values()
    stems = sorted(Path(row.path).name.split(".")[0] for row in rows if row.reason)
    assert stems == sorted(path.name.split(".")[0] for path in broken)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_not_unicode_is_a_row(tmp_path):
    folder = tmp_path / "raw" / "Astrocitoma T1"
    put(tmp_path / "raw", "Astrocitoma T1/a.jpg", head(1, 64))
    (folder / "a.jpg").rename(folder / os.fsdecode(b"b\xff.jpg"))
    (row,) = build(tmp_path / "raw", tmp_path / "out").values()
    assert row.path == "Astrocitoma T1/b?.jpg"
    assert row.reason == "broken: its name is not Unicode; rename it"


def test_nothing_is_read_again(tmp_path, reads):
    raw, out = tmp_path / "raw", tmp_path / "out"
    write_source(raw, "03", per_class=2, size=64)
    first = build(raw, out)
    assert sorted(reads) == sorted(first)
    stamps = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    reads.clear()
    assert build(raw, out) == first
    assert reads == []
    assert {path: path.stat().st_mtime_ns for path in out.iterdir()} == stamps


def test_only_what_changed_is_read_again(tmp_path, reads):
    raw, out = tmp_path / "raw", tmp_path / "out"
    write_source(raw, "03", per_class=2, size=64)
    write_source(raw / "b", "19", per_class=1, size=64)
    before = build(raw, out)
    reads.clear()
    changed, gone = sorted(path for path in before if path.startswith("Training/glioma"))
    label = next((raw / "b").rglob("labels/*.txt"))
    put(raw, changed, head(7, 64))
    (raw / gone).unlink()
    put(raw, "Training/glioma/Tr-gl_0999.jpg", head(8, 64))
    label.write_text(label.read_text() + "0 0.5 0.5 0.1 0.1\n")
    after = build(raw, out)
    labelled = label.relative_to(raw).as_posix().replace("labels", "images")[: -len(".txt")]
    assert sorted(reads) == sorted([changed, "Training/glioma/Tr-gl_0999.jpg", f"{labelled}.jpg"])
    assert after.keys() == before.keys() - {gone} | {"Training/glioma/Tr-gl_0999.jpg"}
    assert after[changed].pixels_digest != before[changed].pixels_digest


def test_another_seed_reads_nothing_again(tmp_path, reads):
    raw, out = tmp_path / "raw", tmp_path / "out"
    write_source(raw, "03", per_class=4, size=64)
    build(raw, out)
    reads.clear()
    before = {path: row.split for path, row in build(raw, out).items()}
    after = {path: row.split for path, row in build(raw, out, seed=1).items()}
    assert reads == []
    assert before != after


KILLED = """
import os, signal, sys
from pathlib import Path
from neuroonco.curation.index import build as stage
from neuroonco.layout import survey

count, really = 0, stage.read_all

def read_all(jobs):
    global count
    count += len(jobs)
    if count > 130:
        os.kill(os.getpid(), signal.SIGKILL)
    return really(jobs)

stage.read_all = read_all
stage.build_index(survey(sys.argv[1]), Path(sys.argv[2]), workers=1)
"""


def test_a_killed_run_goes_on_where_it_was(tmp_path, reads):
    raw, out = tmp_path / "raw", tmp_path / "out"
    draw = np.random.default_rng(0)
    for number in range(150):
        noise = draw.integers(0, 255, (24, 24), dtype=np.uint8)
        put(raw, f"no/no{number}.jpg", Image.fromarray(noise))
    killed = subprocess.run([sys.executable, "-c", KILLED, str(raw), str(out)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not (out / "index.parquet").exists()
    rows = build(raw, out)
    assert len(rows) == 150
    assert len(reads) < 150 - 100


def test_the_number_of_processes_changes_nothing(tmp_path):
    raw = tmp_path / "raw"
    write_source(raw, "03", per_class=9, size=48)
    one = build_index(survey(raw), tmp_path / "one", workers=1)
    two = build_index(survey(raw), tmp_path / "two", workers=2)
    for name in ("index.parquet", "conflicts.csv", "leakage.md"):
        assert (one.parent / name).read_bytes() == (two.parent / name).read_bytes()


def test_no_group_is_in_two_splits_and_strata_are_parted_alike(tmp_path):
    raw = tmp_path / "raw"
    write_source(raw / "a", "03", per_class=12, size=48)
    write_source(raw / "b", "17", per_class=12, size=48)
    rows = build(raw, tmp_path / "out", shares=Shares(0.25, 0.25)).values()
    splits, strata = defaultdict(set), defaultdict(list)
    for row in rows:
        splits[row.group].add(row.split)
        strata[row.category, row.source].append(row.split)
    assert all(len(found) == 1 for found in splits.values())
    for found in strata.values():
        assert found.count("test") / len(found) == pytest.approx(0.25, abs=0.1)
        assert found.count("validation") / len(found) == pytest.approx(0.25, abs=0.1)


@pytest.fixture
def with_benchmark(tmp_path) -> Path:
    """Source 03, and a benchmark that holds a re-encoded copy of one of its pictures."""
    raw = tmp_path / "raw"
    write_source(raw / "download", "03", per_class=3)
    copied = Image.open(raw / "download/Training/glioma/Tr-gl_0010.jpg")
    name = "glioma/08_t1/glioma_08_t1 (3).jpg"
    put(raw, f"published/{name}", jpeg(copied.resize((100, 100)), 70))
    asked = {"question_type": "diagnosis", "question": "What?", "answer": "A"}
    asked["options"] = {"A": "glioma", "B": "meningioma"}
    named = [name, "meningioma/16_t1/BraTS2021_00001/BraTS2021_00001_t1.png"]
    records = [{"id": n, "image_path": p, "vqa_pairs": [asked]} for n, p in enumerate(named)]
    (raw / "benchmark" / "closed").mkdir(parents=True)
    (raw / "benchmark" / "closed" / "closed.json").write_text(json.dumps(records))
    return raw


def test_what_shares_a_picture_with_the_benchmark_is_held_out(tmp_path, with_benchmark):
    rows = build(with_benchmark, tmp_path / "out")
    published = rows["published/glioma/08_t1/glioma_08_t1 (3).jpg"]
    copied = rows["download/Training/glioma/Tr-gl_0010.jpg"]
    assert (published.image_id, published.source) == (f"benchmark/{published.path}", "08")
    assert published.reason == "a picture of the published benchmark"
    assert published.group == copied.group
    assert {row.path for row in rows.values() if not row.split} == {published.path, copied.path}


def test_a_case_that_the_benchmark_names_is_held_out_without_its_picture(tmp_path, with_benchmark):
    write_source(with_benchmark / "brats", "16", per_class=3)
    rows = build(with_benchmark, tmp_path / "out").values()
    held = {row.patient for row in rows if row.source == "16" and not row.split}
    assert held == {"brats2021_00001"}


def test_blank_pictures_link_nobody(tmp_path):
    raw = tmp_path / "raw"
    for folder, name in OTHERS.items():
        put(raw, f"{folder}/{folder[0]}1.jpg", Image.new("L", (64, 64)))
        put(raw, f"{folder}/{folder[0]}2.jpg", head(len(name), 64))
    rows = build(raw, tmp_path / "out").values()
    assert sum("nearly_blank" in row.flags for row in rows) == 2
    assert len({row.group for row in rows}) == 4
    assert not any(row.conflict or row.duplicate_of for row in rows)


def test_a_row_holds_no_absolute_path(downloads, indexed):
    for row in indexed.values():
        assert str(downloads) not in repr(row)


def test_files_that_cannot_be_read_say_so(tmp_path):
    with pytest.raises(CurationError, match=r"index\.parquet: cannot be read"):
        read_index(tmp_path / "index.parquet")
    write_source(tmp_path / "raw", "03", per_class=1, size=48)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "index.readings.sqlite").write_bytes(b"no data base" * 200)
    with pytest.raises(CurationError, match="delete it"):
        build_index(survey(tmp_path / "raw"), tmp_path / "out")


def test_an_index_inside_the_downloads_does_not_change_them(tmp_path, reads):
    write_source(tmp_path, "03", per_class=1, size=48)
    rows = build(tmp_path, tmp_path / "out")
    reads.clear()
    before = (tmp_path / "out" / "index.parquet").stat().st_mtime_ns
    assert build(tmp_path, tmp_path / "out") == rows
    assert (tmp_path / "out" / "index.parquet").stat().st_mtime_ns == before
    assert reads == []
