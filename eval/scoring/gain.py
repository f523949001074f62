"""How much of a score the pictures bring: the same model with them and without."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eval.runs import SavedRun, differences
from eval.scoring.paired import Marks, difference, marks, shared
from neuroonco.errors import RunError

_SAME = ("model", "dataset", "prompt", "method", "few_shot")


@dataclass(frozen=True, slots=True)
class Gain:
    """A score less that of the blind run.

    Attributes:
        n: questions that both runs have scored.
        gain: the mean of the differences on them.
        interval: its 95 % interval, from drawing images for both runs at once; None below two
            images.
    """

    n: int
    gain: float
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class VisualGain:
    """What the pictures bring.

    Attributes:
        blind_run: the name of the blind run's folder.
        picture: what it showed, ``blank`` or ``swapped``.
        overall: the gain in accuracy; of open runs, in token F1.
        by: the same for each question type.
        scores: the gain in each measure of `eval.scoring.paired.marks`.
    """

    blind_run: str
    picture: str
    overall: Gain
    by: Mapping[str, Mapping[str, Gain]]
    scores: Mapping[str, Gain]


def visual_gain(saved: SavedRun, blind: SavedRun) -> VisualGain:
    """Compare a run with the same model's blind run, on the questions that both have scored.

    Raises:
        RunError: the one is blind or the other is not, they differ in more than the pictures, or
            they have no question in common.
    """
    _check(saved, blind)
    real, without = marks(saved), marks(blind)
    scores = {name: gain for name in real if (gain := _gain(saved, real[name], without[name]))}
    first = next(iter(real))
    if first not in scores:
        raise RunError(
            f"{saved.name} and its blind run {blind.name} have scored no question in common"
        )
    types = dict.fromkeys(question.question_type for question in saved.questions)
    by_type = {name: _gain(saved, real[first], without[first], name) for name in types}
    return VisualGain(
        blind_run=blind.name,
        picture=blind.settings.picture,
        overall=scores[first],
        by={"question_type": {name: gain for name, gain in by_type.items() if gain}},
        scores=scores,
    )


def _gain(saved: SavedRun, real: Marks, blind: Marks, of_type: str | None = None) -> Gain | None:
    images = {
        question.question_id: question.image_id
        for question in saved.questions
        if of_type in (None, question.question_type)
    }
    both = [question for question in shared(blind, real) if question in images]
    if not both:
        return None
    found = difference(blind, real, both, images, saved.settings.seed)
    return Gain(found.n, found.difference, found.interval)


def _check(saved: SavedRun, blind: SavedRun) -> None:
    if saved.settings.picture != "real":
        raise RunError(
            f"{saved.name} is a blind run itself ({saved.settings.picture} pictures); the visual "
            "gain is that of a run with real pictures"
        )
    if blind.settings.picture == "real":
        raise RunError(
            f"{blind.name} was shown the real pictures; give a run made with --picture blank or "
            "swapped"
        )
    one, other = ({key: run.config.get(key) for key in _SAME} for run in (saved, blind))
    if different := differences(one, other):
        told = "; ".join(f"{key}: {a} and {b}" for key, (a, b) in different.items())
        raise RunError(
            f"{blind.name} differs from {saved.name} in more than its pictures ({told}); make the "
            "blind run with the same model, prompt and method"
        )
