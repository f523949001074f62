import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_runs import always, make_open_questions, make_questions, right, write_run

from eval import Answer, compare_runs
from eval.metrics.intervals import paired_cluster_bootstrap
from eval.metrics.significance import mcnemar_exact
from neuroonco.errors import RunError

LETTERS = st.lists(st.sampled_from(["A", "B", "C", "no idea"]), min_size=12, max_size=12)


def spoken(folder, letters, **config):
    said = iter(letters)
    return write_run(folder, make_questions(6), lambda _: next(said), **config)


def test_runs_are_compared_on_what_both_have_scored(tmp_path):
    questions = make_questions(6)
    first = write_run(
        tmp_path / "first", questions, lambda item: None if item.key[0] == "1_q1" else "B"
    )
    second = write_run(
        tmp_path / "second",
        questions,
        lambda item: Answer("", error="x") if item.key[0] in ("2_q1", "2_q2") else right(item),
    )
    found = compare_runs(first, second)
    assert (found.only_first, found.only_second) == (2, 1)
    overall = found.overall["accuracy"]
    assert overall.n == 9
    assert overall.first == pytest.approx(4 / 9)
    assert overall.second == 1
    assert overall.difference == pytest.approx(5 / 9)
    kept = [one for one in questions if one.question_id not in ("1_q1", "2_q1", "2_q2")]
    marks = [one.answer == "B" for one in kept]
    images = [one.image_id for one in kept]
    assert overall.interval == paired_cluster_bootstrap([True] * 9, marks, images)[1:]
    assert overall.p == mcnemar_exact([True] * 4 + [False] * 5, [True] * 9)
    assert overall.p_holm is None
    types = found.by["question_type"]
    assert {name: row.n for name, row in types.items()} == {"diagnosis": 4, "size": 5}
    assert types["diagnosis"].p_holm == min(1, 2 * types["diagnosis"].p)


def test_questions_answered_otherwise_are_listed(tmp_path):
    first = write_run(tmp_path / "first", make_questions(2), always("A"))
    says = {"1_q1": "A", "1_q2": "B", "2_q1": "C", "2_q2": "I cannot tell."}
    second = write_run(tmp_path / "second", make_questions(2), lambda item: says[item.key[0]])
    found = compare_runs(first, second)
    assert [
        (one.question_id, one.question_type, one.first, one.second, one.answer)
        for one in found.differing
    ] == [
        ("1_q2", "size", "A", "B", "B"),
        ("2_q1", "diagnosis", "A", "C", "C"),
        ("2_q2", "size", "A", None, "A"),
    ]
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert told["differing"][2]["second"] is None
    assert told["first"] == {"run": "first", "model": "parrot"}


def test_rotations_do_not_count(tmp_path):
    turned = write_run(tmp_path / "turned", make_questions(4), right, circular=True)
    plain = write_run(tmp_path / "plain", make_questions(4), right)
    found = compare_runs(turned, plain)
    assert found.overall["accuracy"].n == 8
    assert found.differing == ()


@given(LETTERS)
def test_a_run_does_not_differ_from_itself(tmp_path_factory, letters):
    run = spoken(tmp_path_factory.mktemp("run"), letters)
    found = compare_runs(run, run)
    assert found.differing == ()
    assert found.only_first == found.only_second == 0
    for row in (found.overall["accuracy"], *found.by["question_type"].values()):
        assert (row.difference, row.interval, row.p) == (0, (0, 0), 1)


@given(LETTERS, LETTERS)
def test_the_order_of_the_runs_turns_the_sign(tmp_path_factory, one, other):
    folder = tmp_path_factory.mktemp("runs")
    first, second = spoken(folder / "1", one, seed=1), spoken(folder / "2", other, seed=2)
    there, back = compare_runs(first, second), compare_runs(second, first)
    rows = [*there.overall.values(), *there.by["question_type"].values()]
    turned = [*back.overall.values(), *back.by["question_type"].values()]
    for row, other_way in zip(rows, turned, strict=True):
        assert row.difference == pytest.approx(-other_way.difference)
        assert row.interval == pytest.approx(tuple(-end for end in reversed(other_way.interval)))
        assert (row.p, row.p_holm) == (other_way.p, other_way.p_holm)
    assert {one.question_id for one in there.differing} == {
        one.question_id for one in back.differing
    }


def test_open_runs_are_compared_by_words(tmp_path):
    questions = make_open_questions(4)
    first = write_run(tmp_path / "first", questions, always("A brain."))
    second = write_run(tmp_path / "second", questions, lambda item: item.question.reference)
    found = compare_runs(first, second)
    assert list(found.overall) == ["token_f1", "keyword_recall", "keyword_recall_unprompted"]
    assert (found.overall["token_f1"].n, found.overall["keyword_recall"].n) == (8, 4)
    assert found.overall["keyword_recall"].difference == 1
    assert found.overall["token_f1"].p is found.by["question_type"]["Size"].p_holm is None
    assert found.differing == ()


def test_runs_of_different_datasets_are_refused(tmp_path):
    first = write_run(tmp_path / "first", make_questions(2), right)
    second = write_run(tmp_path / "second", make_questions(3), right)
    words = write_run(tmp_path / "words", make_open_questions(2), always("A brain."))
    with pytest.raises(RunError, match=r"first and second are .* datasets \(.*n: 4 and 6\)"):
        compare_runs(first, second)
    with pytest.raises(RunError, match="config: closed and open"):
        compare_runs(first, words)


def test_runs_without_a_common_question_are_refused(tmp_path):
    first = write_run(tmp_path / "first", make_questions(2), right, question_types=["size"])
    second = write_run(tmp_path / "second", make_questions(2), right, question_types=["diagnosis"])
    with pytest.raises(RunError, match="no question in common"):
        compare_runs(first, second)
