"""How far a score could have come out otherwise."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np


def cluster_bootstrap(
    correct: Sequence[bool],
    clusters: Sequence[Hashable],
    *,
    seed: int = 0,
    resamples: int = 2000,
    level: float = 0.95,
) -> tuple[float, float] | None:
    """A percentile interval of the accuracy, from drawing whole clusters with replacement.

    Questions about one image are not independent, so the images are drawn and not the questions.

    Args:
        correct: one value a question.
        clusters: the image of each question, in the same order.
        seed: of the draws; the same seed gives the same interval.
        resamples: how often to draw.
        level: the share of resamples between the two ends.

    Returns:
        The lower and the upper end, or None for fewer than two clusters, which say nothing about
        their spread.
    """
    _, cluster = np.unique(np.array([str(name) for name in clusters]), return_inverse=True)
    sizes = np.bincount(cluster)
    if len(sizes) < 2:
        return None
    hits = np.bincount(cluster, weights=np.asarray(correct, dtype=float))
    draws = np.random.default_rng(seed)
    accuracies = np.empty(resamples)
    for i in range(resamples):
        drawn = draws.integers(len(sizes), size=len(sizes))
        accuracies[i] = hits[drawn].sum() / sizes[drawn].sum()
    tail = (1 - level) / 2
    low, high = np.quantile(accuracies, [tail, 1 - tail])
    return float(low), float(high)
