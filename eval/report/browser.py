"""What the browser of questions needs, packed small: every text is stored once.

A report may hold thousands of questions and several answers to each. Rows are lists of whole
numbers, most of them places in one list of texts; `templates/report.js` unpacks them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eval.items import AnyQuestion
from eval.predictions import Prediction
from eval.questions import Question, letters_of
from eval.report.data import RunView
from eval.report.sent import prompt_texts
from eval.rotations import original_place
from eval.runs import SavedRun

QUESTION_FIELDS = (
    "id",
    "image",
    "type",
    "source",
    "category",
    "modality",
    "text",
    "options",
    "answer",
    "reference",
    "trap",
)
ANSWER_FIELDS = (
    "question",
    "rotation",
    "outcome",
    "letter",
    "option",
    "correct",
    "raw",
    "error",
    "probabilities",
    "prompt",
)

# An answer is shown whole up to so many characters; of a longer one, its two ends.
_HEAD, _TAIL = 1_500, 4_500
_CUT = "\n[…]\n"


class Texts:
    """A list that holds every text once."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, text: str | None) -> int:
        """Where a text stands in the list; it is added if it is new. None stands at -1."""
        return -1 if text is None else self._places.setdefault(text, len(self._places))

    def places(self, texts: Iterable[str]) -> list[int]:
        """Where each of several texts stands."""
        return [self.place(text) for text in texts]

    def to_list(self) -> list[str]:
        """All texts, each at its place."""
        return list(self._places)


def pack(
    views: Sequence[RunView], runs: Sequence[SavedRun], pictures: Mapping[str, str]
) -> dict[str, Any]:
    """Pack the questions and answers of several runs for the page.

    A question that several runs were asked stands once; questions are the same where all of their
    fields are, since two datasets may use the same ids.

    Args:
        views: of the runs, in the same order.
        runs: as they were saved.
        pictures: data URLs by image id.

    Returns:
        JSON: ``texts``; ``questions`` with ``fields`` and ``rows``; ``runs``, each with its
        ``number``, ``name``, ``model`` and ``answers`` (rows of `ANSWER_FIELDS`); ``pictures``.
    """
    texts = Texts()
    places: dict[AnyQuestion, int] = {}
    for run in runs:
        for question in run.questions:
            places.setdefault(question, len(places))
    return {
        "questions": {
            "fields": QUESTION_FIELDS,
            "rows": [_question_row(question, texts) for question in places],
        },
        "answers": {"fields": ANSWER_FIELDS},
        "runs": [
            {
                "number": view.number,
                "name": view.name,
                "model": view.model,
                "answers": _answer_rows(run, places, texts),
            }
            for view, run in zip(views, runs, strict=True)
        ],
        "pictures": dict(pictures),
        "texts": texts.to_list(),
    }


def _question_row(question: AnyQuestion, texts: Texts) -> list[Any]:
    names = (
        question.question_id,
        question.image_id,
        question.question_type,
        question.source,
        question.category,
        question.modality,
        question.text,
    )
    if isinstance(question, Question):
        place = question.letters.index(question.answer)
        original = question.original_answer or None
        rest = [texts.places(question.options), place, texts.place(original), int(question.is_trap)]
    else:
        rest = [[], -1, texts.place(question.reference), 0]
    return [*texts.places(names), *rest]


def _answer_rows(run: SavedRun, places: Mapping[AnyQuestion, int], texts: Texts) -> list[list[Any]]:
    questions = {question.question_id: question for question in run.questions}
    prompts = prompt_texts(run)
    return [
        [
            places[questions[answer.question_id]],
            answer.rotation,
            texts.place(answer.outcome),
            texts.place(answer.letter),
            _option(answer.letter, questions[answer.question_id], answer.rotation),
            -1 if answer.correct is None else int(answer.correct),
            texts.place(_shortened(answer.raw)),
            texts.place(answer.error),
            _probabilities(answer, questions[answer.question_id]),
            texts.place(prompts.get(answer.key)),
        ]
        for answer in run.predictions
        if answer.question_id in questions
    ]


def _option(letter: str | None, question: AnyQuestion, rotation: int) -> int:
    """The place, in the dataset's own order, of the option that was chosen; -1 for none."""
    if letter is None or not isinstance(question, Question) or letter not in question.letters:
        return -1
    return original_place(question, question.letters.index(letter), rotation)


def _probabilities(answer: Prediction, question: AnyQuestion) -> list[int] | None:
    """The probability of each option in the dataset's own order, in thousandths."""
    if not answer.probabilities or not isinstance(question, Question):
        return None
    known = [0] * len(question.options)
    for letter in letters_of(question.options):
        value = answer.probabilities.get(letter)
        if value is not None and math.isfinite(value):
            known[_option(letter, question, answer.rotation)] = round(1000 * value)
    return known


def _shortened(raw: str) -> str:
    if len(raw) <= _HEAD + _TAIL:
        return raw
    return raw[:_HEAD] + _CUT + raw[-_TAIL:]
