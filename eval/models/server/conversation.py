"""A request as chat messages, and the answer out of a chat completion."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from eval.models.base import Answer, Request

if TYPE_CHECKING:
    from PIL.Image import Image


def messages(request: Request, url_of: Callable[[Image], str]) -> list[dict[str, Any]]:
    """The conversation of a request: its examples as earlier turns, then its own question.

    Args:
        request: the picture comes first, then the text; without a picture the text is alone.
        url_of: gives a picture's URL, see `data_url`.
    """
    turns: list[dict[str, Any]] = []
    for example in request.examples:
        turns.append(_question(example.image, example.prompt, url_of))
        turns.append({"role": "assistant", "content": example.answer})
    return [*turns, _question(request.image, request.prompt, url_of)]


def data_url(image: Image) -> str:
    """A picture as a data URL: PNG, RGB, nothing but pixels."""
    pixels = image.convert("RGB")
    pixels.info = {}
    file = io.BytesIO()
    pixels.save(file, format="PNG", compress_level=1)  # a third of the default's time
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def read(completion: Any, longest: int) -> Answer:
    """Take the answer out of a chat completion.

    Args:
        completion: of the openai package, which checks nothing: any part may be missing.
        longest: how many tokens the answer was allowed to have.
    """
    try:
        choice = completion.choices[0]
        text = choice.message.content or getattr(choice.message, "refusal", None) or ""
        finish = getattr(choice, "finish_reason", None)
    except (AttributeError, IndexError, TypeError):
        return Answer("", error="the server's reply holds no chat completion")
    tokens = _tokens(completion)
    if isinstance(text, str) and text.strip():
        return Answer(text.strip(), tokens=tokens)
    if finish == "length":
        error = f"no answer within {longest} tokens; raise --max-new-tokens"
    else:
        error = f"the answer is empty (finish_reason {finish})"
    return Answer("", error=error, tokens=tokens)


def _question(image: Image | None, prompt: str, url_of: Callable[[Image], str]) -> dict[str, Any]:
    if image is None:
        return {"role": "user", "content": prompt}
    picture = {"type": "image_url", "image_url": {"url": url_of(image)}}
    return {"role": "user", "content": [picture, {"type": "text", "text": prompt}]}


def _tokens(completion: Any) -> int:
    tokens = getattr(getattr(completion, "usage", None), "completion_tokens", None)
    return tokens if isinstance(tokens, int) else 0
