"""Ask a model what a run has no answer to yet, batch by batch, while the next ones are prepared."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from eval.items import Item, Key
from eval.models.base import Answer, Baseline, Model, Preparer, Request, Scorer
from eval.pictures import Picture, Pictures
from eval.predictions import Prediction
from eval.progress import progress
from eval.prompting import Ask, Prompter, predict
from eval.questions import Question
from eval.rotations import rotate
from eval.runs import Run
from eval.settings import Method
from eval.throughput import Stopwatch
from neuroonco.errors import RunError

_AHEAD = 2  # batches that are prepared while the model works

T = TypeVar("T")
R = TypeVar("R")
Reply = Callable[[Sequence[Request]], list[Answer]]


class _Ready(NamedTuple):
    """A batch ready to be asked: what is shown by row, and the requests by their place in it."""

    shown: dict[int, Picture]
    requests: dict[int, Request]


def ask_model(
    model: Model,
    asks: Sequence[Ask],
    pictures: Pictures,
    prompter: Prompter,
    run: Run,
    *,
    wanted: Set[Key],
    method: Method,
    batch_size: int,
) -> Stopwatch:
    """Let a model answer, and add its answers to the run after each batch.

    Args:
        model: with `Scorer.likelihood` where that is the method.
        asks: what to ask, the requests of an image next to each other.
        pictures: of the dataset.
        prompter: makes the requests and reads the answers.
        run: where the answers go.
        wanted: what to keep an answer to; a request may ask more along with it.
        method: ``generate`` or ``likelihood``.
        batch_size: requests the model gets at once.

    Returns:
        What was done in how much time.

    Raises:
        RunError: the model has no `Scorer.likelihood`.
    """
    reply = reply_of(model, method)
    total = sum(item.key in wanted for ask in asks for item in ask)
    watch = Stopwatch()
    with progress() as bar:
        task = bar.add_task(model.name, total=total)
        prepared = ahead(
            batches(asks, batch_size), lambda batch: _prepare(batch, pictures, prompter, model)
        )
        for batch, ready in prepared:
            predictions = [
                prediction
                for prediction in _ask(batch, ready, prompter, reply)
                if prediction.key in wanted
            ]
            run.append(predictions)
            watch.count(predictions)
            bar.advance(task, len(predictions))
    watch.stop()
    return watch


def ask_baseline(
    model: Baseline, questions: Sequence[Question], items: Sequence[Item], run: Run
) -> None:
    """Let a baseline choose: it sees the texts of all questions, and no picture.

    Args:
        model: chooses for a whole dataset at once.
        questions: of the dataset.
        items: what is asked; what the run has already is left out.
        run: where the answers go.
    """
    letters: dict[Key, str] = {}
    for by in sorted({item.rotation for item in items}):
        turned = [rotate(question, by) for question in questions]
        for question, letter in zip(turned, model.choose(turned), strict=True):
            letters[question.question_id, by] = letter
    run.append(
        predict(item, Answer(letters[item.key]), None)
        for item in items
        if item.key not in run.predictions
    )


def reply_of(model: Model, method: Method) -> Reply:
    """What makes a model answer.

    Raises:
        RunError: the model has no `Scorer.likelihood`.
    """
    if method == "generate":
        return model.generate
    if isinstance(model, Scorer):
        return model.likelihood
    raise RunError(
        f"{model.name} does not tell how likely it finds a letter; use --method generate"
    )


def batches(asks: Sequence[Ask], size: int) -> Iterator[list[Ask]]:
    """Cut requests into batches that hold an image's requests together where they fit."""
    batch: list[Ask] = []
    for image in _by_image(asks):
        if batch and len(batch) + len(image) > size:
            yield batch
            batch = []
        batch = batch + image
        while len(batch) > size:
            yield batch[:size]
            batch = batch[size:]
    if batch:
        yield batch


def ahead(things: Iterable[T], work: Callable[[T], R]) -> Iterator[tuple[T, R]]:
    """Do a work on things, in order, some of them ahead of time in threads of their own."""
    waiting: deque[tuple[T, Future[R]]] = deque()
    with ThreadPoolExecutor(max_workers=min(_AHEAD, os.cpu_count() or 1)) as pool:
        try:
            for thing in things:
                waiting.append((thing, pool.submit(work, thing)))
                if len(waiting) > _AHEAD:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            for _, future in waiting:
                future.cancel()


def _by_image(asks: Sequence[Ask]) -> Iterator[list[Ask]]:
    group: list[Ask] = []
    for ask in asks:
        if group and ask[0].question.image_id != group[0][0].question.image_id:
            yield group
            group = []
        group.append(ask)
    if group:
        yield group


def _load(batch: Sequence[Ask], pictures: Pictures) -> dict[int, Picture]:
    """Read each picture of a batch once: rows with one file share one object."""
    files = {ask[0].row: pictures.file(ask[0].row) for ask in batch}
    rows = {file: row for row, file in files.items()}
    loaded = {file: pictures.load(row) for file, row in rows.items()}
    return {row: loaded[file] for row, file in files.items()}


def _prepare(batch: Sequence[Ask], pictures: Pictures, prompter: Prompter, model: Model) -> _Ready:
    shown = _load(batch, pictures)
    requests = {
        place: prompter.request(ask, shown[ask[0].row], pictures.name(ask[0].row))
        for place, ask in enumerate(batch)
        if shown[ask[0].row].image is not None
    }
    if requests and isinstance(model, Preparer):
        model.prepare(list(requests.values()))
    return _Ready(shown, requests)


def _ask(batch: Sequence[Ask], ready: _Ready, prompter: Prompter, reply: Reply) -> list[Prediction]:
    requests = ready.requests
    answers = reply(list(requests.values())) if requests else []
    by_place = dict(zip(requests, answers, strict=True))
    predictions = []
    for place, ask in enumerate(batch):
        picture = ready.shown[ask[0].row]
        answer = by_place.get(place) or Answer("", error=picture.error)
        predictions += prompter.predictions(ask, answer, picture.digest)
    return predictions
