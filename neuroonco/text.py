"""Fold texts so that equal answers compare equal."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+|[<>≤≥]")


def words(text: str) -> list[str]:
    """Split a text into its words: NFKC, case folded, without punctuation.

    Decimals stay whole and comparison signs count as words: ``3.5 cm`` is not ``3-5 cm``, and
    ``< 1 cm`` is not ``> 1 cm``.
    """
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def fold(text: str) -> str:
    """Reduce a text to its words; ``T1_CE``, ``t1-ce`` and ``T1 CE`` are then the same."""
    return " ".join(words(text))
