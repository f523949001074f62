"""Read a dataset's pictures, stripped of all but their pixels; or stand-ins for blind runs."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from eval.settings import Shown
from neuroonco import images
from neuroonco.errors import PictureError, RunError

if TYPE_CHECKING:
    from datasets import Dataset

_COLUMNS = ("image", "images")
_GREY = 128  # some models drop a picture that is black all over


@dataclass(frozen=True, slots=True)
class Picture:
    """What is shown for a row.

    Attributes:
        image: the pixels in RGB, which know neither a file's name nor its metadata; None where they
            cannot be read.
        digest: tells the file from any other; None where there is none to read.
        error: why there are no pixels, or None.
    """

    image: Image.Image | None
    digest: str | None
    error: str | None = None


class Pictures:
    """The column ``image`` of a dataset by row, or the first picture of its column ``images``.

    Attributes:
        shown: ``real``, ``blank`` (uniform grey of the same size) or ``swapped`` (another image's
            picture, the same for all questions of an image).
    """

    def __init__(self, dataset: Dataset, shown: Shown = "real", seed: int = 0) -> None:
        self._column = next((name for name in _COLUMNS if name in dataset.column_names), "")
        if not self._column:
            raise RunError("the dataset has no column of pictures; load it with mm_neuroonco.load")
        self.shown = shown
        self._files = _undecoded(dataset.select_columns([self._column]), self._column)
        self._paths = list(_paths(self._files, self._column))  # rows are slow to read one by one
        self._names = dataset["image_path"][:] if "image_path" in dataset.column_names else []
        self._shown_rows = _swapped(dataset["image_id"][:], seed) if shown == "swapped" else None
        self._digests: dict[str, str] = {}

    def name(self, row: int) -> str:
        """What the dataset calls a row's own picture; for messages, never for a model."""
        return (self._names and self._names[row]) or f"the picture of row {row}"

    def load(self, row: int) -> Picture:
        """Read and decode the picture to be shown for a row."""
        row = self._shown_row(row)
        content, name = self._content(row), self.name(row)
        if isinstance(content, str):
            return Picture(None, None, f"{name}: {content}")
        digest = self._keep(self._file(row), content)
        try:
            image = images.read_bytes(content, name).convert("RGB")  # new, not tied to a file
        except PictureError as error:
            return Picture(None, digest, str(error))
        image.info = {}
        if self.shown == "blank":
            image = Image.new("RGB", image.size, (_GREY, _GREY, _GREY))
        return Picture(image, digest)

    def digest(self, row: int) -> str | None:
        """Tell a picture's file from any other; None where there is no file to read."""
        row = self._shown_row(row)
        file = self._file(row)
        if file not in self._digests:
            content = self._content(row)
            return None if isinstance(content, str) else self._keep(file, content)
        return self._digests[file]

    def file(self, row: int) -> str:
        """The file that is shown for a row, or a name of its own where the dataset holds it."""
        return self._file(self._shown_row(row))

    def _shown_row(self, row: int) -> int:
        return row if self._shown_rows is None else self._shown_rows[row]

    def _file(self, row: int) -> str:
        return self._paths[row] or f"row {row}"

    def _content(self, row: int) -> bytes | str:
        """The bytes of a picture's file, or why there are none."""
        path = self._paths[row]
        if path is None:
            held = self._files[row][self._column]
            held = held[0] if isinstance(held, list) and held else held
            return held["bytes"] if held else "the dataset holds no picture here"
        try:
            return Path(path).read_bytes()
        except FileNotFoundError:
            return "there is no such file"
        except OSError as error:
            return f"cannot be read ({error.strerror})"

    def _keep(self, file: str, content: bytes) -> str:
        self._digests[file] = hashlib.sha256(content).hexdigest()[:16]
        return self._digests[file]


def _undecoded(files: Dataset, column: str) -> Dataset:
    """Let a column give files instead of pictures."""
    import datasets  # here, as it takes a second and most commands need no pictures

    file = datasets.Image(decode=False)
    return files.cast_column(column, datasets.Sequence(file) if column == "images" else file)


def _paths(files: Dataset, column: str) -> Iterator[str | None]:
    """The path of each row's first picture; None where the dataset holds the bytes, or none."""
    for batch in files.with_format("arrow").iter(batch_size=1000):
        yield from map(_path, batch[column])


def _path(held: Any) -> str | None:
    """The path in an Arrow value of one of the columns of pictures."""
    if not held.is_valid:
        return None
    if isinstance(held, Sequence):
        return _path(held[0]) if len(held) else None
    return None if held["bytes"].is_valid else held["path"].as_py()


def _swapped(image_ids: Sequence[str], seed: int) -> list[int]:
    """For each row one of another image, the images all in a circle of random order."""
    rows = {str(name): row for row, name in enumerate(image_ids)}
    names = sorted(rows)
    if len(names) < 2:
        raise RunError("one image cannot be swapped with another; use --picture blank")
    random.Random(seed).shuffle(names)
    following = dict(zip(names, [*names[1:], names[0]], strict=True))
    return [rows[following[str(name)]] for name in image_ids]
