import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.intervals import (
    cluster_bootstrap,
    clustered_standard_error,
    paired_cluster_bootstrap,
    wilson,
)

values = st.lists(st.floats(-10, 10), min_size=2, max_size=30)


def test_an_interval_is_reproducible_and_holds_the_accuracy():
    correct = [i % 3 == 0 for i in range(300)]
    clusters = [i // 3 for i in range(300)]
    low, high = cluster_bootstrap(correct, [i // 2 for i in range(300)], seed=1)
    assert (low, high) == cluster_bootstrap(correct, [i // 2 for i in range(300)], seed=1)
    assert low < 1 / 3 < high
    assert cluster_bootstrap(correct, clusters) == pytest.approx((1 / 3, 1 / 3))


def test_images_are_drawn_and_not_questions():
    """Ten questions that stand and fall together tell no more than one."""
    correct = [cluster % 2 == 0 for cluster in range(40) for _ in range(10)]
    alone = cluster_bootstrap(correct, range(400))
    together = cluster_bootstrap(correct, [cluster for cluster in range(40) for _ in range(10)])
    width = [high - low for low, high in (alone, together)]
    assert width[1] == pytest.approx(width[0] * 10**0.5, rel=0.15)
    # The normal approximation for 40 independent coins.
    assert width[1] == pytest.approx(2 * 1.96 * (0.25 / 40) ** 0.5, rel=0.15)


def test_one_image_has_no_interval():
    assert cluster_bootstrap([True, False], ["same", "same"]) is None
    assert paired_cluster_bootstrap([1, 0], [0, 0], ["same", "same"]) is None
    assert clustered_standard_error([1, 0], ["same", "same"]) is None


def test_pairing_takes_out_what_is_hard_for_both_runs():
    """One run is right wherever the other is, and on one image more in twenty."""
    images = list(range(200))
    b = [i % 2 == 0 for i in images]
    a = [right or i % 20 == 1 for i, right in zip(images, b, strict=True)]
    difference, low, high = paired_cluster_bootstrap(a, b, images)
    assert difference == pytest.approx(0.05)
    assert 0 < low < 0.05 < high
    apart = [cluster_bootstrap(run, images) for run in (a, b)]
    assert high - low < min(end - start for start, end in apart) / 2


@given(values, st.integers(0, 5))
def test_a_difference_turned_round_changes_its_sign(run, seed):
    other = [value / 2 for value in run]
    images = [i // 2 for i in range(len(run))]
    there = paired_cluster_bootstrap(run, other, images, seed=seed, resamples=50)
    back = paired_cluster_bootstrap(other, run, images, seed=seed, resamples=50)
    if len(set(images)) < 2:
        assert there is back is None
    else:
        difference, low, high = there
        assert back == pytest.approx((-difference, -high, -low))


@given(values)
def test_the_clustered_error_of_lone_values_is_the_usual_one(run):
    usual = statistics.stdev(run) / len(run) ** 0.5
    assert clustered_standard_error(run, range(len(run))) == pytest.approx(usual, abs=1e-9)


@given(values, st.integers(1, 4))
def test_copies_within_an_image_add_no_certainty(run, copies):
    """n equal answers about each image leave the error as it was with one."""
    once = clustered_standard_error(run, range(len(run)))
    images = [i for i in range(len(run)) for _ in range(copies)]
    copied = clustered_standard_error([run[i] for i in images], images)
    assert copied == pytest.approx(once, abs=1e-9)


def test_the_clustered_error_agrees_with_the_bootstrap():
    draw = np.random.default_rng(0)
    images = np.repeat(np.arange(300), draw.integers(1, 6, 300))
    correct = (draw.random(300)[images] + draw.random(len(images)) < 1).tolist()
    low, high = cluster_bootstrap(correct, images.tolist())
    error = clustered_standard_error(correct, images.tolist())
    assert high - low == pytest.approx(2 * 1.96 * error, rel=0.08)


def test_wilson_has_its_known_values():
    # From Newcombe 1998, table I: 81/263, 15/148, 0/20, 1/29.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)
    assert wilson(0, 0) is None


@given(st.integers(1, 500), st.data())
def test_wilson_holds_the_share_and_mirrors(n, data):
    k = data.draw(st.integers(0, n))
    low, high = wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1
    assert wilson(n - k, n) == pytest.approx((1 - high, 1 - low))
