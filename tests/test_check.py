"""The check tells what is there, what is broken, what is missing and where to get it."""

import io
import json
from dataclasses import asdict

import pytest
from PIL import Image
from rich.console import Console

from neuroonco.check import check
from neuroonco.check_table import print_report
from neuroonco.demo.layouts import write_source
from tests.published import PATHS, write_benchmark, write_picture


def of(report, source):
    return next(s for s in report.sources if s.id == source)


def test_raw(raw):
    report = check(raw)
    assert report.is_sound
    assert [s.id for s in report.sources] == [f"{n:02}" for n in range(1, 21)]
    brats = of(report, "16")
    assert (brats.status, brats.pictures, brats.questions) == ("partial", 8, 48)
    assert brats.licence == "registration required"
    assert brats.link in brats.next_step
    assert of(report, "03").classes == {"glioma": 6, "meningioma": 6, "notumor": 6, "pituitary": 6}
    assert of(report, "01").status == "missing"
    assert "class_map.yaml" in of(report, "14").next_step
    assert report.unrecognised == {}


def test_shared_raw_downloads(shared):
    report = check(shared / "raw", deep=True)
    assert report.is_sound
    assert {s.id: s.pictures for s in report.sources if s.pictures} == {
        "01": 260,
        "03": 240,
        "19": 230,
    }
    assert of(report, "01").classes == dict.fromkeys(
        ("glioma_tumor", "meningioma_tumor", "no_tumor", "pituitary_tumor"), 65
    )


def test_complete_source_is_found(tmp_path):
    write_source(tmp_path, "13", per_class=1, size=16)
    assert of(check(tmp_path), "13").status == "found"


@pytest.mark.parametrize("deep", [False, True])
def test_broken_pictures(tmp_path, deep):
    for picture in write_source(tmp_path, "17", per_class=1, size=32)[:2]:
        picture.write_bytes(picture.read_bytes()[:200])
    report = check(tmp_path, deep=deep)
    source = of(report, "17")
    assert (source.status, len(source.broken), source.pictures) == ("broken", 2, 4)
    assert not report.is_sound
    assert "again" in source.next_step


def test_deep_finds_what_only_decoding_shows(tmp_path):
    write_source(tmp_path, "16", per_class=1)
    volume = next(tmp_path.rglob("*_t2.nii.gz"))
    volume.write_bytes(volume.read_bytes()[:-400])
    assert check(tmp_path).is_sound
    assert list(of(check(tmp_path, deep=True), "16").broken) == [
        volume.relative_to(tmp_path).as_posix()
    ]


def test_broken_label_file(tmp_path):
    write_source(tmp_path, "19", per_class=1, size=16, release="old")
    label = next(tmp_path.rglob("labels/*.txt"))
    label.write_text("9 1 1 1 1")
    (flaw,) = of(check(tmp_path), "19").broken.values()
    assert label.name in flaw


def test_benchmark(tmp_path):
    write_benchmark(tmp_path, PATHS)
    (tmp_path / PATHS[0]).unlink()
    (tmp_path / PATHS[1]).write_bytes(b"x")
    report = check(tmp_path)
    closed, opened = report.annotations
    assert (closed.config, closed.questions, opened.questions) == ("closed", 4, 4)
    assert closed.pictures == {"exact": 3, "by rule": 0, "matched": 0, "missing": 1}
    assert closed.missing == [PATHS[0]]
    assert list(closed.broken) == [PATHS[1]]
    assert not report.is_sound


def test_links_and_strangers(tmp_path):
    (tmp_path / "data").mkdir()
    Image.new("L", (4, 4)).save(tmp_path / "outside.png")
    (tmp_path / "data/link.png").symlink_to(tmp_path / "outside.png")
    write_picture(tmp_path / "data/unknown/a.png")
    report = check(tmp_path / "data")
    assert report.refused_links == ["link.png"]
    assert report.unrecognised == {"unknown": 1}
    assert not report.is_sound


def test_copies_of_a_source(tmp_path):
    for copy in ("one", "two"):
        write_source(tmp_path / copy, "17", per_class=1, size=16)
    source = of(check(tmp_path), "17")
    assert (source.pictures, source.repeats) == (4, 4)


def test_table_and_json_hold_the_same(raw):
    report = check(raw)
    console = Console(width=160, file=io.StringIO())
    print_report(report, console)
    shown = console.file.getvalue()
    for source in report.sources:
        assert source.id in shown
        assert source.status in shown
    assert "figshare" not in json.dumps(asdict(report)["unrecognised"])
    assert json.loads(json.dumps(asdict(report)))["sources"][15]["questions"] == 48
