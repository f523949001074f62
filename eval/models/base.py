"""What a model is to the harness: something that answers pairs of a picture and a prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from PIL.Image import Image

    from eval.questions import Question


@dataclass(frozen=True, slots=True)
class Request:
    """All that a model is told: no path, file name or id has a place here.

    Attributes:
        image: the picture, of any size and mode.
        prompt: the text that follows the picture.
    """

    image: Image
    prompt: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        text: the raw output; empty where the model failed.
        error: why it failed, None where it did not.
    """

    text: str
    error: str | None = None


@runtime_checkable
class Model(Protocol):
    """A model that looks at pictures."""

    @property
    def name(self) -> str:
        """What the report calls it."""
        ...

    def describe(self) -> dict[str, Any]:
        """Say all that its answers depend on, as JSON; recorded in the run's config.json."""
        ...

    def generate(self, requests: Sequence[Request]) -> list[Answer]:
        """Answer each request, in order; a failure is an `Answer` with its error."""
        ...


@runtime_checkable
class Baseline(Protocol):
    """A rule that never sees a picture and answers from the questions' texts."""

    @property
    def name(self) -> str:
        """What the report calls it."""
        ...

    def describe(self) -> dict[str, Any]:
        """Say all that its answers depend on, as JSON; recorded in the run's config.json."""
        ...

    def choose(self, questions: Sequence[Question]) -> list[str]:
        """Choose a letter for each question of a whole dataset, in order."""
        ...
