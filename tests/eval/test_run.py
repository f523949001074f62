import json

import pytest
from drawing import draw
from parrots import Parrot, ScoringParrot

from eval import Settings, evaluate, load_model
from eval.models.tiny import make_tiny_vlm
from eval.questions import questions_of
from eval.rotations import rotate
from neuroonco.errors import PromptError, RunError

SECRETS = ("SECRET", ".png", "08_t1", "tmp")


class Interrupted(Parrot):
    """Its process is stopped after some batches."""

    def __init__(self, batches):
        super().__init__()
        self.left = batches

    def generate(self, requests):
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return super().generate(requests)


def lines(out):
    return [json.loads(line) for line in (out / "predictions.jsonl").read_text().splitlines()]


def test_a_run_leaves_a_complete_folder(dataset, tmp_path):
    out = tmp_path / "run"
    results = evaluate(dataset, Parrot(), out, Settings(batch_size=5))
    assert sorted(path.name for path in out.iterdir()) == [
        "config.json",
        "predictions.jsonl",
        "questions.jsonl",
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
    by_type = saved["by"]["question_type"]
    assert {name: score["n"] for name, score in by_type.items()} == {
        "diagnosis": 4,
        "modality": 4,
        "size": 4,
    }
    assert saved["rejection"]["n"] == 8
    assert saved["throughput"]["questions"] == 12
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


@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, 100])
def test_every_picture_stays_with_its_question(dataset, tmp_path, batch_size):
    model = Parrot()
    evaluate(dataset, model, tmp_path / "run", Settings(batch_size=batch_size))
    assert max(model.batches) <= batch_size
    for number, request in enumerate(model.requests):
        assert request.image.tobytes() == draw(number // 3).tobytes()


def test_an_interrupted_run_goes_on_by_question(dataset, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        evaluate(dataset, Interrupted(3), tmp_path / "run", Settings(batch_size=2))
    assert len(lines(tmp_path / "run")) == 5
    model = Parrot()
    results = evaluate(dataset, model, tmp_path / "run", Settings(batch_size=5))
    assert len(model.requests) == 7
    assert results.complete
    evaluate(dataset, Parrot(), tmp_path / "straight")
    assert lines(tmp_path / "run") == lines(tmp_path / "straight")


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
    results = evaluate(dataset, model, tmp_path / "run", Settings(batch_size=4))
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


def test_the_choice_of_questions_and_the_batch_size_may_change(dataset, tmp_path):
    def ask(**settings):
        model = Parrot()
        results = evaluate(dataset, model, tmp_path / "run", Settings(**settings))
        return results.expected, results.scored, len(model.requests)

    assert ask(limit=2, batch_size=2) == (2, 2, 2)
    assert ask(question_types=("size",)) == (4, 4, 4)
    assert ask(ids=("SECRETID3_q1", "SECRETID0_q0")) == (2, 2, 1)
    assert ask(batch_size=9) == (12, 12, 5)
    assert ask(limit=3) == (3, 3, 0)


def test_wrong_usage_is_refused_before_anything_is_written(dataset, open_dataset, tmp_path):
    faulty = tmp_path / "faulty.md"
    faulty.write_text("---\nname: x\nversion: 1\nconfig: closed\n---\n{{ picture }}\n")
    out = tmp_path / "run"

    def refuse(error, match, dataset=dataset, model=None, *, judge=None, blind=None, **settings):
        with pytest.raises(error, match=match):
            evaluate(
                dataset, model or Parrot(), out, Settings(**settings), judge=judge, blind=blind
            )

    refuse(PromptError, "picture", prompt=faulty)
    refuse(RunError, "written for the config open", prompt="eval/open_direct")
    refuse(RunError, "no questions", limit=0)
    refuse(RunError, "no question 'SECRETID9'", ids=("SECRETID9",))
    refuse(RunError, "twice", dataset.select([0, 0]))
    refuse(RunError, "no column of pictures", dataset.remove_columns("image"))
    refuse(RunError, "cannot be swapped", dataset.select(range(3)), picture="swapped")
    refuse(RunError, "use --method generate", method="likelihood")
    refuse(RunError, "instruction split", few_shot=1)
    refuse(RunError, "leave --judge", judge=Parrot())
    refuse(RunError, "no run is here", blind=tmp_path)
    baseline = load_model("baseline:prior")
    refuse(RunError, "sees no picture", model=baseline, picture="blank")
    refuse(RunError, "open questions need a model", open_dataset, baseline, config="open")
    assert not out.exists()


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"batch_size": 0}, "batch"),
        ({"few_shot": -1}, "few-shot"),
        ({"config": "instruction"}, "closed, open"),
        ({"method": "guess"}, "generate, likelihood"),
        ({"picture": "black"}, "real, blank, swapped"),
        ({"config": "open", "circular": True}, "circular"),
        ({"config": "open", "method": "likelihood"}, "likelihood"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, match):
    with pytest.raises(RunError, match=match):
        Settings(**settings)


def test_answers_without_a_letter_count_as_wrong_and_are_told_apart(dataset, tmp_path):
    says = {"refusal": "I cannot determine this.", "ambiguous": "A or B", "unparsed": "A mass."}
    for outcome, text in says.items():
        results = evaluate(dataset, Parrot(text), tmp_path / outcome)
        assert results.outcomes[outcome] == results.scored == 12
        assert results.overall.accuracy == 0
        assert results.to_dict()["outcome_shares"] == {outcome: 1.0}


