import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.averages import mean

values = st.lists(st.one_of(st.none(), st.floats(0, 1)))


@given(values, st.randoms())
def test_what_could_not_be_measured_is_left_out(held, random):
    known = [value for value in held if value is not None]
    shuffled = random.sample(held, len(held))
    if not known:
        assert mean(held) is None
    else:
        assert mean(shuffled) == pytest.approx(sum(known) / len(known))
        assert min(known) - 1e-12 <= mean(held) <= max(known) + 1e-12


def test_zero_is_a_value_and_none_is_not():
    assert mean([0.0, None, 1.0]) == 0.5
    assert mean(iter([True, False])) == 0.5
