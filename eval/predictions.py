"""The lines of predictions.jsonl."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from eval.items import Key
from eval.jsonl import append_lines, as_row, read_lines


@dataclass(frozen=True, slots=True)
class Prediction:
    """One line of predictions.jsonl.

    Attributes:
        question_id: of the question.
        image_id: of its image.
        question_type: such as ``diagnosis``.
        picture: digest of the picture's file, None for baselines, which look at none.
        raw: what the model said, to this question or to all of its image together.
        outcome: how it was read, see `eval.parse.Choice`; ``answer`` for an open question.
        letter: the letter read, or None.
        answer: the right letter, in the order of options that was shown; None for an open question.
        correct: whether the two are equal; None for an open question.
        error: why there is no answer, or None.
        rotation: how far the options were moved, see `eval.rotations.rotate`.
        part: the question's number in an answer to several, from 1; None where it was asked alone.
        probabilities: of each letter, where the method is ``likelihood``.
        tokens: that were generated; of an answer to several questions, all stand with the first.
    """

    question_id: str
    image_id: str
    question_type: str
    picture: str | None
    raw: str
    outcome: str
    letter: str | None
    answer: str | None
    correct: bool | None
    error: str | None
    rotation: int = 0
    part: int | None = None
    probabilities: Mapping[str, float] | None = None
    tokens: int = 0

    @property
    def key(self) -> Key:
        """Names what was asked, as `eval.items.Item.key` does."""
        return self.question_id, self.rotation


def read_predictions(path: Path) -> Iterator[Prediction]:
    """Read a file of predictions, in the order they were made; nothing where there is no file.

    Raises:
        RunError: a line is not a prediction; names file and line.
    """
    known = [field.name for field in fields(Prediction)]
    return read_lines(
        path, lambda row: Prediction(**{name: row[name] for name in known if name in row})
    )


def append_predictions(path: Path, predictions: Iterable[Prediction]) -> None:
    """Add lines to a file of predictions, and flush them."""
    append_lines(path, map(as_row, predictions))