def test_letters_can_be_scored_instead_of_written(dataset, tmp_path):
    model = ScoringParrot()
    results = evaluate(dataset, model, tmp_path / "run", Settings(method="likelihood"))
    assert [request.letters for request in model.requests] == ["ABCDE", "ABCDE", "AB"] * 4
    last = sum(row["answer"] == "ABCDE"[len(row["options"]) - 1] for row in dataset)
    assert results.overall.accuracy == last / 12
    assert lines(tmp_path / "run")[2]["probabilities"] == {"A": 0.5, "B": 0.5}
    assert results.calibration.n == 12


def test_every_rotation_of_the_options_is_asked(dataset, tmp_path):
    model = Parrot("A")
    results = evaluate(dataset, model, tmp_path / "run", Settings(circular=True))
    assert results.expected == len(model.requests) == 4 * (4 + 4 + 2)
    assert results.circular.accuracy == 0, "no question has its answer at A in every rotation"
    assert results.circular.consistency == 0
    keys = [(line["question_id"], line["rotation"]) for line in lines(tmp_path / "run")]
    assert len(set(keys)) == 40
    assert evaluate(dataset, model, tmp_path / "run", Settings(circular=True)) == results
    assert len(model.requests) == 40


def test_open_questions_are_answered_in_words(open_dataset, tmp_path):
    model = Parrot("In sector 1, 1 cm.")
    results = evaluate(open_dataset, model, tmp_path / "run", Settings(config="open"))
    assert results.outcomes["answer"] == results.scored == 6
    assert results.complete
    assert lines(tmp_path / "run")[0]["correct"] is None
    assert [request.letters for request in model.requests] == [""] * 6


def test_all_questions_of_an_image_can_be_asked_at_once(dataset, tmp_path):
    model = Parrot("1: B\n2: C\n3. no idea")
    settings = Settings(prompt="eval/closed_image", batch_size=2)
    results = evaluate(dataset, model, tmp_path / "run", settings)
    assert len(model.requests) == 4
    assert results.outcomes["letter"] == 8
    assert results.outcomes["refusal"] + results.outcomes["unparsed"] == 4
    assert [line["letter"] for line in lines(tmp_path / "run")] == ["B", "C", None] * 4
    assert sum(line["tokens"] for line in lines(tmp_path / "run")) == 4 * 2


def test_an_image_is_asked_about_whole_even_where_part_of_it_is_wanted(dataset, tmp_path):
    one = Settings(prompt="eval/closed_image", ids=("SECRETID1_q2",))
    model = Parrot("1: B\n2: C\n3: A")
    evaluate(dataset, model, tmp_path / "run", one)
    assert [line["letter"] for line in lines(tmp_path / "run")] == ["A"]
    assert model.requests[0].prompt.count("Question ") == 3


@pytest.mark.parametrize("name", ["majority", "prior"])
def test_a_baseline_scores_as_its_floor(make_dataset, tmp_path, name):
    dataset = make_dataset(9)
    model = load_model(f"baseline:{name}")
    results = evaluate(dataset, model, tmp_path / "run", Settings(limit=20))
    assert results.scored == 20
    for score in (results.overall, *results.by["question_type"].values()):
        assert score.accuracy == getattr(score, name)


def test_a_baseline_needs_no_pictures_and_goes_on(dataset, tmp_path):
    texts = dataset.remove_columns("image")
    model = load_model("baseline:random", seed=5)
    evaluate(texts, model, tmp_path / "run", Settings(limit=4))
    evaluate(texts, model, tmp_path / "run")
    evaluate(texts, model, tmp_path / "straight")
    assert lines(tmp_path / "run") == lines(tmp_path / "straight")


def test_a_baseline_answers_every_rotation(dataset, tmp_path):
    model = load_model("baseline:majority")
    results = evaluate(dataset, model, tmp_path / "run", Settings(circular=True))
    assert results.expected == results.scored == 40
    chosen = {
        (line["question_id"], line["rotation"]): line["letter"] for line in lines(tmp_path / "run")
    }
    turned = [rotate(question, 1) for question in questions_of(dataset)]
    assert [chosen[q.question_id, 1] for q in turned] == model.choose(turned)


def test_a_real_model_runs_from_end_to_end(dataset, tmp_path):
    model = load_model(str(make_tiny_vlm(tmp_path / "model", "idefics3")))
    results = evaluate(dataset, model, tmp_path / "run", Settings(batch_size=5))
    assert results.scored == results.expected == 12
    one_by_one = evaluate(dataset, model, tmp_path / "again", Settings(batch_size=1))
    assert one_by_one == results
    assert lines(tmp_path / "again") == lines(tmp_path / "run")
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["model"]["class"] == "Idefics3ForConditionalGeneration"


def test_a_real_run_beside_its_blind_run_tells_the_visual_gain(dataset, tmp_path):
    evaluate(dataset, Parrot(), tmp_path / "blind", Settings(picture="blank"))
    results = evaluate(dataset, Parrot(), tmp_path / "run", blind=tmp_path / "blind")
    assert results.visual_gain.overall.gain == 0
    saved = json.loads((tmp_path / "run" / "results.json").read_text())
    assert saved["visual_gain"]["picture"] == "blank"
