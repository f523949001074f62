"""What a run asks, one by one: a question of the dataset, under one order of its options."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from eval.jsonl import as_row
from eval.questions import OpenQuestion, Question
from eval.rotations import count_rotations, rotate
from eval.settings import Settings
from neuroonco.errors import RunError

AnyQuestion = Question | OpenQuestion
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be asked.

    Attributes:
        row: of the dataset.
        question: with its options in the order that is shown.
        rotation: how far they were moved, 0 for the dataset's own order.
    """

    row: int
    question: AnyQuestion
    rotation: int = 0

    @property
    def key(self) -> Key:
        """Names the item: the question's id and the rotation."""
        return self.question.question_id, self.rotation


def make_items(questions: Sequence[AnyQuestion], settings: Settings) -> list[Item]:
    """All that could be asked of a dataset, the questions of an image next to each other.

    Raises:
        RunError: two questions have the same id.
    """
    if len({question.question_id for question in questions}) < len(questions):
        raise RunError("the dataset has a question id twice; make them unique")
    by_image: dict[str, list[Item]] = {}
    for row, question in enumerate(questions):
        by_image.setdefault(question.image_id, []).extend(_turned(row, question, settings))
    return [item for items in by_image.values() for item in items]


def select(items: Sequence[Item], settings: Settings) -> list[Item]:
    """The items that a run is to ask: those of the ids and types given, up to the limit.

    Raises:
        RunError: an id or a type is not in the dataset, or nothing is left.
    """
    questions = {item.question.question_id: item.question for item in items}
    types = {question.question_type for question in questions.values()}
    _check_known("question", settings.ids, questions)
    _check_known("question type", settings.question_types, types)
    ids = set(settings.ids or questions)
    wanted = [
        name
        for name, question in questions.items()
        if name in ids
        and (not settings.question_types or question.question_type in settings.question_types)
    ]
    chosen = set(wanted if settings.limit is None else wanted[: max(settings.limit, 0)])
    if not chosen:
        raise RunError("there are no questions to ask; check the dataset, --ids and --limit")
    return [item for item in items if item.question.question_id in chosen]


def digest(questions: Sequence[AnyQuestion]) -> str:
    """Tell datasets apart by what is asked; pictures have digests of their own in each line."""
    content = hashlib.sha256()
    for question in questions:
        content.update(json.dumps(list(as_row(question).values())).encode())
    return content.hexdigest()[:16]


def _turned(row: int, question: AnyQuestion, settings: Settings) -> list[Item]:
    if isinstance(question, OpenQuestion) or not settings.circular:
        return [Item(row, question)]
    return [Item(row, rotate(question, by), by) for by in range(count_rotations(question))]


def _check_known(what: str, named: Sequence[str], known: set[str] | dict[str, AnyQuestion]) -> None:
    unknown = [name for name in named if name not in known]
    if unknown:
        some = ", ".join(sorted(known)[:8])
        raise RunError(f"the dataset has no {what} {unknown[0]!r}; it has {some}, …")
