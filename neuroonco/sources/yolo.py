"""The label files of YOLO data sets: a line an object, class number first."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

from neuroonco.errors import PictureError
from neuroonco.tree import Tree

NO_LESION = "no lesion marked"


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
    try:
        text = Path(tree.absolute(path)).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PictureError(f"{path}: cannot be read as YOLO labels ({error})") from error
    names = _names(tree, path) or labels
    classes = [
        _class(line.split(), names, f"{path}, line {number}")
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip()
    ]
    return classes[0] if classes else NO_LESION


def _class(tokens: list[str], names: tuple[str, ...], where: str) -> str:
    try:
        coordinates = [float(token) for token in tokens[1:]]
        number = int(tokens[0])
    except ValueError as error:
        raise PictureError(f"{where}: not a YOLO label ({error}); download it again") from error
    if len(coordinates) < 4 or not 0 <= number < len(names):
        raise PictureError(
            f"{where}: a YOLO label is a class from 0 to {len(names) - 1} and at least four "
            "coordinates; download it again"
        )
    return names[number]


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
