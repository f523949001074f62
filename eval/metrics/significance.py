"""Whether two runs over the same questions differ by more than chance."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from math import comb
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def mcnemar_exact(a: Sequence[bool], b: Sequence[bool]) -> float:
    """The two-sided exact p-value that two runs are right equally often.

    Only questions that one run got right and the other wrong tell them apart; if neither is better,
    each of these falls to either run with probability one half (McNemar 1947, with the binomial
    distribution in place of its approximation). The test takes questions for independent; where
    several share an image, set the interval of `intervals.paired_cluster_bootstrap` beside it.

    Args:
        a: whether one run was right, a value a question.
        b: the other run's values of the same questions, in the same order.

    Returns:
        A probability; 1 where the runs are never right on different questions.
    """
    only_a = sum(one and not other for one, other in zip(a, b, strict=True))
    only_b = sum(other and not one for one, other in zip(a, b, strict=True))
    n = only_a + only_b
    tail = sum(comb(n, k) for k in range(min(only_a, only_b) + 1))
    return min(1.0, 2 * tail / (1 << n))


def holm(p_values: Mapping[Key, float]) -> dict[Key, float]:
    """Adjust p-values for the number of tests, so that one may be called significant at its level.

    The k-th smallest of m values is multiplied by ``m - k + 1`` and raised to those before it
    (Holm 1979, "A simple sequentially rejective multiple test procedure").

    Args:
        p_values: of each test, such as by question type.

    Returns:
        The adjusted values, at most 1, under the same keys in the same order.
    """
    adjusted: dict[Key, float] = {}
    highest = 0.0
    for rank, key in enumerate(sorted(p_values, key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[key]))
        adjusted[key] = highest
    return {key: adjusted[key] for key in p_values}
