import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.choices import NO_LETTER, circular, confusion, letter_histogram
from eval.questions import Question

NOTA = "None of the above"


def ask(options, answer):
    return Question("q", "i", "diagnosis", "?", tuple(options), answer)


def test_letters_are_counted_in_the_order_of_the_alphabet():
    found = letter_histogram(["E", None, "A", "E", None])
    assert list(found.items()) == [("A", 1), ("E", 2), (NO_LETTER, 2)]
    assert letter_histogram(["B"]) == {"B": 1}
    assert letter_histogram([]) == {}


def test_confusion_sets_texts_against_texts_wherever_they_stand():
    questions = [
        ask(["glioma", "meningioma", NOTA], "A"),
        ask(["meningioma", "Glioma.", NOTA], "B"),
        ask(["metastasis", "glioma", NOTA], "B"),
        ask(["metastasis", "meningioma", NOTA], "C"),  # a trap
        ask(["glioma", "meningioma", NOTA], "B"),
    ]
    found = confusion(questions, ["A", "A", "A", "C", None])
    assert found.truths == ("glioma", NOTA, "meningioma")
    assert found.choices == ("glioma", NOTA, "meningioma", "metastasis", NO_LETTER)
    assert found.counts == ((1, 0, 1, 1, 0), (0, 1, 0, 0, 0), (0, 0, 0, 0, 1))
    assert confusion([], []).counts == ()


@given(st.lists(st.tuples(st.permutations("vwxyz"), st.sampled_from("ABCDE"))))
def test_right_answers_lie_on_the_diagonal(asked):
    questions = [ask(options, answer) for options, answer in asked]
    found = confusion(questions, [question.answer for question in questions])
    assert found.choices[: len(found.truths)] == found.truths
    assert sum(sum(row) for row in found.counts) == len(questions)
    assert sum(row[i] for i, row in enumerate(found.counts)) == len(questions)


def test_circular_asks_for_every_rotation():
    chosen = [["x", "x", "x"], ["y", "y"], ["x", "y", "x"], [None, None]]
    correct = [[True] * 3, [False] * 2, [True, False, True], [False] * 2]
    found = circular(chosen, correct)
    assert (found.n, found.accuracy, found.consistency) == (4, 0.25, 0.5)
    assert math.isnan(circular([], []).accuracy)
    with pytest.raises(ValueError, match="as many"):
        circular([["x"]], [[True, True]])
