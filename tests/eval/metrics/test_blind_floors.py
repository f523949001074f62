import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.accuracy import accuracy, chance
from eval.metrics.blind_floors import majority, option_prior
from eval.questions import Question


def ask(number, image, options, answer, kind="diagnosis"):
    return Question(f"q{number}", image, kind, "What is it?", tuple(options), answer)


def published(folder):
    return [
        Question(
            f"{image['id']}_q{n}",
            str(image["id"]),
            pair["question_type"],
            pair["question"],
            tuple(pair["options"].values()),
            pair["answer"],
        )
        for image in json.loads((folder / "closed.json").read_text(encoding="utf-8"))
        for n, pair in enumerate(image["vqa_pairs"])
    ]


def share(rule, questions, kind=None):
    right = [
        letter == question.answer
        for question, letter in zip(questions, rule(questions), strict=True)
        if kind in (None, question.question_type)
    ]
    return round(accuracy(right), 3)


def test_the_published_benchmark_has_its_known_floors(shared):
    questions = published(shared / "mm_neuroonco_v1.0")
    assert len(questions) == 3190
    assert round(chance(questions), 3) == 0.211
    assert share(majority, questions) == 0.419
    assert share(option_prior, questions) == 0.693
    kinds = ["diagnosis", "modality", "size", "shape", "spread", "location"]
    by_type = {kind: share(option_prior, questions, kind) for kind in kinds}
    assert by_type == {
        "diagnosis": 0.608,
        "modality": 0.574,
        "size": 0.857,
        "shape": 0.795,
        "spread": 0.906,
        "location": 0.866,
    }


@pytest.mark.parametrize("rule", [majority, option_prior])
def test_an_images_own_answers_teach_nothing(rule):
    """Left out, the only image that says B cannot make B the answer of its own questions."""
    questions = [ask(i, "one", ["x", "y"], "B") for i in range(5)]
    questions += [ask(9, "two", ["x", "y"], "A")]
    assert rule(questions) == ["A"] * 5 + ["B"]


@pytest.mark.parametrize("rule", [majority, option_prior])
def test_question_types_do_not_teach_each_other(rule):
    questions = [ask(0, "a", ["x", "y"], "B", "size"), ask(1, "b", ["x", "y"], "A", "shape")]
    assert rule(questions) == ["A", "A"]


def test_the_prior_counts_how_often_a_text_was_right_where_it_was_offered():
    """ "common" is right more often in all, "sure" whenever it is there."""
    questions = [ask(i, f"i{i}", ["common", "other"], "AB"[i % 2]) for i in range(20)]
    questions += [ask(30 + i, f"s{i}", ["SURE!", "other"], "A") for i in range(3)]
    asked = ask(99, "last", ["common", "sure"], "B")
    assert option_prior([*questions, asked])[-1] == "B"
    assert majority([*questions, asked])[-1] == "A"


@given(st.permutations(range(8)))
def test_the_order_of_the_questions_does_not_matter(order):
    questions = [ask(i, f"i{i % 3}", ["x", "y", "z"], "ABC"[i * i % 3]) for i in range(8)]
    for rule in (majority, option_prior):
        straight = dict(zip((q.question_id for q in questions), rule(questions), strict=True))
        shuffled = [questions[i] for i in order]
        assert rule(shuffled) == [straight[q.question_id] for q in shuffled]
