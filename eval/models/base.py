"""What a model is to the harness: something that answers pairs of a picture and a prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from PIL.Image import Image

    from eval.questions import Question


@dataclass(frozen=True, slots=True)
class Example:
    """A solved question, shown as an earlier turn of the conversation.

    Attributes:
        image: the picture, of any size and mode.
        prompt: the text that follows the picture.
        answer: what should be answered.
    """

    image: Image
    prompt: str
    answer: str


@dataclass(frozen=True, slots=True)
class Request:
    """All that a model is told: no path, file name or id has a place here.

    Attributes:
        image: the picture, of any size and mode; None for a text alone. Requests about one image
            hold the same object, and a model may encode it once for all of them.
        prompt: the text that follows the picture.
        letters: the letters that can be answered, such as ``ABCDE``; only `Scorer.likelihood`
            reads them.
        examples: solved questions to show first, few-shot.
    """

    image: Image | None
    prompt: str
    letters: str = ""
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        text: the raw output, or the likeliest letter; empty where the model failed.
        error: why it failed, None where it did not.
        probabilities: of each letter, summing to one; None where the model wrote its answer.
        tokens: how many were generated.
    """

    text: str
    error: str | None = None
    probabilities: Mapping[str, float] | None = None
    tokens: int = 0


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
class Scorer(Model, Protocol):
    """A model that can also tell how likely it finds each letter."""

    def likelihood(self, requests: Sequence[Request]) -> list[Answer]:
        """Score each request's letters, in order; a failure is an `Answer` with its error."""
        ...


@runtime_checkable
class Preparer(Protocol):
    """A model some of whose work can be done ahead, while it answers other requests."""

    def prepare(self, requests: Sequence[Request]) -> None:
        """Preprocess the pictures of requests that will be handed over next, as they are here.

        It is called in a thread of its own, and raises nothing: what fails here fails again, and
        is reported, when the requests are to be answered.
        """
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
