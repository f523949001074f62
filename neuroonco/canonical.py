"""The published picture names, `category/NN_modalities[_mask]/file`, and what they say."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml

from neuroonco.vocabulary import CATEGORIES, UNKNOWN, modality_of

FOLDER = re.compile(rf"(?:^|/)({'|'.join(CATEGORIES)})/(\d\d)((?:_[a-z0-9]+)*)/", re.IGNORECASE)
"""Matches a canonical folder anywhere in a path: category, source id, modalities."""


@dataclass(frozen=True, slots=True)
class CanonicalName:
    """What a published picture name says; "unknown" where it says nothing."""

    folder: str
    source: str
    category: str
    modality: str


@dataclass(frozen=True, slots=True)
class Rule:
    """The raw sources that hold a published folder's pictures under the same name."""

    sources: tuple[str, ...]
    how: str


def parse(path: str) -> CanonicalName:
    """Read a published picture name. A folder of one sequence is trusted over the file's name."""
    match = FOLDER.search(path)
    if match is None:
        return CanonicalName("", UNKNOWN, UNKNOWN, UNKNOWN)
    category, source, rest = match[1].lower(), match[2], match[3].lower()
    sequences = [part for part in rest.split("_") if modality_of(part) != UNKNOWN]
    if len(sequences) == 1:
        modality = modality_of(sequences[0])
    else:
        stem = posixpath.splitext(posixpath.basename(path))[0]
        named = [modality_of(part) for part in re.split(r"[^A-Za-z0-9+]+", stem)]
        modality = next((m for m in reversed(named) if m != UNKNOWN), UNKNOWN)
    return CanonicalName(source + rest, source, category, modality)


@lru_cache
def rules() -> dict[str, Rule]:
    """Folder (`05_t1_mask`) to the rule that finds its pictures in raw downloads."""
    text = resources.files("neuroonco").joinpath("canonical.yaml").read_text(encoding="utf-8")
    return {row["folder"]: Rule(tuple(row["sources"]), row["how"]) for row in yaml.safe_load(text)}
