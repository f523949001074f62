"""One closed question, as the scores and the baselines see it: texts and letters, no picture."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datasets import Dataset

_COLUMNS = ("question_id", "image_id", "question_type", "question", "options", "answer")


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
    """

    question_id: str
    image_id: str
    question_type: str
    text: str
    options: tuple[str, ...]
    answer: str

    @property
    def letters(self) -> str:
        """The letters that can be answered, such as ``ABCDE``."""
        return letters_of(self.options)

    @property
    def answer_text(self) -> str:
        """The text of the right option."""
        return self.options[self.letters.index(self.answer)]

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Question:
        """Read a row of the config ``closed``."""
        return cls(
            question_id=str(row["question_id"]),
            image_id=str(row["image_id"]),
            question_type=str(row["question_type"]),
            text=str(row["question"]),
            options=tuple(row["options"]),
            answer=str(row["answer"]),
        )


def letters_of(options: tuple[str, ...] | list[str]) -> str:
    """Name the options: as many capital letters, from A."""
    return string.ascii_uppercase[: len(options)]


def questions_of(dataset: Dataset) -> list[Question]:
    """Read every question of a closed dataset without decoding a picture."""
    return [Question.from_row(row) for row in dataset.select_columns(list(_COLUMNS))]
