import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_runs import OPTIONS, SIZES, always, make_questions, right, write_run

from eval import Answer, read_run, rescore, score
from eval.metrics.intervals import (
    cluster_bootstrap,
    clustered_standard_error,
    paired_cluster_bootstrap,
)
from eval.questions import Question
from neuroonco.errors import RunError

LIKELY = {"A": 0.1, "B": 0.6, "C": 0.1, "D": 0.1, "E": 0.1}


def file_of(run):
    return run.folder / "predictions.jsonl"


def test_a_score_stands_beside_what_it_is_held_against(tmp_path):
    questions = make_questions(6)
    results = score(write_run(tmp_path / "run", questions, always("B")))
    marks = [question.answer == "B" for question in questions]
    images = [question.image_id for question in questions]
    overall = results.overall
    assert (overall.n, overall.accuracy) == (12, sum(marks) / 12) == (12, 5 / 12)
    assert overall.interval == cluster_bootstrap(marks, images)
    assert overall.standard_error == clustered_standard_error(marks, images)
    assert overall.chance == pytest.approx((1 / 5 + 1 / 2) / 2)
    diagnosis = results.by["question_type"]["diagnosis"]
    assert diagnosis.accuracy == pytest.approx(2 / 6)
    assert diagnosis.chance_corrected == pytest.approx((2 / 6 - 1 / 5) / (1 - 1 / 5))
    assert diagnosis.balanced_accuracy == pytest.approx(1 / 4)  # of four answers one is ever given
    assert diagnosis.chance == pytest.approx(0.2)


def test_slices_are_by_what_questions_are_about(tmp_path):
    results = score(write_run(tmp_path / "run", make_questions(6), right))
    assert {
        name: {key: one.n for key, one in scores.items()} for name, scores in results.by.items()
    } == {
        "question_type": {"diagnosis": 6, "size": 6},
        "category": {"glioma": 6, "healthy": 6},
        "source": {"05": 6, "08": 6},
        "modality": {"T1": 12},
        "options": {"5": 6, "2": 6},
    }


def test_the_floors_learn_from_questions_that_were_not_asked(tmp_path):
    questions = [
        Question(f"{image}_q1", str(image), "diagnosis", "What?", OPTIONS, "B")
        for image in range(1, 6)
    ]
    alone = score(write_run(tmp_path / "alone", questions[:1], right))
    limited = score(write_run(tmp_path / "limited", questions, right, limit=1))
    assert limited.overall.n == alone.overall.n == 1
    assert (alone.overall.majority, limited.overall.majority) == (0, 1)
    assert (alone.overall.prior, limited.overall.prior) == (0, 1)
    assert limited.overall.interval is None
    assert limited.overall.standard_error is None


def test_failed_and_missing_questions_are_not_scored(tmp_path):
    says = {"1_q1": Answer("", error="no memory"), "2_q1": None}
    run = write_run(
        tmp_path / "run", make_questions(4), lambda item: says.get(item.key[0], right(item))
    )
    results = score(run)
    assert results.counts == {
        "expected": 8,
        "scored": 6,
        "unparsed": 0,
        "failed": 1,
        "missing": 1,
    }
    assert (results.overall.n, results.overall.accuracy) == (6, 1)
    assert not results.complete


@pytest.mark.parametrize(
    ("outcome", "text"),
    [("refusal", "I cannot determine this."), ("ambiguous", "A or B"), ("unparsed", "A mass.")],
)
def test_answers_without_a_letter_are_wrong_and_told_apart(tmp_path, outcome, text):
    results = score(write_run(tmp_path / "run", make_questions(4), always(text)))
    assert results.outcomes[outcome] == results.scored == results.overall.n == 8
    assert results.overall.accuracy == 0
    assert results.to_dict()["outcome_shares"] == {outcome: 1.0}
    assert results.letters["chosen"] == {}
    assert results.complete


def test_a_run_without_a_single_answer_has_results(tmp_path):
    failing = Answer("", error="no memory")
    results = score(write_run(tmp_path / "run", make_questions(2), lambda _: failing))
    assert results.overall is None
    assert (results.failed, results.scored, results.complete) == (4, 0, False)
    assert results.to_dict()["outcome_shares"] == {}


def test_letters_rejections_and_diagnoses_are_counted(tmp_path):
    results = score(write_run(tmp_path / "run", make_questions(4), always("A")))
    assert results.letters == {
        "chosen": {"A": 8},
        "right": {"A": 2, "B": 3, "C": 1, "D": 1, "E": 1},
    }
    assert (results.rejection.n, results.rejection.traps, results.rejection.chosen) == (4, 1, 0)
    assert results.confusion.labels[:1] + results.confusion.chosen[4:] == (
        "meningioma",
        "glioma",
        "no letter",
    )
    assert [sum(row) for row in results.confusion.counts] == [1, 1, 1, 1]
    sizes = [q for q in make_questions(4) if q.question_type == "size"]
    assert score(write_run(tmp_path / "sizes", sizes, right)).confusion is None


