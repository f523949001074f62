import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.overlap import bleu, rouge_l, token_f1

words = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=12)
texts = words.map(" ".join)
measures = pytest.mark.parametrize("measure", [token_f1, rouge_l, bleu])


@measures
@given(a=texts, b=texts)
def test_each_goes_from_nothing_in_common_to_equal(measure, a, b):
    assert measure(a, a) == pytest.approx(1)
    assert 0 <= measure(a, b) <= 1
    assert measure(a, "x y z") == 0
    assert measure("", b) == 0


@given(words, words, st.randoms())
def test_token_f1_ignores_the_order_and_takes_sides_equally(a, b, random):
    found = token_f1(" ".join(a), " ".join(b))
    assert token_f1(" ".join(random.sample(a, len(a))), " ".join(b)) == found
    assert token_f1(" ".join(b), " ".join(a)) == found


@given(words, words)
def test_rouge_l_is_the_f_measure_of_the_longest_common_subsequence(a, b):
    lengths = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, one in enumerate(a):
        for j, other in enumerate(b):
            longest = max(lengths[i][j + 1], lengths[i + 1][j])
            lengths[i + 1][j + 1] = lengths[i][j] + 1 if one == other else longest
    assert rouge_l(" ".join(a), " ".join(b)) == pytest.approx(2 * lengths[-1][-1] / len(a + b))


def test_words_that_are_repeated_count_as_often_as_both_have_them():
    assert token_f1("edema edema edema", "edema and mass") == pytest.approx(1 / 3)
    assert token_f1("Left, frontal!", "left-frontal") == 1
    assert token_f1("3.5 cm", "3-5 cm") == pytest.approx(2 / 5)
    assert token_f1("", "") == 1
    assert token_f1("...", "!") == 1


def test_a_negation_hardly_shows_in_the_overlap():
    assert rouge_l("no contrast enhancement", "contrast enhancement") == pytest.approx(0.8)


def test_bleu_of_a_short_answer_is_not_zero():
    assert bleu("glioma", "glioma") == pytest.approx(1)
    assert bleu("left frontal lobe", "left frontal lobe") == pytest.approx(1)
    assert 0 < bleu("left frontal", "left frontal lobe") < 1
    assert bleu("left frontal lobe", "left frontal") > bleu("lobe frontal left", "left frontal")
