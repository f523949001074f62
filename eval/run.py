"""Run a model over a dataset's closed questions and score it."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

from eval.models.base import Answer, Baseline, Model, Request
from eval.parse import Choice, parse_choice
from eval.pictures import Pictures
from eval.questions import Question, questions_of
from eval.runs import Prediction, Run
from eval.scores import Results, score
from neuroonco import __version__
from neuroonco.errors import PictureError, RunError
from neuroonco.prompts import Prompt, load_prompt

if TYPE_CHECKING:
    from datasets import Dataset

DEFAULT_PROMPT = "eval/closed_direct"


def evaluate(
    dataset: Dataset,
    model: Model | Baseline,
    out: str | os.PathLike[str],
    *,
    prompt: str | os.PathLike[str] = DEFAULT_PROMPT,
    batch_size: int = 8,
    limit: int | None = None,
    seed: int = 0,
) -> Results:
    """Ask a model every closed question, and score its answers.

    What a run has done is kept in its folder; called again with the same folder and settings it
    asks only what is missing or failed. The batch size and the limit may change in between.

    Args:
        dataset: the config ``closed``; models need its column ``image``, baselines don't.
        model: from `eval.load_model`, or anything with the same methods.
        out: the run's folder.
        prompt: the name of a prompt below ``prompts/``, or a prompt file.
        batch_size: questions a model gets at once; changes the speed only.
        limit: ask only the first so many questions.
        seed: of the bootstrap intervals.

    Returns:
        The scores; they are also in ``results.json``.

    Raises:
        RunError: the folder belongs to other settings or is damaged, or there is nothing to ask.
        PromptError: the prompt is missing or malformed.
    """
    words = load_prompt(prompt)
    questions = questions_of(dataset)
    asked = questions if limit is None else questions[: max(limit, 0)]
    _check(questions, asked, batch_size)
    _render(words, asked[0])  # a faulty prompt shows before anything is written
    run = Run.open(
        Path(out),
        {
            "model": model.describe(),
            "prompt": _describe_prompt(words, model),
            "dataset": {"config": "closed", "n": len(questions), "digest": _digest(questions)},
            "versions": {"mm-neuroonco": __version__, "pillow": version("pillow")},
            "seed": seed,
            "batch_size": batch_size,
            "limit": limit,
        },
    )
    if isinstance(model, Baseline):
        _choose(model, questions, asked, run)
    else:
        _ask(model, Pictures(dataset), asked, words, batch_size, run)
    results = score(model.name, questions, asked, run.predictions, seed)
    run.finish(results.to_dict())
    return results


def _check(questions: Sequence[Question], asked: Sequence[Question], batch_size: int) -> None:
    if not asked:
        raise RunError("there are no questions to ask; check the dataset and --limit")
    if batch_size < 1:
        raise RunError(f"a batch of {batch_size} questions is none; give --batch-size 1 or more")
    if len({question.question_id for question in questions}) < len(questions):
        raise RunError("the dataset has a question id twice; make them unique")


def _choose(
    model: Baseline, questions: Sequence[Question], asked: Sequence[Question], run: Run
) -> None:
    """Let a baseline answer: it sees every question's texts, and no picture."""
    answers = [
        (question, Answer(letter))
        for question, letter in zip(asked, model.choose(questions), strict=False)
        if question.question_id not in run.predictions
    ]
    run.append(_prediction(question, answer, None) for question, answer in answers)


def _ask(
    model: Model,
    pictures: Pictures,
    asked: Sequence[Question],
    prompt: Prompt,
    batch_size: int,
    run: Run,
) -> None:
    """Let a model answer what is open, batch by batch."""
    rows = [row for row in range(len(asked)) if _is_open(asked[row], pictures, row, run)]
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(model.name, total=len(asked), completed=len(asked) - len(rows))
        for batch in _batches(rows, batch_size):
            run.append(_ask_batch(model, pictures, asked, prompt, batch))
            progress.advance(task, len(batch))


def _ask_batch(
    model: Model,
    pictures: Pictures,
    asked: Sequence[Question],
    prompt: Prompt,
    batch: Sequence[int],
) -> list[Prediction]:
    answers: dict[int, Answer] = {}
    requests: dict[int, Request] = {}
    for row in batch:
        try:
            requests[row] = Request(pictures.read(row), _render(prompt, asked[row]))
        except PictureError as error:
            answers[row] = Answer("", error=str(error))
    if requests:
        replies = model.generate(list(requests.values()))
        answers.update(zip(requests, replies, strict=True))
    return [_prediction(asked[row], answers[row], pictures.digest(row)) for row in batch]


def _is_open(question: Question, pictures: Pictures, row: int, run: Run) -> bool:
    """Whether a question has no answer yet, or one about a picture that has changed since."""
    done = run.predictions.get(question.question_id)
    return done is None or done.outcome == "error" or done.picture != pictures.digest(row)


def _prediction(question: Question, answer: Answer, picture: str | None) -> Prediction:
    failed = answer.error is not None
    choice = Choice("error") if failed else parse_choice(answer.text, question.options)
    return Prediction(
        question_id=question.question_id,
        image_id=question.image_id,
        question_type=question.question_type,
        picture=picture,
        raw=answer.text,
        outcome=choice.outcome,
        letter=choice.letter,
        answer=question.answer,
        correct=choice.letter == question.answer,
        error=answer.error,
    )


def _render(prompt: Prompt, question: Question) -> str:
    options = list(zip(question.letters, question.options, strict=True))
    return prompt.render(question=question.text, options=options)


def _describe_prompt(prompt: Prompt, model: Model | Baseline) -> dict[str, str] | None:
    if isinstance(model, Baseline):
        return None
    return {"name": prompt.name, "version": prompt.version, "digest": prompt.digest}


def _digest(questions: Sequence[Question]) -> str:
    """Tell datasets apart by what is asked; pictures have digests of their own in each line."""
    content = json.dumps([astuple(question) for question in questions])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _batches(rows: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
