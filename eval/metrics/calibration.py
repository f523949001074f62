"""Whether a model's probabilities mean what they say, and whether they tell right from wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers given with a confidence above ``low`` and up to ``high``.

    Attributes:
        low: the lower end; the first bin includes it.
        high: the upper end, included.
        n: answers.
        confidence: their mean confidence.
        accuracy: the share of them that were right.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far confidence and accuracy lie apart.

    Attributes:
        error: the mean over all answers of the gap between their bin's two values, 0 to 1.
        bins: those that hold an answer, from the lowest.
    """

    error: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Selective:
    """The accuracy of a model that answers only where it is surest.

    Attributes:
        coverages: shares of the questions that are answered.
        accuracies: the share of those that are right, at each coverage.
        area: the mean accuracy over all coverages.
    """

    coverages: tuple[float, ...]
    accuracies: tuple[float, ...]
    area: float


def expected_calibration_error(
    confidence: Sequence[float], correct: Sequence[bool], bins: int = 15
) -> Calibration:
    """Compare confidence and accuracy in bins of equal width.

    Source: Guo et al. 2017, "On calibration of modern neural networks".

    Args:
        confidence: the probability of the chosen option, one a question.
        correct: whether it was right, in the same order.
        bins: how many bins between 0 and 1.
    """
    sure, right = _arrays(confidence, correct)
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.searchsorted(edges, sure, side="left") - 1, 0, bins - 1)
    filled = tuple(
        Bin(
            low=float(edges[i]),
            high=float(edges[i + 1]),
            n=int(held.sum()),
            confidence=float(sure[held].mean()),
            accuracy=float(right[held].mean()),
        )
        for i in range(bins)
        if (held := place == i).any()
    )
    gap = sum(one.n * abs(one.confidence - one.accuracy) for one in filled)
    return Calibration(gap / len(sure) if len(sure) else float("nan"), filled)


def brier(probabilities: Sequence[Mapping[str, float]], answers: Sequence[str]) -> float:
    """The mean squared distance of the probabilities from the truth; not a number without one.

    For each question ``sum over its letters of (p - [the letter is the answer])^2``: 0 for full
    trust in the answer, 2 for full trust in another option (Brier 1950).

    Args:
        probabilities: the probability of each letter of each question.
        answers: the right letters, in the same order.
    """
    losses = [
        sum((p - (letter == answer)) ** 2 for letter, p in shares.items())
        for shares, answer in zip(probabilities, answers, strict=True)
    ]
    return sum(losses) / len(losses) if losses else float("nan")


def auroc(scores: Sequence[float], labels: Sequence[bool]) -> float | None:
    """The chance that a positive case scores higher than a negative one; ties count half.

    From the ranks of the scores (Mann and Whitney 1947). With the probability of "None of the
    above" as score and "is a trap" as label, it says whether a model notices traps at all, wherever
    it would draw the line.

    Args:
        scores: one a case.
        labels: whether the case is positive, in the same order.

    Returns:
        0 to 1, with 0.5 for scores that say nothing; None where either kind is missing.
    """
    values, positive = _arrays(scores, labels)
    up = int(positive.sum())
    down = len(positive) - up
    if not up or not down:
        return None
    _, tied, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[tied]  # from 1; ties share their mean rank
    return float((ranks[positive == 1].sum() - up * (up + 1) / 2) / (up * down))


def selective_accuracy(
    confidence: Sequence[float],
    correct: Sequence[bool],
    coverages: Sequence[float] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
) -> Selective:
    """Answer only the share of questions that the model is surest of.

    Among answers of equal confidence, each is as likely to be kept. The area is the complement of
    the area under the risk-coverage curve (Geifman and El-Yaniv 2017, "Selective classification
    for deep neural networks").

    Args:
        confidence: one value a question; only the order matters.
        correct: whether the answer was right, in the same order.
        coverages: the shares to answer, above 0 and up to 1; at least one question is.
    """
    sure, right = _arrays(confidence, correct)
    n = len(sure)
    if not n:
        return Selective(tuple(coverages), (float("nan"),) * len(coverages), float("nan"))
    _, tied, counts = np.unique(-sure, return_inverse=True, return_counts=True)
    expected = np.repeat(np.bincount(tied, weights=right) / counts, counts)
    accuracies = np.cumsum(expected) / np.arange(1, n + 1)
    kept = [max(1, round(coverage * n)) for coverage in coverages]
    return Selective(
        tuple(coverages),
        tuple(float(accuracies[k - 1]) for k in kept),
        float(accuracies.mean()),
    )


def _arrays(
    values: Sequence[float], labels: Sequence[bool]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if len(values) != len(labels):
        raise ValueError(f"{len(values)} values but {len(labels)} labels")
    return np.asarray(values, dtype=float), np.asarray(labels, dtype=float)
