import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.rejection import Rejection, rejecting_letter, rejection
from eval.questions import Question

OPTIONS = ("glioma", "meningioma", "None of the above")
LETTERS = st.sampled_from("ABC")


def ask(answer, options=OPTIONS):
    return Question("q", "i", "diagnosis", "?", options, answer)


def test_every_share_has_its_own_base():
    answers, chosen = "CCCABBB", ["C", "A", None, "C", "B", "A", "B"]
    assert rejection([ask(answer) for answer in answers], chosen) == Rejection(
        n=7,
        traps=3,
        chosen=2,
        recall=pytest.approx(1 / 3),
        precision=0.5,
        f1=pytest.approx(2 / 5),
        false_rejections=0.25,
    )


def test_questions_without_the_option_are_passed_over():
    two = ask("A", ("Healthy", "Abnormal"))
    assert rejecting_letter(two) is None
    assert rejection([two], ["A"]) == Rejection(0, 0, 0, None, None, None, None)


def test_the_option_counts_however_it_is_written():
    assert rejecting_letter(ask("A", ("NONE of the above.", "glioma"))) == "A"


@given(st.lists(st.tuples(LETTERS, LETTERS), min_size=1))
def test_f1_is_the_harmonic_mean_of_recall_and_precision(pairs):
    found = rejection([ask(answer) for answer, _ in pairs], [letter for _, letter in pairs])
    if found.recall and found.precision:
        mean = 2 * found.recall * found.precision / (found.recall + found.precision)
        assert found.f1 == pytest.approx(mean)
    else:
        assert not found.f1
