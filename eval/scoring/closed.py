"""The results of a run of closed questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.metrics.calibration import (
    Bin,
    auroc,
    brier,
    expected_calibration_error,
    selective_accuracy,
)
from eval.metrics.choices import circular, confusion, letter_histogram
from eval.metrics.intervals import cluster_bootstrap
from eval.metrics.rejection import Rejection, rejecting_letter, rejection
from eval.questions import Question
from eval.rotations import original_place
from eval.runs import SavedRun
from eval.scoring.answers import Answered, answered
from eval.scoring.results import RunResults, common_fields
from eval.scoring.score import Score, Scorer
from eval.throughput import Stopwatch

_DIAGNOSIS = "diagnosis"


@dataclass(frozen=True, slots=True)
class Diagnoses:
    """Which diagnosis was given for which.

    Attributes:
        labels: the right answers: a row each.
        chosen: the same, then those that were only ever chosen, then "no letter": a column each.
        counts: how often; rows of columns.
    """

    labels: tuple[str, ...]
    chosen: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """The accuracy where only so large a share of the questions is answered."""

    coverage: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Whether probabilities can be trusted; see `eval.metrics.calibration`.

    Attributes:
        n: questions with a probability for each letter.
        ece: the expected calibration error.
        brier: the Brier score, 0 to 2.
        bins: of the confidence.
        auroc_rejection: how well p("None of the above") tells traps apart; None without both kinds.
        selective: the accuracy where only the surest answers are kept.
    """

    n: int
    ece: float
    brier: float
    bins: tuple[Bin, ...]
    auroc_rejection: float | None
    selective: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Rotated:
    """How answers hold while the options go round; see `eval.metrics.choices.circular`.

    Attributes:
        n: questions that have an answer under each of their rotations.
        accuracy: the share of them that is right under every one.
        interval: of the accuracy, bootstrapped over images; None below two images.
        consistency: the share where every rotation led to the same option.
    """

    n: int
    accuracy: float
    interval: tuple[float, float] | None
    consistency: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Results(RunResults):
    """Everything a run of closed questions came to.

    Where options were rotated, all but `circular` counts the dataset's own order alone.

    Attributes:
        overall: the score over all questions, None where none was scored.
        by: the score of each group of each of `eval.scoring.score.SLICES`.
        rejection: how "None of the above" was used.
        letters: how often each letter was ``chosen``, and how often it is ``right``.
        confusion: of the diagnoses; None where none was asked.
        calibration: where the letters' probabilities are known.
        circular: where the options were rotated.
    """

    overall: Score | None
    by: Mapping[str, Mapping[str, Score]]
    rejection: Rejection
    letters: Mapping[str, Mapping[str, int]]
    confusion: Diagnoses | None
    calibration: Calibrated | None
    circular: Rotated | None


def score_closed(saved: SavedRun, watch: Stopwatch | None = None) -> Results:
    """Score a run of closed questions.

    Args:
        saved: the run.
        watch: has timed it; None where nothing was asked.
    """
    scored = answered(saved)
    scorer = Scorer([q for q in saved.dataset if isinstance(q, Question)], saved.settings.seed)
    questions, letters = _apart(scored)
    return Results(
        **common_fields(saved, watch),
        overall=scorer.score(scored) if scored else None,
        by=scorer.slices(scored),
        rejection=rejection(questions, letters),
        letters={
            "chosen": letter_histogram(letter for letter in letters if letter),
            "right": letter_histogram(question.answer for question in questions),
        },
        confusion=_confusion(scored),
        calibration=_calibration(scored),
        circular=_circular(saved),
    )


def _apart(scored: Sequence[Answered]) -> tuple[list[Question], list[str | None]]:
    return [one.question for one in scored], [one.prediction.letter for one in scored]


def _confusion(scored: Sequence[Answered]) -> Diagnoses | None:
    diagnoses = [one for one in scored if one.question.question_type == _DIAGNOSIS]
    if not diagnoses:
        return None
    found = confusion(*_apart(diagnoses))
    return Diagnoses(found.truths, found.choices, found.counts)


def _calibration(scored: Sequence[Answered]) -> Calibrated | None:
    known = [one for one in scored if one.prediction.probabilities]
    if not known:
        return None
    shares: list[Mapping[str, float]] = [one.prediction.probabilities or {} for one in known]
    sure = [max(each.values()) for each in shares]
    right = [bool(one.prediction.correct) for one in known]
    rejects = [
        (each[letter], one.question.answer == letter)
        for one, each in zip(known, shares, strict=True)
        if (letter := rejecting_letter(one.question))
    ]
    calibrated, selective = expected_calibration_error(sure, right), selective_accuracy(sure, right)
    return Calibrated(
        n=len(known),
        ece=calibrated.error,
        brier=brier(shares, [one.question.answer for one in known]),
        bins=calibrated.bins,
        auroc_rejection=auroc([p for p, _ in rejects], [trap for _, trap in rejects]),
        selective=tuple(map(Point, selective.coverages, selective.accuracies)),
    )


def _circular(saved: SavedRun) -> Rotated | None:
    if not saved.settings.circular:
        return None
    lines = {line.key: line for line in saved.predictions if line.outcome != "error"}
    turned: dict[str, list[Any]] = {}
    for item in saved.items:
        turned.setdefault(item.question.question_id, []).append(item)
    whole = [items for items in turned.values() if all(item.key in lines for item in items)]
    if not whole:
        return None
    right = [[bool(lines[item.key].correct) for item in items] for items in whole]
    chosen = [[_place(item.question, lines[item.key]) for item in items] for items in whole]
    found = circular(chosen, right)
    images = [items[0].question.image_id for items in whole]
    every = [all(marks) for marks in right]
    interval = cluster_bootstrap(every, images, seed=saved.settings.seed)
    return Rotated(found.n, found.accuracy, interval, found.consistency)


def _place(question: Question, line: Any) -> int | None:
    """Where the chosen option stands in the dataset's own order."""
    if line.letter is None:
        return None
    return original_place(question, question.letters.index(line.letter), line.rotation)
