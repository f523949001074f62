"""Test whether two runs over the same dataset differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from eval.metrics.significance import holm, mcnemar_exact
from eval.runs import SavedRun, differences
from eval.scoring.answers import answered
from eval.scoring.paired import Marks, difference, marks, shared
from neuroonco.errors import RunError

_SEED = 0  # not a run's own: which run comes first must not matter


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs: the name of its folder and of its model."""

    run: str
    model: str


@dataclass(frozen=True, slots=True)
class Row:
    """Two runs on a group of questions that both have scored.

    Attributes:
        n: such questions.
        first: what the first run earned, such as its accuracy.
        second: what the second earned.
        difference: the second less the first.
        interval: the 95 % interval of the difference, from drawing images for both runs at once;
            None below two images.
        p: of McNemar's exact test; None for measures that are not right or wrong.
        p_holm: the same, adjusted for the number of question types; None where nothing is to be
            adjusted.
    """

    n: int
    first: float
    second: float
    difference: float
    interval: tuple[float, float] | None
    p: float | None = None
    p_holm: float | None = None


@dataclass(frozen=True, slots=True)
class Differing:
    """A closed question that two runs answer with different letters, None for no letter."""

    question_id: str
    question_type: str
    first: str | None
    second: str | None
    answer: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two runs differ.

    Attributes:
        first: the one run.
        second: the other.
        config: ``closed`` or ``open``.
        only_first: questions that the first run alone has scored.
        only_second: questions that the second run alone has scored.
        overall: by measure; ``accuracy``, or of open runs ``token_f1`` and more.
        by: the first of these measures for each question type.
        differing: the questions answered otherwise, in the order of the dataset; none of open runs.
    """

    first: Side
    second: Side
    config: str
    only_first: int
    only_second: int
    overall: Mapping[str, Row]
    by: Mapping[str, Mapping[str, Row]]
    differing: tuple[Differing, ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON."""
        return asdict(self)


def compare_runs(first: SavedRun, second: SavedRun) -> Comparison:
    """Compare two runs on the questions that both have scored.

    Where options were rotated, answers in the dataset's own order count.

    Raises:
        RunError: the runs are of different datasets, or have scored no question in common.
    """
    _check(first, second)
    one, other = marks(first), marks(second)
    main = next(iter(one))
    both = shared(one[main], other[main])
    if not both:
        raise RunError(f"{first.name} and {second.name} have scored no question in common")
    images = {question.question_id: question.image_id for question in first.dataset}
    of_type: dict[str, list[str]] = {}
    types = {question.question_id: question.question_type for question in first.dataset}
    for question in both:
        of_type.setdefault(types[question], []).append(question)
    return Comparison(
        first=Side(first.name, first.config["model"]["name"]),
        second=Side(second.name, second.config["model"]["name"]),
        config=first.settings.config,
        only_first=len(one[main]) - len(both),
        only_second=len(other[main]) - len(both),
        overall={
            name: _row(name, one[name], other[name], shared(one[name], other[name]), images)
            for name in one
            if shared(one[name], other[name])
        },
        by={
            "question_type": _adjusted(
                {
                    name: _row(main, one[main], other[main], questions, images)
                    for name, questions in of_type.items()
                }
            )
        },
        differing=tuple(_differing(first, second)),
    )


def _check(first: SavedRun, second: SavedRun) -> None:
    different = differences(first.config["dataset"], second.config["dataset"])
    if different:
        told = "; ".join(f"{key}: {a} and {b}" for key, (a, b) in different.items())
        raise RunError(
            f"{first.name} and {second.name} are runs of different datasets ({told}); compare runs "
            "over the same questions"
        )


def _row(
    measure: str, first: Marks, second: Marks, questions: Sequence[str], images: Mapping[str, str]
) -> Row:
    found = difference(first, second, questions, images, _SEED)
    row = Row(found.n, found.first, found.second, found.difference, found.interval)
    if measure != "accuracy":
        return row
    right = [[bool(run[question]) for question in questions] for run in (first, second)]
    return replace(row, p=mcnemar_exact(*right))


def _adjusted(rows: Mapping[str, Row]) -> dict[str, Row]:
    adjusted = holm({name: row.p for name, row in rows.items() if row.p is not None})
    return {name: replace(row, p_holm=adjusted.get(name)) for name, row in rows.items()}


def _differing(first: SavedRun, second: SavedRun) -> Iterator[Differing]:
    others = {one.question.question_id: one.prediction.letter for one in answered(second)}
    for question, prediction in answered(first):
        name = question.question_id
        if name in others and prediction.letter != others[name]:
            yield Differing(
                name, question.question_type, prediction.letter, others[name], question.answer
            )
