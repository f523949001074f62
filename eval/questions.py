"""The questions as the scores and the baselines see them: texts and letters, no picture."""

from __future__ import annotations

import string
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datasets import Dataset

# Where the column of a config has another name than the field.
_COLUMNS = {"text": "question", "reference": "reference_answer", "keywords": "eval_keywords"}


@dataclass(frozen=True, slots=True)
class Question:
    """A multiple-choice question about one image.

    Attributes:
        question_id: unique in the dataset.
        image_id: of the image it is asked about; questions that share it are not independent.
        question_type: such as ``diagnosis``.
        text: the question itself.
        options: the option texts in letter order.
        answer: the letter of the right option.
        category: of the image: a tumour type, ``healthy``, ``tumor`` or ``mixed``.
        source: the dataset the image comes from.
        modality: the MRI sequence, such as ``T1``.
        is_trap: whether the true option was left out, so that none of the others is right.
        original_answer: a trap's true answer, empty otherwise.
    """

    question_id: str
    image_id: str
    question_type: str
    text: str
    options: tuple[str, ...]
    answer: str
    category: str = ""
    source: str = ""
    modality: str = ""
    is_trap: bool = False
    original_answer: str = ""

    @property
    def letters(self) -> str:
        """The letters that can be answered, such as ``ABCDE``."""
        return letters_of(self.options)

    @property
    def answer_text(self) -> str:
        """The text of the right option."""
        return self.options[self.letters.index(self.answer)]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question to be answered in words.

    Attributes:
        question_id: unique in the dataset.
        image_id: of the image it is asked about.
        question_type: such as ``reasoning``.
        text: the question itself.
        reference: the answer to hold a model's against.
        keywords: what a right answer mentions; may be empty.
        category: of the image, as in `Question`.
        source: the dataset the image comes from.
        modality: the MRI sequence.
    """

    question_id: str
    image_id: str
    question_type: str
    text: str
    reference: str
    keywords: tuple[str, ...]
    category: str = ""
    source: str = ""
    modality: str = ""


def letters_of(options: Sequence[str]) -> str:
    """Name the options: as many capital letters, from A."""
    return string.ascii_uppercase[: len(options)]


def questions_of(dataset: Dataset) -> list[Question]:
    """Read every question of the config ``closed`` without decoding a picture."""
    return _read(dataset, Question)


def open_questions_of(dataset: Dataset) -> list[OpenQuestion]:
    """Read every question of the config ``open`` without decoding a picture."""
    return _read(dataset, OpenQuestion)


def _read(dataset: Dataset, kind: type[Any]) -> list[Any]:
    columns = {field.name: _COLUMNS.get(field.name, field.name) for field in fields(kind)}
    held = {name: column for name, column in columns.items() if column in dataset.column_names}
    rows = dataset.select_columns(list(held.values()))
    return [
        kind(**dict(zip(held, map(plain, values), strict=True)))
        for batch in rows.iter(batch_size=1000)  # ten times as fast as row by row
        for values in zip(*(batch[column] for column in held.values()), strict=True)
    ]


def plain(value: Any) -> Any:
    """A field's value, of a dataset's row or of JSON.

    Lists become tuples, which can be compared and hashed; a missing text is empty. Equal texts are
    one object: there are few different ones among the options of thousands of questions.
    """
    if isinstance(value, list):
        return tuple(map(plain, value))
    if isinstance(value, str):
        return sys.intern(value)
    return "" if value is None else value