def test_calibration_needs_probabilities(tmp_path):
    diagnoses = [q for q in make_questions(8) if q.question_type == "diagnosis"]
    written = score(write_run(tmp_path / "written", diagnoses, always("B")))
    assert written.calibration is None
    likely = write_run(tmp_path / "likely", diagnoses, lambda _: Answer("B", probabilities=LIKELY))
    found = score(likely).calibration
    assert found.n == 8
    assert found.ece == pytest.approx(abs(0.6 - 2 / 8))
    assert [(one.n, one.confidence) for one in found.bins] == [(8, pytest.approx(0.6))]
    assert found.auroc_rejection == 0.5
    assert found.brier == pytest.approx((2 * (0.4**2 + 0.04) + 6 * (0.6**2 + 0.9**2 + 0.03)) / 8)
    assert (found.selective[-1].coverage, found.selective[-1].accuracy) == (1.0, 0.25)


def test_rotations_count_apart_from_the_datasets_own_order(tmp_path):
    """By place: right in one order, another option in each. By text: the same option in all."""
    questions = make_questions(4)
    by_place = score(write_run(tmp_path / "place", questions, always("B"), circular=True))
    assert by_place.expected == by_place.scored == 4 * 4 + 4 * 2
    assert by_place.overall.n == 8
    own_order = score(write_run(tmp_path / "own", questions, always("B")))
    assert by_place.overall == own_order.overall
    assert (by_place.circular.n, by_place.circular.accuracy) == (8, 0)
    assert by_place.circular.consistency == 0
    by_text = score(write_run(tmp_path / "text", questions, right, circular=True))
    assert (by_text.circular.accuracy, by_text.circular.consistency) == (1, 1)
    assert by_text.circular.interval == (1, 1)
    assert own_order.circular is None


def test_a_question_with_an_order_unanswered_is_left_out_of_the_rotations(tmp_path):
    def say(item):
        return Answer("", error="x") if item.key == ("1_q1", 2) else right(item)

    results = score(write_run(tmp_path / "run", make_questions(4), say, circular=True))
    assert (results.overall.n, results.circular.n, results.failed) == (8, 7, 1)


def blind_pair(folder, real=right, **config):
    questions = make_questions(6)
    run = write_run(folder / "real", questions, real)
    write_run(folder / "blind", questions, always("B"), **{"picture": "blank"} | config)
    return run, folder / "blind"


def test_the_visual_gain_is_the_difference_on_common_questions(tmp_path):
    run, blind = blind_pair(
        tmp_path, real=lambda item: None if item.key[0] == "1_q1" else right(item)
    )
    gain = score(run, blind=blind).visual_gain
    assert (gain.blind_run, gain.picture) == ("blind", "blank")
    assert gain.overall.n == 11
    # Image 1 has answer B to both questions, and one of them was left out.
    assert gain.overall.gain == pytest.approx(1 - 4 / 11)
    questions = make_questions(6)[1:]
    blind_marks = [question.answer == "B" for question in questions]
    images = [question.image_id for question in questions]
    assert gain.overall.interval == paired_cluster_bootstrap([True] * 11, blind_marks, images)[1:]
    by_type = gain.by["question_type"]
    assert by_type["size"].gain == pytest.approx(1 - 3 / 6)
    assert by_type["diagnosis"].n == 5
    assert score(run).visual_gain is None


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"picture": "real"}, "blind was shown the real pictures"),
        ({"model": {"name": "cat"}}, "model.name: parrot and cat"),
        ({"prompt": None}, "prompt"),
        ({"method": "likelihood"}, "method: generate and likelihood"),
        ({"dataset": {"config": "closed", "n": 5, "digest": "x"}}, "dataset.n: 12 and 5"),
    ],
)
def test_a_blind_run_differs_in_its_pictures_alone(tmp_path, config, told):
    run, blind = blind_pair(tmp_path, **config)
    with pytest.raises(RunError, match=told):
        score(run, blind=blind)


def test_a_blind_run_has_no_visual_gain_of_its_own(tmp_path):
    _, blind = blind_pair(tmp_path)
    with pytest.raises(RunError, match=r"is a blind run itself \(blank pictures\)"):
        score(read_run(blind), blind=blind)


