"""From the questions about an image to what a model is told, and from its answer to predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.few_shot import FewShot
from eval.items import AnyQuestion, Item
from eval.models.base import Answer, Request
from eval.parse import Choice, parse_choice
from eval.parse.clean import without_thoughts
from eval.parse.parts import part_of
from eval.pictures import Picture
from eval.predictions import Prediction
from eval.questions import OpenQuestion, Question
from eval.settings import Settings
from neuroonco.errors import RunError
from neuroonco.prompts import Prompt

Ask = tuple[Item, ...]
"""Items that one request asks together: one, or all of an image."""


@dataclass(frozen=True, slots=True)
class Prompter:
    """Puts items into the words of a prompt.

    Attributes:
        prompt: the prompt file.
        few_shot: where the examples come from, None for none.
    """

    prompt: Prompt
    few_shot: FewShot | None = None

    def asks(self, items: Sequence[Item]) -> list[Ask]:
        """Group a dataset's items into requests, in order."""
        if self.prompt.asks == "question":
            return [(item,) for item in items]
        by_image: dict[str, list[Item]] = {}
        for item in items:
            by_image.setdefault(item.question.image_id, []).append(item)
        return [tuple(group) for group in by_image.values()]

    def render(self, ask: Ask) -> str:
        """The text of a request.

        Raises:
            PromptError: the prompt uses a variable that there is not.
        """
        if self.prompt.asks == "image":
            listed = [
                (number, item.question.text, _options(item))
                for number, item in enumerate(ask, start=1)
            ]
            return self.prompt.render(questions=listed)
        question = ask[0].question
        if isinstance(question, OpenQuestion):
            return self.prompt.render(question=question.text)
        return self.prompt.render(question=question.text, options=_options(ask[0]))

    def request(self, ask: Ask, picture: Picture, image_path: str) -> Request:
        """All that a model is told.

        Args:
            ask: what is asked.
            picture: with an image.
            image_path: names the case, so that no example is of it; the model is not told.
        """
        question = ask[0].question
        return Request(
            image=picture.image,
            prompt=self.render(ask),
            letters=question.letters if isinstance(question, Question) else "",
            examples=self.few_shot.examples(image_path, picture.digest) if self.few_shot else (),
        )

    def predictions(self, ask: Ask, answer: Answer, digest: str | None) -> list[Prediction]:
        """Read an answer, for every item that was asked."""
        parts = range(1, len(ask) + 1) if self.prompt.asks == "image" else [None]
        return [predict(item, answer, digest, part) for item, part in zip(ask, parts, strict=True)]


def check_prompt(prompt: Prompt, settings: Settings) -> None:
    """Refuse a prompt that is not made for what is asked.

    Raises:
        RunError: says what it is made for.
    """
    if prompt.config != settings.config:
        raise RunError(
            f"the prompt {prompt.name} is written for the config {prompt.config}, "
            f"not {settings.config}; give another --prompt"
        )
    alone = settings.method == "likelihood" or settings.circular or settings.few_shot
    if prompt.asks == "image" and alone:
        raise RunError(
            f"the prompt {prompt.name} asks all questions of an image at once; --method "
            "likelihood, --circular and --few-shot need one that asks them one by one"
        )


def predict(item: Item, answer: Answer, digest: str | None, part: int | None = None) -> Prediction:
    """Read an answer to one item.

    Args:
        item: what was asked.
        answer: the model's.
        digest: of the picture.
        part: the item's number in an answer to several, None where it was asked alone.
    """
    question = item.question
    choice = _read(question, answer, part)
    right = question.answer if isinstance(question, Question) else None
    return Prediction(
        question_id=question.question_id,
        image_id=question.image_id,
        question_type=question.question_type,
        picture=digest,
        raw=answer.text,
        outcome=choice.outcome,
        letter=choice.letter,
        answer=right,
        correct=None if right is None else choice.letter == right,
        error=answer.error,
        rotation=item.rotation,
        part=part,
        probabilities=answer.probabilities,
        tokens=answer.tokens if part in (None, 1) else 0,
    )


def _read(question: AnyQuestion, answer: Answer, part: int | None) -> Choice:
    """How an answer is read; where the letters were scored, the likeliest one is the answer."""
    if answer.error is not None:
        return Choice("error")
    if answer.probabilities:
        return Choice("letter", max(answer.probabilities, key=answer.probabilities.__getitem__))
    if isinstance(question, OpenQuestion):
        return Choice("answer" if without_thoughts(answer.text).strip() else "unparsed")
    return parse_choice(
        answer.text if part is None else part_of(answer.text, part), question.options
    )


def _options(item: Item) -> list[tuple[str, str]]:
    question = item.question
    if isinstance(question, OpenQuestion):
        raise RunError("an open question has no options; give another --prompt")
    return list(zip(question.letters, question.options, strict=True))
