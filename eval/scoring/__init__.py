"""Turn what a run's folder holds into scores, each beside what it has to be held against."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from eval.judging import judge_run
from eval.models.base import Answer, Model
from eval.predictions import Prediction
from eval.prompting import predict
from eval.runs import Run, SavedRun, read_run
from eval.scoring.closed import Results, score_closed
from eval.scoring.gain import visual_gain
from eval.scoring.open import Mean, OpenResults, score_open
from eval.scoring.score import Score
from eval.throughput import Stopwatch
from neuroonco.errors import RunError

__all__ = ["AnyResults", "Mean", "OpenResults", "Results", "Score", "rescore", "score"]

AnyResults = Results | OpenResults
"""Of a run of closed or open questions."""


def score(
    saved: SavedRun,
    *,
    blind: Path | None = None,
    encoder: Path | None = None,
    watch: Stopwatch | None = None,
) -> AnyResults:
    """Score a run as it is. Nothing is written.

    A question that failed is not scored and makes the results incomplete; an answer in which
    nothing can be read counts as wrong.

    Args:
        saved: from `eval.read_run`.
        blind: the folder of the same model's run with blank or swapped pictures, for the visual
            gain.
        encoder: the folder of a text encoder, for what is measured by one; open runs alone.
        watch: has timed the run; without it, the throughput in the old results stays.

    Raises:
        RunError: the blind run differs in more than its pictures, or an encoder is given for
            closed questions.
    """
    results: AnyResults
    if saved.settings.config == "open":
        results = score_open(saved, watch, encoder)
    elif encoder is not None:
        raise RunError(
            f"{saved.name}: an encoder measures answers in words; closed questions need none"
        )
    else:
        results = score_closed(saved, watch)
    if blind is None:
        return results
    return replace(results, visual_gain=visual_gain(saved, read_run(blind)))


def rescore(
    run: str | os.PathLike[str],
    *,
    blind: Path | None = None,
    encoder: Path | None = None,
    judge: Model | None = None,
) -> AnyResults:
    """Read the saved answers of a run anew and score them, without the model and the pictures.

    Where an answer is now read otherwise, a line is added to ``predictions.jsonl``;
    ``results.json`` is written again.

    Args:
        run: its folder.
        blind: as in `score`.
        encoder: as in `score`.
        judge: grades the open answers that it has not graded yet.

    Raises:
        RunError: no run is there or a damaged one, or as in `score`.
    """
    saved = read_run(Path(run))
    items = {item.key: item for item in saved.items}
    anew = [
        predict(items[line.key], _answer(line), line.picture, line.part)
        for line in saved.predictions
    ]
    folder = Run.reopen(saved.folder)
    folder.append(new for new, old in zip(anew, saved.predictions, strict=True) if new != old)
    saved = replace(saved, predictions=anew)
    if judge is not None:
        judge_run(saved, judge)
    results = score(saved, blind=blind, encoder=encoder)
    folder.finish(results.to_dict())
    return results


def _answer(line: Prediction) -> Answer:
    return Answer(line.raw, line.error, line.probabilities, line.tokens)