def test_a_visual_gain_needs_common_questions(tmp_path):
    run, blind = blind_pair(tmp_path, real=lambda _: None)
    with pytest.raises(RunError, match="no question in common"):
        score(run, blind=blind)


def test_an_encoder_is_for_open_questions(tmp_path):
    run = write_run(tmp_path / "run", make_questions(2), right)
    with pytest.raises(RunError, match="closed questions need none"):
        score(run, encoder=tmp_path)


def test_rescoring_reads_the_answers_anew(tmp_path):
    run = write_run(tmp_path / "run", make_questions(4), right)
    before = score(run)
    old = [json.loads(line) for line in file_of(run).read_text().splitlines()]
    misread = [line | {"outcome": "unparsed", "letter": None, "correct": False} for line in old]
    file_of(run).write_text("".join(json.dumps(line) + "\n" for line in misread))
    assert score(read_run(run.folder)).overall.accuracy == 0
    assert rescore(run.folder) == before
    lines = [json.loads(line) for line in file_of(run).read_text().splitlines()]
    assert lines == misread + old  # nothing is overwritten; what is read otherwise is added


def test_rescoring_writes_results_that_json_allows(tmp_path):
    only = Question("1_q1", "1", "diagnosis", "What?", ("glioma",), "A")
    for name, questions in (("one", [only]), ("more", make_questions(3))):
        run = write_run(tmp_path / name, questions, right)
        results = rescore(run.folder)
        saved = json.loads((run.folder / "results.json").read_text())
        assert saved == json.loads(json.dumps(results.to_dict(), allow_nan=False))
        assert saved["counts"]["scored"] == len(questions)
        assert saved["config"] == "closed"
        assert saved["prompt"]["name"] == "closed_direct"
    assert rescore(tmp_path / "one").overall.chance_corrected is None


def test_rescoring_keeps_the_letter_of_the_probabilities(tmp_path):
    run = write_run(
        tmp_path / "run",
        make_questions(4)[::2],
        lambda _: Answer("The answer is D.", probabilities=LIKELY),
        method="likelihood",
    )
    assert rescore(run.folder).letters["chosen"] == {"B": 4}


def test_rescoring_keeps_the_throughput(tmp_path):
    run = write_run(tmp_path / "run", make_questions(2), right)
    rescore(run.folder)
    path = run.folder / "results.json"
    timed = json.loads(path.read_text()) | {"throughput": {"seconds": 2.0}}
    path.write_text(json.dumps(timed))
    rescore(run.folder)
    assert json.loads(path.read_text()) == timed


def test_rescoring_needs_a_run(tmp_path):
    with pytest.raises(RunError, match="no run is here"):
        rescore(tmp_path)


@given(
    st.lists(
        st.one_of(
            st.text(max_size=30),
            st.sampled_from(["A", "B", "Answer: C", "none of these", *OPTIONS, *SIZES]),
        ),
        min_size=12,
        max_size=12,
    )
)
def test_rescoring_twice_is_rescoring_once(tmp_path_factory, texts):
    said = iter(texts)
    run = write_run(tmp_path_factory.mktemp("run"), make_questions(6), lambda _: next(said))
    held = file_of(run).read_bytes()
    once = rescore(run.folder)
    written = (run.folder / "results.json").read_bytes()
    assert rescore(run.folder) == once
    assert (run.folder / "results.json").read_bytes() == written
    assert file_of(run).read_bytes() == held


@given(st.permutations(range(12)), st.lists(st.sampled_from("ABCDE"), min_size=12, max_size=12))
def test_the_order_of_the_predictions_does_not_matter(tmp_path_factory, order, letters):
    said = iter(letters)
    run = write_run(tmp_path_factory.mktemp("run"), make_questions(6), lambda _: next(said))
    shuffled = replace(run, predictions=[run.predictions[place] for place in order])
    assert score(shuffled) == score(run)


def test_baselines_reach_their_known_floors_on_the_published_benchmark(shared, tmp_path):
    from eval import evaluate, load_model
    from eval.published import published_questions

    dataset = published_questions(shared / "mm_neuroonco_v1.0", "closed")
    results = evaluate(dataset, load_model("baseline:prior"), tmp_path / "prior")
    assert results.overall.n == results.expected == 3190
    assert round(results.overall.accuracy, 3) == round(results.overall.prior, 3) == 0.693
    assert round(results.by["question_type"]["diagnosis"].accuracy, 3) == 0.608
    assert round(results.overall.majority, 3) == 0.419
    assert round(results.overall.chance, 3) == 0.211
    assert results.by["options"].keys() >= {"5"}
    assert sum(one.n for one in results.by["source"].values()) == 3190
