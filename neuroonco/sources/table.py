"""The table of the 20 sources (`sources.yaml`), read into typed rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from neuroonco.vocabulary import fold

# Ten times as fast, where PyYAML has it: every command reads the table.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A folder that is no part of the questions, and why; `flag` is what all its pictures are."""

    folder: re.Pattern[str]
    reason: str
    flag: str


@dataclass(frozen=True, slots=True)
class SourceLayout:
    """One way a source is found on disk.

    Attributes:
        name: what tells it from the source's other layouts.
        reader: the name of the reader that finds a picture's class (`neuroonco.sources.readers`).
        folder: matches a folder's path; the group ``root`` is the source's own top folder.
        file: matches a picture's file name.
        classes: the source's class, folded, to a category.
        class_reasons: the classes that ask no question, folded, to the reason.
        left_out: the folders that ask no question.
        masks: templates of the paths where a picture's mask may be, below the top folder.
        needs_mask: without one mask beside the pictures it is something else.
        constant_class: the class of every picture, where no name tells one.
        labels: the classes a YOLO label file numbers from 0.
        modality: of every picture, unless its name says another.
        pictures: how many a complete download has, or None.
    """

    name: str
    reader: str
    folder: re.Pattern[str]
    file: re.Pattern[str]
    classes: dict[str, str]
    class_reasons: dict[str, str]
    left_out: tuple[LeftOut, ...]
    masks: tuple[str, ...]
    needs_mask: bool
    constant_class: str
    labels: tuple[str, ...]
    modality: str
    pictures: int | None


@dataclass(frozen=True, slots=True)
class Source:
    """One public source: what its download page says, and how it lies on disk."""

    id: str
    name: str
    link: str
    licence: str
    terms: str
    citation: str
    modality: str
    mask: str
    pictures: int | None
    copy_of: tuple[str, ...]
    defects: tuple[str, ...]
    layouts: tuple[SourceLayout, ...]


@lru_cache
def load_sources() -> dict[str, Source]:
    """All sources by their two-digit id, in the order of the table."""
    text = resources.files("neuroonco.sources").joinpath("sources.yaml").read_text("utf-8")
    rows = yaml.load(text, Loader=_LOADER)  # noqa: S506 (both are safe)
    return {row["id"]: _source(row) for row in rows}


def make_layout(row: dict[str, Any], modality: str, pictures: int | None) -> SourceLayout:
    """One layout from its row; its own number of pictures goes before the source's."""
    left_out = row.get("left_out", ())
    return SourceLayout(
        name=row["name"],
        reader=row["reader"],
        folder=_below_any_wrapper(row["folder"]),
        file=re.compile(row["file"], re.IGNORECASE),
        classes={fold(name): category for name, category in row["classes"].items()},
        class_reasons={fold(x["class"]): x["reason"] for x in left_out if "class" in x},
        left_out=tuple(
            LeftOut(_below_any_wrapper(x["folder"]), x["reason"], x.get("flag", ""))
            for x in left_out
            if "folder" in x
        ),
        masks=tuple(row.get("masks", ())),
        needs_mask=row.get("needs_mask", False),
        constant_class=row.get("constant_class", ""),
        labels=tuple(row.get("labels", ())),
        modality=modality,
        pictures=row.get("pictures", pictures),
    )


def _source(row: dict[str, Any]) -> Source:
    return Source(
        id=row["id"],
        name=row["name"],
        link=row["link"],
        licence=row["licence"],
        terms=row["terms"],
        citation=row["citation"],
        modality=row["modality"],
        mask=row["mask"],
        pictures=row["pictures"],
        copy_of=tuple(row["copy_of"]),
        defects=tuple(row["defects"]),
        layouts=tuple(make_layout(x, row["modality"], row["pictures"]) for x in row["layouts"]),
    )


def _below_any_wrapper(folder: str) -> re.Pattern[str]:
    """`folder` below at most a download folder and three wrappers; the group `root` is these."""
    below = f"{folder}/" if folder else ""
    return re.compile(rf"(?P<root>(?:[^/]+/){{0,4}}?){below}", re.IGNORECASE)
