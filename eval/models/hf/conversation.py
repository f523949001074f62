"""A request as the chat messages that processors take."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image

from eval.models.base import Request

Turn = dict[str, Any]


def conversation(request: Request, show: Callable[[Image.Image], Image.Image]) -> list[Turn]:
    """The turns of a request: its examples first, then the question, each picture before its text.

    Args:
        request: without a picture, its text stands alone.
        show: makes of each picture the one that stands in the turns.
    """
    turns: list[Turn] = []
    for example in request.examples:
        turns.append(_turn("user", example.prompt, show(example.image)))
        turns.append(_turn("assistant", example.answer))
    image = None if request.image is None else show(request.image)
    return [*turns, _turn("user", request.prompt, image)]


def pictures_of(request: Request) -> Sequence[Image.Image]:
    """Every picture of a request, in the order they are shown."""
    own = () if request.image is None else (request.image,)
    return (*(example.image for example in request.examples), *own)


def in_rgb(image: Image.Image, max_pixels: int | None = None) -> Image.Image:
    """Make a picture RGB, and shrink it to so many pixels if it has more; its proportions stay."""
    if image.mode != "RGB":
        image = image.convert("RGB")
    if max_pixels is None or image.width * image.height <= max_pixels:
        return image
    scale = math.sqrt(max_pixels / (image.width * image.height))
    size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
    return image.resize(size, Image.Resampling.BICUBIC)


def _turn(role: str, text: str, image: Image.Image | None = None) -> Turn:
    picture = [] if image is None else [{"type": "image", "image": image}]
    return {"role": role, "content": [*picture, {"type": "text", "text": text}]}
