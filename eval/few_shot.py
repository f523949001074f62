"""Solved questions to show before the one that is asked, taken from the instruction split."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from eval.models.base import Example
from eval.parse import parse_choice
from eval.pictures import Pictures
from eval.questions import letters_of
from neuroonco.curation.cases import case_of
from neuroonco.errors import RunError
from neuroonco.prompts import Prompt

if TYPE_CHECKING:
    from datasets import Dataset

_OPTIONS = "\nOptions:\n"
_COLUMNS = ("image_path", "task", "messages")


@dataclass(frozen=True, slots=True)
class _Solved:
    """A conversation of the instruction split: its row, picture, question and answer.

    The answer is the letter of one of the options; of an open question, which has none, all of it.
    """

    row: int
    path: str
    text: str
    options: tuple[str, ...]
    answer: str


class FewShot:
    """Chooses the examples for an image and puts them into the words of the run's prompt.

    The examples stand in one random order for the whole run, and each image is shown the first ones
    that are neither of its own case nor of the same file. So nearly every image gets the same, and
    a model can keep what it has read. The builder already keeps patients and duplicates of the
    benchmark out of the instruction split; what is checked here also holds for a split of your own.
    """

    def __init__(self, instruction: Dataset, count: int, prompt: Prompt, seed: int) -> None:
        self._count = count
        self._prompt = prompt
        self._solved = list(_solved(instruction, prompt.config))
        random.Random(seed).shuffle(self._solved)
        if len(self._solved) < count:
            raise RunError(
                f"the instruction split has {len(self._solved)} {prompt.config} questions about "
                f"one picture, too few for --few-shot {count}"
            )
        self._read = lru_cache(maxsize=64)(Pictures(instruction).load)

    @property
    def digest(self) -> str:
        """Tells other examples, or another order of them, apart."""
        examples = [[one.path, one.text, one.options, one.answer] for one in self._solved]
        return hashlib.sha256(json.dumps(examples).encode()).hexdigest()[:16]

    def examples(self, image_path: str, digest: str | None) -> tuple[Example, ...]:
        """The examples to show before questions about an image.

        Args:
            image_path: of the image; examples of the case that it names are left out.
            digest: of the image's file, see `eval.pictures.Picture`; examples of it are left out.

        Raises:
            RunError: too few examples are left.
        """
        chosen: list[Example] = []
        for one in self._solved:
            if len(chosen) == self._count:
                break
            picture = self._read(one.row)
            is_same = _is_same_case(one.path, image_path) or picture.digest == digest
            if not is_same and picture.image is not None:
                chosen.append(Example(picture.image, self._words(one), one.answer))
        if len(chosen) < self._count:
            raise RunError(
                f"only {len(chosen)} of {self._count} examples have a readable picture of another "
                "patient; give a smaller --few-shot"
            )
        return tuple(chosen)

    def _words(self, one: _Solved) -> str:
        if not one.options:
            return self._prompt.render(question=one.text)
        options = list(zip(letters_of(one.options), one.options, strict=True))
        return self._prompt.render(question=one.text, options=options)


def _is_same_case(path: str, other: str) -> bool:
    case = case_of(path)
    return path == other or (case != "" and case == case_of(other))


def _solved(instruction: Dataset, config: str) -> Iterator[_Solved]:
    """What can be an example: one question about one picture, and its answer."""
    batches = instruction.select_columns(list(_COLUMNS)).iter(batch_size=1000)
    rows = (row for batch in batches for row in zip(*map(batch.get, _COLUMNS), strict=True))
    counts = _pictures_by_row(instruction)
    for row, ((path, task, messages), count) in enumerate(zip(rows, counts, strict=True)):
        if task != config or len(messages) != 2 or count != 1:
            continue
        asked, answered = (message["content"] for message in messages)
        if config == "open":
            yield _Solved(row, path, asked.strip(), (), answered.strip())
            continue
        text, _, listed = asked.partition(_OPTIONS)
        options = _options(listed.splitlines())
        choice = parse_choice(answered, options)
        if len(options) > 1 and choice.letter:
            yield _Solved(row, path, text.strip(), options, choice.letter)


def _pictures_by_row(instruction: Dataset) -> Iterator[int]:
    for batch in instruction.select_columns(["images"]).with_format("arrow").iter(batch_size=1000):
        yield from map(len, batch["images"])


def _options(lines: Sequence[str]) -> tuple[str, ...]:
    """The texts of a list "A. …", "B. …"; it ends where the letters do."""
    options: list[str] = []
    for line in lines:
        mark = f"{chr(ord('A') + len(options))}. "
        if line.startswith(mark):
            options.append(line.removeprefix(mark).strip())
    return tuple(options)
