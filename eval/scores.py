"""Turn a run's predictions into scores, each with what it has to be held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.metrics.accuracy import accuracy, chance
from eval.metrics.blind_floors import majority, option_prior
from eval.metrics.intervals import cluster_bootstrap
from eval.metrics.rejection import Rejection, rejection
from eval.parse import OUTCOMES
from eval.questions import Question
from eval.runs import Prediction


@dataclass(frozen=True, slots=True)
class Score:
    """The accuracy over a group of questions, and its blind companions on the same questions.

    Attributes:
        n: questions that were answered and scored.
        accuracy: the share of them with the right letter.
        interval: its 95 % interval, bootstrapped over images; None below two images.
        chance: expected from a draw among each question's options.
        majority: reached by the most frequent answer of the question type.
        prior: reached by the option texts that are most often right.
    """

    n: int
    accuracy: float
    interval: tuple[float, float] | None
    chance: float
    majority: float
    prior: float

    @property
    def floor(self) -> float:
        """The highest of the three scores that need no picture."""
        return max(self.chance, self.majority, self.prior)


@dataclass(frozen=True, slots=True)
class Results:
    """Everything a run came to.

    Attributes:
        model: the model's name.
        expected: questions that were asked for.
        outcomes: how many answers came to each outcome of `eval.parse.Choice`.
        overall: the score over all questions, None where none was scored.
        by_type: the score of each question type, in the order of the dataset.
        rejection: how "None of the above" was used in the scored questions.
    """

    model: str
    expected: int
    outcomes: dict[str, int]
    overall: Score | None
    by_type: dict[str, Score]
    rejection: Rejection

    @property
    def failed(self) -> int:
        """Questions without an answer, because the model or the picture failed."""
        return self.outcomes["error"]

    @property
    def scored(self) -> int:
        """Questions with an answer; one without a letter counts as wrong."""
        return sum(self.outcomes.values()) - self.failed

    @property
    def unparsed(self) -> int:
        """Answers in which no option could be found."""
        return self.outcomes["unparsed"]

    @property
    def missing(self) -> int:
        """Questions without a prediction."""
        return self.expected - sum(self.outcomes.values())

    @property
    def complete(self) -> bool:
        """Whether every question was answered and scored."""
        return self.scored == self.expected

    def to_dict(self) -> dict[str, Any]:
        """The content of results.json."""
        counts = ("expected", "scored", "unparsed", "failed", "missing")
        shares = {o: n / self.scored for o, n in self.outcomes.items() if o != "error" and n}
        return {
            "model": self.model,
            "counts": {name: getattr(self, name) for name in counts},
            "outcomes": self.outcomes,
            "outcome_shares": shares,
            "overall": asdict(self.overall) if self.overall else None,
            "by_type": {name: asdict(score) for name, score in self.by_type.items()},
            "rejection": asdict(self.rejection),
        }


def score(
    model: str,
    dataset: Sequence[Question],
    asked: Sequence[Question],
    predictions: Mapping[str, Prediction],
    seed: int = 0,
) -> Results:
    """Score a run.

    Args:
        model: the model's name.
        dataset: every question of the dataset; the floors learn from all of them.
        asked: the questions the run was asked to answer.
        predictions: by question id.
        seed: of the bootstrap.
    """
    here = [question for question in asked if question.question_id in predictions]
    found = Counter(predictions[question.question_id].outcome for question in here)
    scored = [q for q in here if predictions[q.question_id].outcome != "error"]
    right = {q.question_id for q in scored if predictions[q.question_id].correct}
    floors = [_right_by(majority, dataset), _right_by(option_prior, dataset)]
    types = dict.fromkeys(question.question_type for question in scored)
    groups = {name: [q for q in scored if q.question_type == name] for name in types}
    return Results(
        model=model,
        expected=len(asked),
        outcomes={outcome: found[outcome] for outcome in OUTCOMES},
        overall=_score(scored, right, floors, seed) if scored else None,
        by_type={name: _score(group, right, floors, seed) for name, group in groups.items()},
        rejection=rejection(scored, [predictions[q.question_id].letter for q in scored]),
    )


def _score(
    questions: Sequence[Question], right: set[str], floors: Sequence[set[str]], seed: int
) -> Score:
    def hits(ids: set[str]) -> list[bool]:
        return [question.question_id in ids for question in questions]

    images = [question.image_id for question in questions]
    by_majority, by_prior = (accuracy(hits(floor)) for floor in floors)
    return Score(
        n=len(questions),
        accuracy=accuracy(hits(right)),
        interval=cluster_bootstrap(hits(right), images, seed=seed),
        chance=chance(questions),
        majority=by_majority,
        prior=by_prior,
    )


def _right_by(rule: Any, dataset: Sequence[Question]) -> set[str]:
    """The ids of the questions that a rule answers rightly."""
    chosen = zip(dataset, rule(dataset), strict=True)
    return {question.question_id for question, letter in chosen if letter == question.answer}
