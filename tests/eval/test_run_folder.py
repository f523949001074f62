import json

import pytest
from parrots import Parrot

from eval import Settings, evaluate, read_run
from eval.predictions import Prediction
from eval.questions import Question
from eval.runs import Run
from neuroonco.errors import RunError

QUESTIONS = [Question(f"q{n}", f"i{n}", "size", "?", ("small", "large"), "A") for n in range(3)]
CONFIG = {
    "model": {"name": "m", "dtype": "float32"},
    "prompt": None,
    "method": "generate",
    "picture": "real",
    "circular": False,
    "dataset": {"config": "closed", "n": 3},
    "seed": 0,
    "batch_size": None,
    "limit": None,
    "ids": [],
    "question_types": [],
}


def prediction(n, letter="A", **fields):
    values = {"rotation": 0, "error": None} | fields
    return Prediction(f"q{n}", f"i{n}", "size", None, letter, "letter", letter, "A", True, **values)


def test_predictions_are_on_disk_once_they_are_appended(tmp_path):
    run = Run.open(tmp_path / "run", CONFIG, QUESTIONS)
    for n in range(3):
        run.append([prediction(n)])
        assert len((tmp_path / "run/predictions.jsonl").read_text().splitlines()) == n + 1
    assert read_run(tmp_path / "run").predictions == [prediction(n) for n in range(3)]


def test_every_batch_is_on_disk_before_the_next_is_asked(dataset, tmp_path):
    path = tmp_path / "run/predictions.jsonl"
    seen = []

    class Looking(Parrot):
        def generate(self, requests):
            seen.append(path.read_bytes().count(b"\n") if path.exists() else 0)
            return super().generate(requests)

    evaluate(dataset, Looking(), tmp_path / "run", Settings(batch_size=3))
    assert seen == [0, 3, 6, 9]


def test_a_later_line_about_a_question_replaces_an_earlier_one(tmp_path):
    run = Run.open(tmp_path / "run", CONFIG, QUESTIONS)
    run.append([prediction(0), prediction(1), prediction(0, "B")])
    saved = read_run(tmp_path / "run")
    assert saved.predictions == [prediction(0, "B"), prediction(1)]
    assert saved.questions == QUESTIONS


def test_a_saved_run_tells_its_settings_and_what_was_asked(tmp_path):
    config = CONFIG | {"limit": 2, "seed": 7, "picture": "blank"}
    Run.open(tmp_path / "run", config, QUESTIONS).append(map(prediction, range(3)))
    saved = read_run(tmp_path / "run")
    assert saved.name == "run"
    assert saved.settings == Settings(limit=2, seed=7, picture="blank")
    assert saved.dataset == QUESTIONS
    assert saved.questions == QUESTIONS[:2]
    assert saved.predictions == [prediction(0), prediction(1)]
    assert saved.results == {}


def test_other_settings_are_refused_with_the_difference(tmp_path):
    Run.open(tmp_path / "run", CONFIG, QUESTIONS)
    before = (tmp_path / "run/config.json").read_text()
    other = CONFIG | {"model": {"name": "m", "dtype": "bfloat16"}, "few_shot": {"count": 2}}
    with pytest.raises(RunError) as caught:
        Run.open(tmp_path / "run", other, QUESTIONS)
    assert "few_shot.count: None there, 2 now" in str(caught.value)
    assert "model.dtype: float32 there, bfloat16 now" in str(caught.value)
    assert "model.name" not in str(caught.value)
    assert (tmp_path / "run/config.json").read_text() == before


def test_what_changes_no_answer_may_change(tmp_path):
    Run.open(tmp_path / "run", CONFIG, QUESTIONS)
    freely = {"batch_size": 3, "limit": 1, "ids": ["q1"], "question_types": ["size"]}
    Run.open(tmp_path / "run", CONFIG | freely, QUESTIONS)
    assert read_run(tmp_path / "run").questions == [QUESTIONS[1]]


