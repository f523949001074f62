import math

import pytest

from eval.metrics.accuracy import accuracy, chance
from eval.metrics.intervals import cluster_bootstrap
from eval.questions import Question


def test_accuracy_and_chance():
    two = Question("a", "i", "t", "?", ("x", "y"), "A")
    five = Question("b", "i", "t", "?", ("v", "w", "x", "y", "z"), "A")
    assert accuracy([True, False, False, True]) == 0.5
    assert chance([two, five]) == pytest.approx(0.35)
    assert math.isnan(accuracy([]))
    assert math.isnan(chance([]))


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
