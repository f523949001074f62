"""The published categories and modalities, and how names on disk spell them."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib import resources

import yaml

_WORDS = yaml.safe_load(
    resources.files("neuroonco").joinpath("vocabulary.yaml").read_text(encoding="utf-8")
)

CATEGORIES: tuple[str, ...] = tuple(_WORDS["categories"])
"""Eight tumour types, ``healthy``, and ``tumor`` for a tumour whose type is not given."""

TUMOUR_TYPES: tuple[str, ...] = tuple(c for c in CATEGORIES if c not in {"healthy", "tumor"})

MODALITIES: tuple[str, ...] = (*_WORDS["modalities"], "unknown")
"""``t1``, ``t2``, ``t1ce``, ``flair`` and ``unknown``."""

UNKNOWN = "unknown"

_SPELLINGS: dict[str, str] = {
    spelling: modality
    for modality, spellings in _WORDS["modalities"].items()
    for spelling in spellings
}


def fold(text: str) -> str:
    """Spell a name one way: Unicode NFC, lower case, single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


@lru_cache(maxsize=4096)
def modality_of(sequence: str | None) -> str:
    """The modality a sequence's name means: ``T1C+`` is ``t1ce``; ``unknown`` where none is."""
    letters = fold(sequence or "")
    for blank in " _-":
        letters = letters.replace(blank, "")
    return _SPELLINGS.get(letters, UNKNOWN)
