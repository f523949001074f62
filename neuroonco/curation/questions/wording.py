"""The words of questions, and the values that other spellings mean."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from neuroonco.prompts import load_words
from neuroonco.text import fold


def words_of(kind: str) -> dict[str, Any]:
    """The questions and options of a closed question type."""
    words: dict[str, Any] = load_words("questions/closed")[kind]
    return words


def none_of_the_above() -> str:
    """The text of the last option, where there is a last option of its kind."""
    return str(load_words("questions/closed")["none_of_the_above"])


def canonical(kind: str, spelling: str) -> str:
    """The value that a spelling means in a question type, "" where nothing says it.

    >>> canonical("margins", "well circumscribed")
    'Well-defined'
    """
    return _spellings(kind).get(fold(spelling), "")


@lru_cache
def _spellings(kind: str) -> dict[str, str]:
    table = load_words("questions/synonyms").get(kind, {})
    return {fold(text): value for value, texts in table.items() for text in (value, *texts)}
