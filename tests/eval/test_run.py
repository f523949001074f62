import json

import pytest
from drawing import draw

from eval import Answer, Request, evaluate, load_model
from eval.models.tiny import make_tiny_vlm
from neuroonco.errors import PromptError, RunError

SECRETS = ("SECRET", ".png", "08_t1", "tmp")


class Parrot:
    """A model that always says the same, and keeps what it was told."""

    name = "parrot"

    def __init__(self, text="B", fails=()):
        self.text, self.fails = text, list(fails)
        self.requests: list[Request] = []

    def describe(self):
        return {"name": self.name, "says": self.text}

    def generate(self, requests):
        self.requests += requests
        errors = [self.fails.pop(0) if self.fails else None for _ in requests]
        return [Answer("" if error else self.text, error) for error in errors]


class Interrupted(Parrot):
    """A model whose process is killed after some batches."""

    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def generate(self, requests):
        if self.batches == 0:
            raise KeyboardInterrupt
        self.batches -= 1
        return super().generate(requests)


def lines(out):
    return [json.loads(line) for line in (out / "predictions.jsonl").read_text().splitlines()]


def test_a_run_leaves_a_complete_folder(dataset, tmp_path):
    out = tmp_path / "run"
    results = evaluate(dataset, Parrot(), out, batch_size=5)
    assert sorted(path.name for path in out.iterdir()) == [
        "config.json",
        "predictions.jsonl",
        "results.json",
    ]
    config = json.loads((out / "config.json").read_text())
    assert config["model"] == {"name": "parrot", "says": "B"}
    assert config["prompt"]["name"] == "closed_direct"
    assert len(config["prompt"]["digest"]) == 64
    assert config["dataset"]["n"] == 12
    assert [line["question_id"] for line in lines(out)] == dataset["question_id"][:]
    assert lines(out)[0]["raw"] == "B"
    assert lines(out)[0]["correct"] is False
    assert lines(out)[1]["correct"] is True
    saved = json.loads((out / "results.json").read_text())
    assert saved["counts"] == {
        "expected": 12,
        "scored": 12,
        "unparsed": 0,
        "failed": 0,
        "missing": 0,
    }
    right = sum(answer == "B" for answer in dataset["answer"])
    assert saved["overall"]["accuracy"] == results.overall.accuracy == right / 12
    assert {name: score["n"] for name, score in saved["by_type"].items()} == {
        "diagnosis": 4,
        "modality": 4,
        "size": 4,
    }
    assert saved["rejection"]["n"] == 8
    assert saved["rejection"]["chosen"] == 0
    assert results.complete


def test_no_name_path_or_id_reaches_a_model(dataset, tmp_path):
    model = Parrot()
    evaluate(dataset, model, tmp_path / "run")
    assert len(model.requests) == 12
    for request, row in zip(model.requests, dataset, strict=True):
        told = [request.prompt, repr(request.image), repr(vars(request.image))]
        assert not any(secret in text for secret in SECRETS for text in told)
        assert not hasattr(request.image, "filename")
        assert row["question"] in request.prompt
        assert all(option in request.prompt for option in row["options"])


