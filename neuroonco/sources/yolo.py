"""The label files of YOLO data sets: a line an object, class number first."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from neuroonco.errors import PictureError
from neuroonco.tree import Tree

NO_LESION = "no lesion marked"


@dataclass(frozen=True, slots=True)
class Marked:
    """One object of a label file.

    Attributes:
        line: of the file, from 1.
        number: of its class, from 0.
        coordinates: fractions of the picture's width and height. Of a box: x and y of its centre,
            width, height; of a polygon: x and y of each corner.
    """

    line: int
    number: int
    coordinates: tuple[float, ...]

    @property
    def is_box(self) -> bool:
        """Whether a box is all that is known of the object."""
        return len(self.coordinates) == 4


def read_objects(path: str | os.PathLike[str], shown: str) -> list[Marked]:
    """The objects that a label file marks, in its order.

    Args:
        path: the file.
        shown: what an error calls it.

    Raises:
        PictureError: the file cannot be read, or a line is not a number and four coordinates.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PictureError(f"{shown}: cannot be read as YOLO labels ({error})") from error
    return [
        _marked(number, line.split(), shown)
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def read_class(tree: Tree, path: str, labels: tuple[str, ...]) -> str:
    """The class of the first object in a label file.

    Args:
        tree: the data_dir.
        path: of the label file, relative to the tree's root: `<split>/labels/<stem>.txt`.
        labels: the classes in the order of their numbers, where no data.yaml tells it.

    Returns:
        The class, or `NO_LESION` for a file that marks none.

    Raises:
        PictureError: a line is not a known class number and at least four coordinates.
    """
    objects = read_objects(tree.absolute(path), path)
    names = _names(tree, path) or labels
    for marked in objects:
        if not 0 <= marked.number < len(names):
            raise _not_a_label(path, marked.line, f"a class from 0 to {len(names) - 1}")
    return names[objects[0].number] if objects else NO_LESION


def _marked(line: int, tokens: list[str], shown: str) -> Marked:
    try:
        coordinates = tuple(float(token) for token in tokens[1:])
        number = int(tokens[0])
    except ValueError as error:
        raise PictureError(
            f"{shown}, line {line}: not a YOLO label ({error}); download it again"
        ) from error
    if len(coordinates) < 4:
        raise _not_a_label(shown, line, "a class number")
    return Marked(line, number, coordinates)


def _not_a_label(shown: str, line: int, number: str) -> PictureError:
    return PictureError(
        f"{shown}, line {line}: a YOLO label is {number} and at least four coordinates; "
        "download it again"
    )


def _names(tree: Tree, path: str) -> tuple[str, ...]:
    """The classes as the data.yaml beside the split folders lists them, or none."""
    top = path.split("/")[:-3]
    file = tree.files.get("/".join([*top, "data.yaml"]))
    return _read_names(tree.absolute(file.path), file.stamp) if file else ()


@lru_cache(maxsize=16)
def _read_names(path: str, stamp: str) -> tuple[str, ...]:
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        names = content["names"]
        return tuple(names.values() if isinstance(names, dict) else names)
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        shown = stamp.partition("\0")[0]
        raise PictureError(f"{shown}: has no list of class names ({error})") from error
