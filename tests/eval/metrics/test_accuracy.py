import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.accuracy import accuracy, balanced_accuracy, chance, chance_corrected
from eval.questions import Question

TEXTS = ("glioma", "meningioma", "Healthy", "None of the above")


def ask(answer, options=TEXTS):
    return Question("q", "i", "t", "?", tuple(options), answer)


asked = st.builds(ask, st.sampled_from("AB"), st.permutations(TEXTS).map(lambda p: p[:3]))
answered = st.lists(st.tuples(asked, st.sampled_from([None, *"ABC"])), min_size=1)


def test_accuracy_and_chance():
    two = ask("A", ("x", "y"))
    five = ask("A", ("v", "w", "x", "y", "z"))
    assert accuracy([True, False, False, True]) == 0.5
    assert chance([two, five]) == pytest.approx(0.35)
    assert math.isnan(accuracy([]))
    assert math.isnan(chance([]))


def test_a_rare_answer_weighs_as_much_as_a_frequent_one():
    """Nine of nine gliomas and none of one meningioma, under whatever letter."""
    questions = [ask("A") for _ in range(5)] + [ask("B", ("x", "GLIOMA.")) for _ in range(4)]
    letters = ["A"] * 5 + ["B"] * 4
    assert balanced_accuracy([*questions, ask("B")], [*letters, None]) == 0.5
    assert accuracy([True] * 9 + [False]) == 0.9
    assert math.isnan(balanced_accuracy([], []))


@given(answered, st.randoms())
def test_balanced_accuracy_ignores_the_order_and_repetition(pairs, random):
    def measure(some):
        return balanced_accuracy([q for q, _ in some], [letter for _, letter in some])

    shuffled = random.sample(pairs, len(pairs))
    assert measure(shuffled) == pytest.approx(measure(pairs))
    assert measure(pairs * 3) == pytest.approx(measure(pairs))
    assert 0 <= measure(pairs) <= 1


def test_chance_corrected_pools_questions_of_different_chance():
    questions = [ask("A", "xy"), ask("A", "vwxyz")]
    assert chance_corrected(questions, [True, True]) == 1
    assert chance_corrected(questions, [True, False]) == pytest.approx((1 - 0.7) / (2 - 0.7))
    assert chance_corrected(questions, [False, False]) == pytest.approx(-0.7 / 1.3)
    assert math.isnan(chance_corrected([ask("A", "x")], [True]))


@given(st.integers(2, 9), st.integers(1, 5))
def test_chance_corrected_is_nothing_at_chance(options, times):
    questions = [ask("A", [str(i) for i in range(options)])] * options * times
    correct = [i < times for i in range(len(questions))]
    assert chance_corrected(questions, correct) == pytest.approx(0, abs=1e-12)
