"""How far a score could have come out otherwise.

Questions about one image are not independent, so images are the unit of chance throughout, and not
questions.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

_AT_ONCE = 2**16  # clusters drawn at once: little memory, and little of the time goes into Python


def cluster_bootstrap(
    values: Sequence[float],
    clusters: Sequence[Hashable],
    *,
    seed: int = 0,
    resamples: int = 2000,
    level: float = 0.95,
) -> tuple[float, float] | None:
    """A percentile interval of the mean, from drawing whole clusters with replacement.

    Source: Field and Welsh 2007, "Bootstrapping clustered data".

    Args:
        values: one value a question, such as whether it was answered rightly.
        clusters: the image of each question, in the same order.
        seed: of the draws; the same seed gives the same interval.
        resamples: how often to draw.
        level: the share of resamples between the two ends.

    Returns:
        The lower and the upper end, or None for fewer than two clusters, which say nothing about
        their spread.
    """
    sums, sizes = _by_cluster(values, clusters)
    if len(sizes) < 2:
        return None
    draws = np.random.default_rng(seed)
    means = np.empty(resamples)
    at_once = max(1, _AT_ONCE // len(sizes))
    for start in range(0, resamples, at_once):
        few = min(at_once, resamples - start)
        drawn = draws.integers(len(sizes), size=(few, len(sizes)))
        means[start : start + few] = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    tail = (1 - level) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


def paired_cluster_bootstrap(
    a: Sequence[float],
    b: Sequence[float],
    clusters: Sequence[Hashable],
    *,
    seed: int = 0,
    resamples: int = 2000,
    level: float = 0.95,
) -> tuple[float, float, float] | None:
    """How much higher the mean of one run is than another's on the same questions.

    Each resample draws the same images for both runs, so that what makes an image hard for both
    does not widen the interval.

    Args:
        a: one value a question.
        b: the other run's value of the same questions, in the same order.
        clusters: the image of each question, in the same order.
        seed: as in `cluster_bootstrap`.
        resamples: as in `cluster_bootstrap`.
        level: as in `cluster_bootstrap`.

    Returns:
        The mean of ``a - b`` with the lower and the upper end of its interval, or None for fewer
        than two clusters.
    """
    differences = [float(one) - float(other) for one, other in zip(a, b, strict=True)]
    interval = cluster_bootstrap(differences, clusters, seed=seed, resamples=resamples, level=level)
    return (sum(differences) / len(differences), *interval) if interval else None


def clustered_standard_error(values: Sequence[float], clusters: Sequence[Hashable]) -> float | None:
    """The standard error of the mean of values that hang together within clusters.

    The square root of ``G / (G - 1) * sum_g(sum of the deviations in g)^2 / n^2`` for G clusters
    and n values, the factor being the finite-cluster correction (Cameron and Miller 2015, "A
    practitioner's guide to cluster-robust inference"; Miller 2024, "Adding error bars to evals").
    With one value a cluster it is the usual ``s / sqrt(n)``.

    Args:
        values: one value a question.
        clusters: the image of each question, in the same order.

    Returns:
        The error in the unit of the values, or None for fewer than two clusters.
    """
    sums, sizes = _by_cluster(values, clusters)
    if len(sizes) < 2:
        return None
    deviations = sums - sizes * (sums.sum() / sizes.sum())
    variance = (deviations**2).sum() / sizes.sum() ** 2
    return math.sqrt(variance * len(sizes) / (len(sizes) - 1))


def wilson(k: int, n: int, level: float = 0.95) -> tuple[float, float] | None:
    """The score interval of a lone proportion of independent cases (Wilson 1927).

    Args:
        k: cases that hold.
        n: cases in all.
        level: the nominal coverage.

    Returns:
        The lower and the upper end within 0 and 1, or None without a case.
    """
    if not n:
        return None
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = k / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return (0.0 if k == 0 else low), (1.0 if k == n else high)


def _by_cluster(
    values: Sequence[float], clusters: Sequence[Hashable]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """The sum of the values of each cluster, and their number."""
    _, cluster = np.unique(np.array([str(name) for name in clusters]), return_inverse=True)
    sums = np.bincount(cluster, weights=np.asarray(values, dtype=np.float64))
    return sums, np.bincount(cluster)
