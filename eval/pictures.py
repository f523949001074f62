"""Read a dataset's pictures one by one, stripped of everything but their pixels."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import datasets

from neuroonco import images

if TYPE_CHECKING:
    from datasets import Dataset
    from PIL.Image import Image


class Pictures:
    """The image column of a dataset, by row."""

    def __init__(self, dataset: Dataset) -> None:
        columns = [name for name in ("image", "image_path") if name in dataset.column_names]
        files = dataset.select_columns(columns)
        self._files = files.cast_column("image", datasets.Image(decode=False))
        self._digests: dict[str, str | None] = {}

    def read(self, row: int) -> Image:
        """Decode a picture; it knows neither its file's name nor its metadata.

        Raises:
            PictureError: it cannot be decoded.
        """
        file = self._files[row]
        shown = str(file.get("image_path") or f"the picture of row {row}")
        held = file["image"]
        if held["bytes"] is None:
            picture = images.read(held["path"], shown)
        else:
            picture = images.read_bytes(held["bytes"], shown)
        picture = picture.copy()  # the copy is no longer tied to a file
        picture.info = {}
        return picture

    def digest(self, row: int) -> str | None:
        """Tell a picture's file from any other; None where there is no file to read."""
        held = self._files[row]["image"]
        if held["bytes"] is not None:
            return _digest(held["bytes"])
        path = held["path"]
        if path not in self._digests:
            self._digests[path] = _digest_of(path)
        return self._digests[path]


def _digest_of(path: Any) -> str | None:
    try:
        return _digest(Path(path).read_bytes())
    except OSError:
        return None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
