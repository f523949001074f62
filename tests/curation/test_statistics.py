"""The statistics of a build: counts before and after duplicates, floors, a page on its own."""

import re
from collections import Counter

import pytest

from neuroonco.curation.index import IndexRow
from neuroonco.curation.questions import TypeCount, Written, find_subjects
from neuroonco.curation.statistics import count, write_statistics
from neuroonco.floors import Floor

ROW = {
    "image_id": "",
    "path": "a.jpg",
    "source": "01",
    "label": "x",
    "category": "glioma",
    "modality": "t1",
    "patient": "",
    "slice": None,
    "mask": "",
    "width": 10,
    "height": 10,
    "mode": "L",
    "bytes_digest": "",
    "pixels_digest": "",
    "phash": "",
    "group": "g",
    "duplicate_of": "",
    "conflict": False,
    "flags": (),
    "reason": "",
    "split": "test",
    "size_bytes": 1,
    "mtime_ns": 1,
}
ROWS = [
    IndexRow(**ROW | {"image_id": str(n)} | told)
    for n, told in enumerate(
        [
            {},
            {"duplicate_of": "0"},
            {"source": "03", "category": "healthy", "group": "h", "split": "train"},
            {"source": "03", "conflict": True, "split": ""},
            {"flags": ("ct",), "group": "i"},
            {"reason": "granuloma is no tumour", "category": "", "split": ""},
            {"reason": "broken: it is <cut> off", "category": "", "width": None, "split": ""},
            {"reason": "broken: empty", "category": "", "width": None, "split": ""},
        ]
    )
]
SUBJECTS = find_subjects(ROWS, {}, {})
WRITTEN = Written(
    closed={"test": [TypeCount("size", 300, 240, 3, 76)]},
    opened=Counter({"Detail": 12}),
    conversations={"train": Counter({"closed_cot": 34})},
)
GOOD = Floor("size", 240, 1 / 3, 0.32, 0.35)
BAD = Floor("shape", 240, 1 / 3, 0.32, 0.5)


@pytest.fixture
def statistics():
    return count(ROWS, SUBJECTS, WRITTEN, [GOOD])


def test_counts_before_and_after_duplicates(statistics):
    assert statistics.files == 8
    total = statistics.total
    assert (total.before, total.after, total.asked) == (5, 4, 2)
    sources = {
        line.name[:2]: (line.before, line.after, line.asked) for line in statistics.by["source"]
    }
    assert sources == {"01": (3, 2, 1), "03": (2, 2, 1)}
    assert [line.name for line in statistics.by["category"]] == ["glioma", "healthy"]
    assert statistics.splits["healthy"] == {"test": 0, "validation": 0, "train": 1}


def test_reasons_with_broken_files_together(statistics):
    assert statistics.left_out == {
        "broken file": 2,
        "duplicate of another picture": 1,
        "labels in its group contradict each other": 1,
        "flagged: ct": 1,
        "granuloma is no tumour": 1,
    }


def test_floors_are_held_to_three_points_from_200_questions_on():
    assert GOOD.holds
    assert not BAD.holds
    assert Floor("shape", 199, 1 / 3, 0.32, 0.5).holds
    assert Floor("shape", 500, 0.5, 0.1, 0.2).holds
    assert BAD.above_chance == pytest.approx(0.5 - 1 / 3)


def test_markdown(statistics, tmp_path):
    markdown = write_statistics(statistics, tmp_path)[0].read_text()
    assert "| all | 5 | 4 | 2 |" in markdown
    assert "| test | size | 300 | 240 | 60 | 3 | 76 |" in markdown
    assert "| size | 240 | 0.333 | 0.320 | 0.350 | +0.017 |" in markdown
    assert "| instruction, train | closed_cot | 34 |" in markdown


def test_page_stands_alone(statistics, tmp_path):
    page = write_statistics(statistics, tmp_path)[1].read_text()
    assert not re.findall(r"https?:|src=|url\(|<script|<img", page)
    assert "default-src 'none'" in page
    assert "No blind floor of 200 or more questions" in page
    assert page.count("<svg") == page.count("</svg>") > 5


def test_page_names_a_floor_that_is_too_high(tmp_path):
    page = write_statistics(count(ROWS, SUBJECTS, WRITTEN, [GOOD, BAD]), tmp_path)[1].read_text()
    assert "A blind floor of shape lies more than three points above chance" in page


def test_nothing_asked(tmp_path):
    markdown, page = write_statistics(count([], [], Written(), []), tmp_path)
    assert "There are no closed questions" in markdown.read_text()
    assert "Nothing is left out" in page.read_text()
