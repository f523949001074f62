import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.calibration import (
    auroc,
    brier,
    expected_calibration_error,
    selective_accuracy,
)

marked = st.lists(st.tuples(st.integers(0, 20).map(lambda k: k / 20), st.booleans()), min_size=1)


def split(pairs):
    return [value for value, _ in pairs], [mark for _, mark in pairs]


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(1, 4)), min_size=1), st.integers(1, 30))
def test_a_model_as_often_right_as_it_says_has_no_error(groups, bins):
    """Ten answers with confidence k / 10 of which k are right, any number of times."""
    confidence = [k / 10 for k, times in groups for _ in range(10 * times)]
    correct = [i % 10 < k for k, times in groups for i in range(10 * times)]
    found = expected_calibration_error(confidence, correct, bins)
    assert found.error == pytest.approx(0, abs=1e-12)
    assert sum(one.n for one in found.bins) == len(correct)


def test_the_error_is_the_gap_weighted_by_the_answers():
    found = expected_calibration_error([0.9, 0.9, 0.9, 0.25], [True, False, False, True], bins=4)
    assert [(one.low, one.high, one.n) for one in found.bins] == [(0, 0.25, 1), (0.75, 1, 3)]
    assert found.bins[1].confidence == pytest.approx(0.9)
    assert found.bins[1].accuracy == pytest.approx(1 / 3)
    assert found.error == pytest.approx((0.75 + 3 * (0.9 - 1 / 3)) / 4)
    assert math.isnan(expected_calibration_error([], []).error)


@given(marked, st.randoms(), st.integers(1, 20))
def test_the_error_is_bounded_and_ignores_the_order(pairs, random, bins):
    found = expected_calibration_error(*split(pairs), bins)
    shuffled = expected_calibration_error(*split(random.sample(pairs, len(pairs))), bins)
    assert 0 <= found.error <= 1
    assert shuffled.error == pytest.approx(found.error)
    for one in found.bins:
        assert one.low - 1e-12 <= one.confidence <= one.high + 1e-12


def test_brier_goes_from_nothing_to_two():
    sure = {"A": 1.0, "B": 0.0}
    assert brier([sure], ["A"]) == 0
    assert brier([sure], ["B"]) == 2
    assert brier([sure, {"A": 0.5, "B": 0.5}], ["A", "B"]) == 0.25
    assert math.isnan(brier([], []))


@given(marked)
def test_auroc_counts_pairs(pairs):
    up = [value for value, positive in pairs if positive]
    down = [value for value, positive in pairs if not positive]
    found = auroc(*split(pairs))
    if not up or not down:
        assert found is None
    else:
        won = sum((one > other) + (one == other) / 2 for one in up for other in down)
        assert found == pytest.approx(won / (len(up) * len(down)))


@given(marked)
def test_selecting_everything_gives_the_accuracy(pairs):
    confidence, correct = split(pairs)
    found = selective_accuracy(confidence, correct)
    assert found.coverages[-1] == 1
    assert found.accuracies[-1] == pytest.approx(sum(correct) / len(correct))
    assert 0 <= found.area <= 1


@given(marked, st.randoms())
def test_selection_ignores_the_order(pairs, random):
    found = selective_accuracy(*split(pairs))
    shuffled = selective_accuracy(*split(random.sample(pairs, len(pairs))))
    assert shuffled.accuracies == pytest.approx(found.accuracies)
    assert shuffled.area == pytest.approx(found.area)


def test_the_surest_answers_come_first():
    found = selective_accuracy([0.2, 0.9, 0.5, 0.5], [False, True, True, False], [0.25, 0.5, 1])
    assert found.accuracies == pytest.approx((1, 0.75, 0.5))
    assert found.area == pytest.approx((1 + 0.75 + 2 / 3 + 0.5) / 4)
    assert math.isnan(selective_accuracy([], []).area)


def test_values_and_labels_have_to_match():
    for measure in (expected_calibration_error, auroc, selective_accuracy):
        with pytest.raises(ValueError, match="2 values but 1 labels"):
            measure([0.1, 0.2], [True])
