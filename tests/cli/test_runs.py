"""The commands about runs that were made, as `main` runs them, on runs in folders."""

import json

import pytest

from tests.eval.written_runs import (
    always,
    make_open_questions,
    make_questions,
    right,
    write_run,
)
from tests.published import closed_record, write_json


@pytest.fixture
def runs(tmp_path):
    """A run that is right throughout, and a blind one of the same model that isn't."""
    questions = make_questions(6)
    write_run(tmp_path / "real", questions, right)
    write_run(tmp_path / "blind", questions, always("B"), picture="blank")
    return tmp_path / "real", tmp_path / "blind"


def results_of(run):
    return json.loads((run / "results.json").read_text())


def test_score_writes_the_results_and_prints_them(command, runs):
    real, blind = runs
    status, out, _ = command("score", real)
    assert status == 0
    assert "12 questions expected, 12 scored" in out
    assert results_of(real)["visual_gain"] is None
    status, out, _ = command("score", real, "--blind", blind)
    assert status == 0
    assert "visual gain" in out
    assert results_of(real)["visual_gain"]["overall"]["gain"] == pytest.approx(7 / 12)


def test_score_exits_with_1_where_a_question_has_no_score(command, tmp_path):
    write_run(
        tmp_path / "run",
        make_questions(2),
        lambda item: None if item.key[0] == "1_q1" else right(item),
    )
    status, out, err = command("score", tmp_path / "run")
    assert (status, err) == (1, "")
    assert "1 missing" in out
    assert results_of(tmp_path / "run")["counts"]["missing"] == 1


def test_score_refuses_what_is_no_run_in_a_line(command, tmp_path):
    status, out, err = command("score", tmp_path)
    assert (status, out) == (1, "")
    assert err.startswith("error: ")
    assert len(err.splitlines()) == 1


def test_score_makes_a_run_of_a_predictions_file_without_pictures(command, tmp_path):
    records = [closed_record(n, f"glioma/08_t1/x ({n}).jpg") for n in (1, 2)]
    write_json(tmp_path / "data/benchmark/closed/closed.json", records)
    entries = [{"id": n, "q_index": 1, "gt": "A", "pred": "B", "raw": "A"} for n in (1, 2)]
    file = write_json(tmp_path / "preds.jsonl", entries)
    status, _, err = command("score", file, "--data-dir", tmp_path / "data")
    assert status == 1
    assert "--out" in err
    out = tmp_path / "run"
    status, printed, _ = command("score", file, "--data-dir", tmp_path / "data", "--out", out)
    assert status == 0
    assert "preds, closed" in printed
    assert results_of(out)["overall"]["accuracy"] == 1
    assert command("score", out)[0] == 0


def test_report_writes_both_files_and_says_where(command, runs, tmp_path):
    for run in runs:
        command("score", run)
    status, out, _ = command("report", *runs, "--out", tmp_path / "both")
    assert status == 0
    assert out.split() == [str(tmp_path / "both" / name) for name in ("report.md", "report.html")]
    text = (tmp_path / "both/report.md").read_text()
    assert "(run real, generate" in text
    assert "blank picture" in text
    assert "</html>" in (tmp_path / "both/report.html").read_text()
    command("report", runs[0])
    assert (runs[0] / "report.html").is_file()


def test_report_shows_open_runs(command, tmp_path):
    run = tmp_path / "words"
    write_run(run, make_open_questions(2), lambda item: item.question.reference)
    command("score", run)
    command("report", run)
    text = (run / "report.md").read_text()
    assert "| keyword recall unprompted echo | 0.000 (0.000 to 0.000) |" in text
    assert "| token f1 | 1.000 (1.000 to 1.000) |" in text


def test_compare_prints_the_difference(command, runs):
    real, blind = runs
    status, out, _ = command("compare", blind, real, "--show", 1)
    assert status == 0
    assert "95 % interval" in out
    assert "\n all  " in out
    assert "+0.583" in out
    assert "12 scored by both" in out
    assert "and 6 more" in out
    status, out, _ = command("compare", blind, real, "--json")
    told = json.loads(out)
    assert len(told["differing"]) == 7
    assert told["overall"]["accuracy"]["difference"] == pytest.approx(7 / 12)


def test_compare_refuses_runs_of_different_datasets(command, runs, tmp_path):
    write_run(tmp_path / "other", make_questions(2), right)
    status, _, err = command("compare", runs[0], tmp_path / "other")
    assert status == 1
    assert "dataset" in err
