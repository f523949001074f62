"""Floors by type, on the published questions and on small ones."""

import pytest

from eval.floors import measure_file, measure_floors
from eval.questions import Question
from tests.published import closed_record, write_json


def test_published_benchmark(shared):
    measured = {f.name: f for f in measure_file(shared / "mm_neuroonco_v1.0/closed.json")}
    assert measured["all"].n == 3190
    assert measured["all"].chance == pytest.approx(0.211, abs=5e-4)
    assert measured["all"].majority == pytest.approx(0.419, abs=5e-4)
    assert measured["all"].prior == pytest.approx(0.693, abs=5e-4)
    assert measured["diagnosis, 2 options"].n == 116
    assert measured["spread"].prior == pytest.approx(0.906, abs=5e-4)
    assert not measured["spread"].holds


def test_parts_only_where_a_type_has_several_numbers_of_options():
    questions = [
        Question(f"{n}", f"{n}", kind, "?", options, "A")
        for n, (kind, options) in enumerate(
            [("a", ("x", "y")), ("b", ("x", "y")), ("b", ("x", "y", "z")), ("b", ("x", "y", "z"))]
        )
    ]
    names = [(floor.name, floor.n) for floor in measure_floors(questions)]
    assert names == [
        ("b", 3),
        ("b, 2 options", 1),
        ("b, 3 options", 2),
        ("a", 1),
        ("all", 4),
    ]


def test_a_group_is_left_out_whole(tmp_path):
    """Two pictures of one patient cannot vouch for each other."""
    records = [closed_record(n, f"{n}.jpg", answer="B" if n < 2 else "A") for n in range(6)]
    alone = measure_file(write_json(tmp_path / "alone.json", records))[0]
    for record in records[:2]:
        record["meta"] = {"group": "one patient"}
    together = measure_file(write_json(tmp_path / "together.json", records))[0]
    assert alone.majority == together.majority == pytest.approx(4 / 6)
    records = [record for record in records if record["id"] < 3]
    assert measure_file(write_json(tmp_path / "few.json", records))[0].majority == 0


def test_nothing_to_measure(tmp_path):
    assert measure_file(write_json(tmp_path / "none.json", [])) == []
