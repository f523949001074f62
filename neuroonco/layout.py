"""What a data_dir holds: published annotations and pictures, raw sources, or a mixture."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from neuroonco import canonical
from neuroonco.annotations import CONFIGS, find_annotations
from neuroonco.errors import DataDirError
from neuroonco.prepare import is_picture
from neuroonco.resolve import RELEASE_FOLDERS
from neuroonco.sources import Found, load_sources, recognise
from neuroonco.sources.class_map import load_class_map
from neuroonco.tree import File, Tree, scan


@dataclass(frozen=True, slots=True)
class Layout:
    """What was found in a data_dir.

    Attributes:
        tree: every file.
        notes: where the annotations lie: the same tree, or that of another folder.
        annotations: config to its annotation files, of `notes`.
        found: the raw sources, by id and top folder.
        canonical: how many pictures and masks lie in `category/NN_…` folders.
        release: how many pictures lie in folders of the unpacked release.
        read: what `neuroonco.benchmark` has read of the annotations, by config: naming a
            config's cache and making its rows need the same.
    """

    tree: Tree
    notes: Tree = field(repr=False)
    annotations: dict[str, list[File]] = field(repr=False)
    found: list[Found] = field(repr=False)
    canonical: int
    release: int
    read: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def has_benchmark(self) -> bool:
        """Whether published closed or open questions are there."""
        return bool(self.annotations["closed"] or self.annotations["open"])

    @staticmethod
    def is_published(folder: str) -> bool:
        """Whether a folder is a canonical one or one of the unpacked release."""
        return bool(canonical.FOLDER.search(folder + "/")) or _is_release(folder)

    def summary(self) -> str:
        """One line that says what was found, for the log."""
        parts = []
        if self.release:
            parts.append(f"release ({self.release} files)")
        if self.canonical:
            parts.append(f"canonical ({self.canonical} files)")
        raw: Counter[str] = Counter()
        for place in self.found:
            name = f"{place.source.id} {place.source.name}"
            if len({layout.name for layout in place.source.layouts}) > 1:
                name += f", {place.layout.name}"
            raw[name] += len(place.matches)
        parts += [f"raw {name} ({count} pictures)" for name, count in raw.items()]
        files = [f"{config}: {f.path}" for config in CONFIGS for f in self.annotations[config]]
        what = "; ".join(parts) or "no picture of a known layout"
        return f"found {what}; annotations: {', '.join(files) or 'none, questions by rule'}"


def survey(
    data_dir: str | os.PathLike[str], annotations: str | os.PathLike[str] | None = None
) -> Layout:
    """Find out what a data_dir holds. Reads names, and the heads of JSON files.

    Args:
        data_dir: the folder of pictures.
        annotations: another folder, whose annotations are used in place of those in data_dir.

    Raises:
        DataDirError: either is no folder, or a link in data_dir leads out; or the other folder
            holds no annotations.
    """
    tree = scan(data_dir)
    if tree.refused:
        raise DataDirError(
            f"{', '.join(tree.refused[:3])}: links that lead out of data_dir are not followed; "
            "move the files inside, or give the folder that holds them as data_dir"
        )
    if annotations is None:
        return look(tree)
    layout = look(tree, scan(annotations))
    if not any(layout.annotations.values()):
        raise DataDirError(
            f"annotations {str(annotations)!r}: no annotation file is there; give a folder that "
            "`mm-neuroonco build` wrote, or the one with the published annotations"
        )
    return layout


def look(tree: Tree, notes: Tree | None = None) -> Layout:
    """Find out what a tree holds, whether or not it has links that lead out.

    Args:
        tree: of the pictures.
        notes: where the annotations lie, if not among the pictures.

    Raises:
        DataDirError: its class map cannot be used.
    """
    notes = notes or tree
    mapped = load_class_map(tree)
    described = {source.id for source in mapped}
    known = [source for source in load_sources().values() if source.id not in described]
    return Layout(
        tree=tree,
        notes=notes,
        annotations=find_annotations(notes),
        found=recognise(tree, [*mapped, *known], skip=canonical.FOLDER),
        canonical=_count(tree, lambda folder: bool(canonical.FOLDER.search(folder))),
        release=_count(tree, _is_release),
    )


def _is_release(folder: str) -> bool:
    return RELEASE_FOLDERS["benchmark"] in folder.lower().split("/")


def _count(tree: Tree, belongs: Callable[[str], bool]) -> int:
    return sum(
        sum(is_picture(file.path) for file in files)
        for folder, files in tree.folders.items()
        if belongs(folder + "/")
    )