def test_a_run_of_another_model_seed_or_dataset_is_refused(dataset, tmp_path):
    evaluate(dataset, Parrot("B"), tmp_path / "run")
    with pytest.raises(RunError, match=r"model\.says: B there, C now"):
        evaluate(dataset, Parrot("C"), tmp_path / "run")
    with pytest.raises(RunError, match="seed: 0 there, 1 now"):
        evaluate(dataset, Parrot("B"), tmp_path / "run", Settings(seed=1))
    with pytest.raises(RunError, match=r"prompt\.name: closed_direct there, closed_cot now"):
        evaluate(dataset, Parrot("B"), tmp_path / "run", Settings(prompt="eval/closed_cot"))
    with pytest.raises(RunError, match=r"dataset\.n: 12 there, 6 now"):
        evaluate(dataset.select(range(6)), Parrot("B"), tmp_path / "run")


def test_a_run_killed_before_its_config_was_written_starts_anew(tmp_path):
    Run.open(tmp_path / "run", CONFIG, QUESTIONS)
    (tmp_path / "run/config.json").unlink()
    Run.open(tmp_path / "run", CONFIG, QUESTIONS[:2])
    assert read_run(tmp_path / "run").dataset == QUESTIONS[:2]


def test_lost_questions_are_written_again(tmp_path):
    Run.open(tmp_path / "run", CONFIG, QUESTIONS)
    (tmp_path / "run/questions.jsonl").unlink()
    with pytest.raises(RunError, match=r"questions\.jsonl: cannot be read .* run `eval` again"):
        read_run(tmp_path / "run")
    Run.open(tmp_path / "run", CONFIG, QUESTIONS)
    assert read_run(tmp_path / "run").dataset == QUESTIONS


def test_a_torn_last_line_is_cut_and_asked_again(dataset, tmp_path):
    evaluate(dataset, Parrot(), tmp_path / "whole")
    whole = (tmp_path / "whole/predictions.jsonl").read_bytes()
    evaluate(dataset, Parrot(), tmp_path / "run")
    for keep in range(0, len(whole), len(whole) // 5):
        (tmp_path / "run/predictions.jsonl").write_bytes(whole[:keep])
        assert len(read_run(tmp_path / "run").predictions) == whole[:keep].count(b"\n")
        model = Parrot()
        assert evaluate(dataset, model, tmp_path / "run").complete
        assert len(model.requests) == 12 - whole[:keep].count(b"\n")
        assert (tmp_path / "run/predictions.jsonl").read_bytes() == whole


def test_a_damaged_line_is_named(dataset, tmp_path):
    evaluate(dataset, Parrot(), tmp_path / "run")
    path = tmp_path / "run/predictions.jsonl"
    content = path.read_text().splitlines()
    content[2] = content[2][:20]
    path.write_text("\n".join(content) + "\n")
    with pytest.raises(RunError, match=r"predictions\.jsonl, line 3"):
        evaluate(dataset, Parrot(), tmp_path / "run")


def test_a_folder_that_cannot_be_a_run_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunError, match="is a file"):
        Run.open(tmp_path / "file", CONFIG, QUESTIONS)
    with pytest.raises(RunError, match="no run is here"):
        read_run(tmp_path / "nothing")
    Run.open(tmp_path / "run", CONFIG, QUESTIONS).append([prediction(0)])
    (tmp_path / "run/config.json").write_text("{")
    with pytest.raises(RunError, match=r"config\.json: cannot be read"):
        Run.open(tmp_path / "run", CONFIG, QUESTIONS)
    (tmp_path / "run/config.json").write_text("[]")
    with pytest.raises(RunError, match=r"config\.json: is not a JSON object"):
        read_run(tmp_path / "run")
    (tmp_path / "run/config.json").unlink()
    with pytest.raises(RunError, match=r"no config\.json"):
        Run.open(tmp_path / "run", CONFIG, QUESTIONS)


def test_predictions_of_an_older_or_newer_version_can_be_read(tmp_path):
    Run.open(tmp_path / "run", CONFIG, QUESTIONS)
    line = {
        "question_id": "q0",
        "image_id": "i0",
        "question_type": "size",
        "picture": None,
        "raw": "A",
        "outcome": "letter",
        "letter": "A",
        "answer": "A",
        "correct": True,
        "error": None,
        "unknown": 1,
    }
    (tmp_path / "run/predictions.jsonl").write_text(json.dumps(line) + "\n")
    assert read_run(tmp_path / "run").predictions == [prediction(0)]
