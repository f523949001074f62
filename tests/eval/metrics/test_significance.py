import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from eval.metrics.significance import holm, mcnemar_exact

pairs = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60)
p_values = st.dictionaries(st.text(max_size=3), st.floats(0, 1), max_size=8)


@given(pairs)
def test_mcnemar_is_the_binomial_test_on_the_questions_that_differ(marks):
    a, b = [one for one, _ in marks], [other for _, other in marks]
    only_a = sum(one > other for one, other in marks)
    only_b = sum(one < other for one, other in marks)
    n = only_a + only_b
    assert mcnemar_exact(a, b) == mcnemar_exact(b, a)
    assert mcnemar_exact(a, b) == pytest.approx(binomtest(only_a, n).pvalue if n else 1)


def test_mcnemar_stays_exact_where_floats_run_out():
    assert mcnemar_exact([True] * 3000, [False] * 3000) == 0.5**2999 == 0
    assert mcnemar_exact([True] * 1000, [False] * 1000) == 2.0**-999
    right = [i < 1550 for i in range(3000)]
    wrong = [not mark for mark in right]
    assert mcnemar_exact(right, wrong) == pytest.approx(binomtest(1550, 3000).pvalue)


def test_holm_has_its_known_values():
    raw = {"size": 0.04, "shape": 0.01, "spread": 0.03, "diagnosis": 0.005}
    expected = {"size": 0.06, "shape": 0.03, "spread": 0.06, "diagnosis": 0.02}
    assert holm(raw) == pytest.approx(expected)
    assert list(holm(raw)) == list(raw)
    assert holm({}) == {}


@given(p_values)
def test_holm_only_raises_and_keeps_the_order(raw):
    adjusted = holm(raw)
    assert adjusted.keys() == raw.keys()
    for key in raw:
        assert raw[key] <= adjusted[key] <= min(1, len(raw) * raw[key] + 1e-12) or raw[key] == 1
    by_raw = sorted(raw, key=raw.__getitem__)
    assert [adjusted[key] for key in by_raw] == sorted(adjusted.values())
