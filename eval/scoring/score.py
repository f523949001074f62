"""One score: the accuracy over a group of questions, beside what it has to be held against."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from eval.metrics.accuracy import accuracy, balanced_accuracy, chance, chance_corrected
from eval.metrics.blind_floors import majority, option_prior
from eval.metrics.intervals import cluster_bootstrap, clustered_standard_error
from eval.questions import Question
from eval.scoring.answers import Answered

SLICES: Mapping[str, Callable[[Question], str]] = {
    "question_type": lambda question: question.question_type,
    "category": lambda question: question.category,
    "source": lambda question: question.source,
    "modality": lambda question: question.modality,
    "options": lambda question: str(len(question.options)),
}
"""What questions are grouped by, each with the name of a question's group."""


@dataclass(frozen=True, slots=True)
class Score:
    """The accuracy over a group of questions, and its blind companions on the same questions.

    Attributes:
        n: questions that were answered and scored.
        accuracy: the share of them with the right letter.
        interval: its 95 % interval, bootstrapped over images; None below two images.
        standard_error: of the accuracy, clustered by image; None below two images.
        balanced_accuracy: the accuracy averaged over the answer texts.
        chance_corrected: the share won of what a draw leaves; None where no question has a second
            option.
        chance: expected from a draw among each question's options.
        majority: reached by the most frequent answer of the question type.
        prior: reached by the option texts that are most often right.
    """

    n: int
    accuracy: float
    interval: tuple[float, float] | None
    standard_error: float | None
    balanced_accuracy: float
    chance_corrected: float | None
    chance: float
    majority: float
    prior: float

    @property
    def floor(self) -> float:
        """The highest of the three scores that need no picture."""
        return max(self.chance, self.majority, self.prior)


class Scorer:
    """Scores groups of a dataset's questions; what the floors choose is worked out once."""

    def __init__(self, dataset: Sequence[Question], seed: int) -> None:
        """Let the floors learn.

        Args:
            dataset: every question, the ones that were not asked included.
            seed: of the bootstrap.
        """
        self._majority = _right(majority(dataset), dataset)
        self._prior = _right(option_prior(dataset), dataset)
        self._seed = seed

    def score(self, group: Sequence[Answered]) -> Score:
        """Score a group of at least one question."""
        questions = [one.question for one in group]
        images = [question.image_id for question in questions]
        right = [bool(one.prediction.correct) for one in group]
        corrected = chance_corrected(questions, right)
        return Score(
            n=len(group),
            accuracy=accuracy(right),
            interval=cluster_bootstrap(right, images, seed=self._seed),
            standard_error=clustered_standard_error(right, images),
            balanced_accuracy=balanced_accuracy(
                questions, [one.prediction.letter for one in group]
            ),
            chance_corrected=None if math.isnan(corrected) else corrected,
            chance=chance(questions),
            majority=accuracy([question.question_id in self._majority for question in questions]),
            prior=accuracy([question.question_id in self._prior for question in questions]),
        )

    def slices(self, scored: Sequence[Answered]) -> dict[str, dict[str, Score]]:
        """Score the groups of every slice, in the order in which they come up."""
        return {
            name: {key: self.score(group) for key, group in _groups(scored, of).items()}
            for name, of in SLICES.items()
        }


def _groups(scored: Sequence[Answered], of: Callable[[Question], str]) -> dict[str, list[Answered]]:
    groups: dict[str, list[Answered]] = {}
    for one in scored:
        groups.setdefault(of(one.question), []).append(one)
    return groups


def _right(letters: Sequence[str], dataset: Sequence[Question]) -> set[str]:
    """The ids of the questions that these letters answer rightly."""
    pairs = zip(dataset, letters, strict=True)
    return {question.question_id for question, letter in pairs if letter == question.answer}