def test_every_picture_stays_with_its_question(dataset, tmp_path):
    model = Parrot()
    evaluate(dataset, model, tmp_path / "run", batch_size=7)
    for number, request in enumerate(model.requests):
        assert request.image.tobytes() == draw(number // 3).tobytes()


def test_an_interrupted_run_goes_on_by_question(dataset, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        evaluate(dataset, Interrupted(2), tmp_path / "run", batch_size=2)
    assert len(lines(tmp_path / "run")) == 4
    model = Parrot()
    model.describe = Interrupted(0).describe
    results = evaluate(dataset, model, tmp_path / "run", batch_size=5)
    assert len(model.requests) == 8
    assert results.complete
    evaluate(dataset, Parrot(), tmp_path / "straight")
    assert lines(tmp_path / "run") == lines(tmp_path / "straight")


@pytest.mark.parametrize("torn", ['{"question_id": "SECR', "{", '{"question_id": "x"}'])
def test_a_torn_last_line_is_asked_again(dataset, tmp_path, torn):
    evaluate(dataset, Parrot(), tmp_path / "whole")
    evaluate(dataset, Parrot(), tmp_path / "run", limit=5)
    with (tmp_path / "run" / "predictions.jsonl").open("a") as file:
        file.write(torn)
    evaluate(dataset, Parrot(), tmp_path / "run")
    assert lines(tmp_path / "run") == lines(tmp_path / "whole")


def test_a_damaged_line_is_named(dataset, tmp_path):
    evaluate(dataset, Parrot(), tmp_path / "run")
    path = tmp_path / "run" / "predictions.jsonl"
    content = path.read_text().splitlines()
    content[2] = content[2][:20]
    path.write_text("\n".join(content) + "\n")
    with pytest.raises(RunError, match=r"predictions\.jsonl, line 3"):
        evaluate(dataset, Parrot(), tmp_path / "run")


def test_failed_questions_are_counted_apart_and_asked_again(dataset, tmp_path):
    out = tmp_path / "run"
    results = evaluate(dataset, Parrot(fails=["no memory", None, "no memory"]), out)
    assert (results.expected, results.scored, results.failed) == (12, 10, 2)
    assert results.overall.n == 10
    assert not results.complete
    assert lines(out)[0]["outcome"] == "error"
    assert lines(out)[0]["error"] == "no memory"
    again = Parrot()
    results = evaluate(dataset, again, out)
    assert len(again.requests) == 2
    assert (results.scored, results.failed) == (12, 0)
    assert results.complete


def test_a_broken_picture_costs_only_its_own_questions(dataset, tmp_path):
    files = sorted((tmp_path / "SECRETFOLDER").iterdir())
    whole = files[1].read_bytes()
    files[1].write_bytes(whole[:60])
    files[2].unlink()
    model = Parrot()
    results = evaluate(dataset, model, tmp_path / "run", batch_size=4)
    assert len(model.requests) == 6
    assert (results.scored, results.failed) == (6, 6)
    failed = [line for line in lines(tmp_path / "run") if line["error"]]
    assert {line["image_id"] for line in failed} == {"SECRETID1", "SECRETID2"}
    assert {line["error"].partition(": ")[2].partition(" (")[0] for line in failed} == {
        "broken",
        "there is no such file",
    }
    files[1].write_bytes(whole)
    draw(2).save(files[2])
    assert evaluate(dataset, model, tmp_path / "run").complete


def test_questions_about_a_picture_that_changed_are_asked_again(dataset, tmp_path):
    evaluate(dataset, Parrot(), tmp_path / "run")
    draw(9).save(sorted((tmp_path / "SECRETFOLDER").iterdir())[1])
    model = Parrot()
    results = evaluate(dataset, model, tmp_path / "run")
    assert len(model.requests) == 3
    assert results.scored == 12


def test_a_folder_of_other_settings_is_refused_with_the_difference(dataset, tmp_path):
    evaluate(dataset, Parrot("B"), tmp_path / "run")
    before = (tmp_path / "run" / "config.json").read_text()
    with pytest.raises(RunError, match=r"model\.says: B there, C now"):
        evaluate(dataset, Parrot("C"), tmp_path / "run")
    with pytest.raises(RunError, match="seed: 0 there, 1 now"):
        evaluate(dataset, Parrot("B"), tmp_path / "run", seed=1)
    with pytest.raises(RunError, match=r"dataset\.n: 12 there, 6 now"):
        evaluate(dataset.select(range(6)), Parrot("B"), tmp_path / "run")
    assert (tmp_path / "run" / "config.json").read_text() == before


def test_batch_size_and_limit_may_change(dataset, tmp_path):
    first = evaluate(dataset, Parrot(), tmp_path / "run", batch_size=2, limit=5)
    assert (first.expected, first.scored) == (5, 5)
    model = Parrot()
    assert evaluate(dataset, model, tmp_path / "run", batch_size=9).scored == 12
    assert len(model.requests) == 7


def test_a_folder_that_cannot_be_a_run_is_refused(dataset, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunError, match="is a file"):
        evaluate(dataset, Parrot(), tmp_path / "file")
    evaluate(dataset, Parrot(), tmp_path / "run")
    (tmp_path / "run" / "config.json").write_text("{")
    with pytest.raises(RunError, match=r"config\.json: cannot be read"):
        evaluate(dataset, Parrot(), tmp_path / "run")
    (tmp_path / "run" / "config.json").unlink()
    with pytest.raises(RunError, match=r"no config\.json"):
        evaluate(dataset, Parrot(), tmp_path / "run")


def test_wrong_usage_is_refused_before_anything_is_written(dataset, tmp_path):
    faulty = tmp_path / "faulty.md"
    faulty.write_text("---\nname: x\nversion: 1\nconfig: closed\n---\n{{ picture }}\n")
    out = tmp_path / "run"
    with pytest.raises(PromptError, match="picture"):
        evaluate(dataset, Parrot(), out, prompt=faulty)
    with pytest.raises(RunError, match="no questions"):
        evaluate(dataset, Parrot(), out, limit=0)
    with pytest.raises(RunError, match="batch"):
        evaluate(dataset, Parrot(), out, batch_size=0)
    with pytest.raises(RunError, match="twice"):
        evaluate(dataset.select([0, 0]), Parrot(), out)
    assert not out.exists()


def test_answers_without_a_letter_count_as_wrong_and_are_told_apart(dataset, tmp_path):
    says = {"refusal": "I cannot determine this.", "ambiguous": "A or B", "unparsed": "A mass."}
    for outcome, text in says.items():
        results = evaluate(dataset, Parrot(text), tmp_path / outcome)
        assert results.outcomes[outcome] == results.scored == 12
        assert results.overall.accuracy == 0
        assert results.to_dict()["outcome_shares"] == {outcome: 1.0}


@pytest.mark.parametrize("name", ["majority", "prior"])
def test_a_baseline_scores_as_its_floor(make_dataset, tmp_path, name):
    dataset = make_dataset(9)
    results = evaluate(dataset, load_model(f"baseline:{name}"), tmp_path / "run", limit=20)
    assert results.scored == 20
    for score in (results.overall, *results.by_type.values()):
        assert score.accuracy == getattr(score, name)


def test_a_baseline_needs_no_pictures_and_goes_on(dataset, tmp_path):
    texts = dataset.remove_columns("image")
    model = load_model("baseline:random", seed=5)
    evaluate(texts, model, tmp_path / "run", limit=4)
    evaluate(texts, model, tmp_path / "run")
    evaluate(texts, model, tmp_path / "straight")
    assert lines(tmp_path / "run") == lines(tmp_path / "straight")


def test_a_real_model_runs_from_end_to_end(dataset, tmp_path):
    model = load_model(str(make_tiny_vlm(tmp_path / "model", "idefics3")))
    results = evaluate(dataset, model, tmp_path / "run", batch_size=5)
    assert results.scored == results.expected == 12
    one_by_one = evaluate(dataset, model, tmp_path / "again", batch_size=1)
    assert one_by_one == results
    assert lines(tmp_path / "again") == lines(tmp_path / "run")
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["model"]["class"] == "Idefics3ForConditionalGeneration"


def test_the_shipped_prompt_asks_for_the_letter(dataset, tmp_path):
    model = Parrot()
    evaluate(dataset, model, tmp_path / "run", limit=1)
    assert model.requests[0].prompt == (
        "What is shown?\n\nA. metastasis\nB. meningioma\nC. glioma\nD. pituitary_tumor\n"
        "E. None of the above\n\nAnswer with the letter of the correct option only."
    )
