"""The words of questions: which texts are equal, and which mean the same."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from neuroonco.prompts import load_words

_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Reduce a text to its words in lower case; ``T1_CE``, ``t1-ce`` and ``T1 CE`` are the same."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


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


def mean_the_same(kind: str, one: str, other: str) -> bool:
    """Whether two option texts of a question type are equal or name the same thing."""
    meanings = [canonical(kind, text) or fold(text) for text in (one, other)]
    return fold(one) == fold(other) or meanings[0] == meanings[1]


@lru_cache
def _spellings(kind: str) -> dict[str, str]:
    table = load_words("questions/synonyms").get(kind, {})
    return {fold(text): value for value, texts in table.items() for text in (value, *texts)}
