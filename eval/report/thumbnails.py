"""Small pictures that travel inside the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence

from PIL import Image, ImageOps

from eval.runs import SavedRun

Thumbnail = Callable[[str], Image.Image | None]

_SIDE = 192  # pixels of the longer side
_QUALITY = 72


def embed_pictures(runs: Sequence[SavedRun], thumbnail: Thumbnail) -> dict[str, str]:
    """Make a data URL of each image that the runs asked about, once however many questions it has.

    Args:
        runs: whose questions are shown.
        thumbnail: gives the picture of a question by the question's id, or None.

    Returns:
        WebP data URLs by image id, at most 192 pixels wide and high, without metadata. Images
        whose picture is None are left out.
    """
    first: dict[str, str] = {}
    for run in runs:
        for question in run.questions:
            first.setdefault(question.image_id, question.question_id)
    pictures = {image: thumbnail(question) for image, question in first.items()}
    return {image: _data_url(picture) for image, picture in pictures.items() if picture is not None}


def _data_url(picture: Image.Image) -> str:
    """Encode a copy of the pixels, so that nothing else the file held comes along."""
    upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((_SIDE, _SIDE))
    pixels = Image.new("RGB", upright.size)
    pixels.paste(upright)
    buffer = io.BytesIO()
    pixels.save(buffer, "WEBP", quality=_QUALITY, method=4)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
