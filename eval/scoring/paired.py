"""What two runs earned on the same questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.metrics.intervals import paired_cluster_bootstrap
from eval.runs import SavedRun
from eval.scoring.answers import answered, said
from eval.scoring.measures import ECHOED

_OPEN = ("token_f1", "keyword_recall", "keyword_recall_unprompted")

Marks = Mapping[str, float]
"""By question, what its answer earned, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How far two runs lie apart on the questions that both have a mark for.

    Attributes:
        n: such questions.
        first: the mean of one run's marks.
        second: the mean of the other's.
        difference: the second less the first.
        interval: the 95 % interval of the difference, from drawing images for both runs at once;
            None below two images.
    """

    n: int
    first: float
    second: float
    difference: float
    interval: tuple[float, float] | None


def marks(saved: SavedRun) -> dict[str, dict[str, float]]:
    """What each answer of a run earned, by measure, the first of which speaks for the run.

    ``accuracy`` for closed questions; for open ones token F1 and the keyword recalls.
    """
    if saved.settings.config == "closed":
        right = {
            one.question.question_id: float(bool(one.prediction.correct)) for one in answered(saved)
        }
        return {"accuracy": right}
    return {
        name: {
            one.question.question_id: mark
            for one in said(saved)
            if (mark := ECHOED[name](one.text, one.question)) is not None
        }
        for name in _OPEN
    }


def shared(first: Marks, second: Marks) -> list[str]:
    """The questions that both runs have a mark for, in the order of the first."""
    return [question for question in first if question in second]


def difference(
    first: Marks, second: Marks, questions: Sequence[str], images: Mapping[str, str], seed: int
) -> Difference:
    """Compare two runs on questions that both have a mark for, at least one.

    Args:
        first: one run's marks.
        second: the other's.
        questions: which to compare.
        images: the image of each question.
        seed: of the bootstrap.
    """
    one, other = [first[q] for q in questions], [second[q] for q in questions]
    n = len(questions)
    found = paired_cluster_bootstrap(other, one, [images[q] for q in questions], seed=seed)
    means = sum(one) / n, sum(other) / n
    if found is None:
        return Difference(n, *means, means[1] - means[0], None)
    return Difference(n, *means, found[0], found[1:])
