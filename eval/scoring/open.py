"""The results of a run of open questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.metrics.averages import mean
from eval.metrics.intervals import cluster_bootstrap
from eval.questions import OpenQuestion
from eval.runs import SavedRun
from eval.scoring.answers import Said, said
from eval.scoring.encoded import Encoder, encoded
from eval.scoring.judged import Judged, judged
from eval.scoring.measures import ECHOED, PLAIN
from eval.scoring.results import RunResults, common_fields
from eval.throughput import Stopwatch

Values = Mapping[str, Sequence[float | None]]
"""By measure, a value an answer; None where an answer cannot be measured."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A measure over a group of answers.

    Attributes:
        mean: over those that can be measured; None where none can.
        interval: its 95 % interval, bootstrapped over images; None below two images.
        n: answers that can be measured.
    """

    mean: float | None
    interval: tuple[float, float] | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenResults(RunResults):
    """Everything a run of open questions came to.

    Attributes:
        scores: each measure over all answers. Where repeating the question earns something, what
            it earns stands beside it as a measure of its own, ``…_echo``.
        by: the same for the groups of each slice; there is one, ``question_type``.
        judges: who graded, by the name of the measure.
        encoder: what embedding similarity and BERTScore were taken with; None without one.
    """

    scores: Mapping[str, Mean]
    by: Mapping[str, Mapping[str, Mapping[str, Mean]]]
    judges: Mapping[str, Judged]
    encoder: Encoder | None


def score_open(
    saved: SavedRun, watch: Stopwatch | None = None, encoder: Path | None = None
) -> OpenResults:
    """Score a run of open questions, with the grades of all judges that have graded it.

    Args:
        saved: the run.
        watch: has timed it; None where nothing was asked.
        encoder: the folder of a text encoder for what is measured by one.
    """
    scored = said(saved)
    grades = judged(saved, scored)
    values, used = _measured(scored), None
    if encoder is not None:
        references = [q.reference for q in saved.dataset if isinstance(q, OpenQuestion)]
        by_encoder, used = encoded(scored, references, encoder)
        values |= by_encoder
    values |= {name: one.grades for name, one in grades.items()}
    images = [one.question.image_id for one in scored]
    seed = saved.settings.seed
    return OpenResults(
        **common_fields(saved, watch),
        scores=_means(values, images, range(len(scored)), seed),
        by={
            "question_type": {
                name: _means(values, images, places, seed)
                for name, places in _places_by_type(scored).items()
            }
        },
        judges={name: one.judged for name, one in grades.items()},
        encoder=used,
    )


def _measured(scored: Sequence[Said]) -> dict[str, Sequence[float | None]]:
    values: dict[str, Sequence[float | None]] = {}
    for name, measure in ECHOED.items():
        values[name] = [measure(one.text, one.question) for one in scored]
        values[f"{name}_echo"] = [measure(one.question.text, one.question) for one in scored]
    for name, measure in PLAIN.items():
        values[name] = [measure(one.text, one.question) for one in scored]
    return values


def _places_by_type(scored: Sequence[Said]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, one in enumerate(scored):
        places.setdefault(one.question.question_type, []).append(place)
    return places


def _means(
    values: Values, images: Sequence[str], places: Sequence[int], seed: int
) -> dict[str, Mean]:
    return {
        name: _mean([(images[place], of[place]) for place in places], seed)
        for name, of in values.items()
    }


def _mean(pairs: Sequence[tuple[str, float | None]], seed: int) -> Mean:
    known = [(image, value) for image, value in pairs if value is not None]
    values = [value for _, value in known]
    interval = cluster_bootstrap(values, [image for image, _ in known], seed=seed)
    return Mean(mean(values), interval, len(values))
