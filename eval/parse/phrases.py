"""Turn the phrases of phrases.yaml into regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

import yaml

# Chinese, Japanese and Korean set no spaces around words: beside them a Latin letter stands alone.
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
CJK = f"(?-i:[{_CJK}])"
_LETTER = rf"(?-i:[^\W_{_CJK}])"  # with its case ignored, such a range takes seconds to compile
START = rf"(?<!{_LETTER})(?<!{_LETTER}')"
END = rf"(?!'?{_LETTER})"


@lru_cache
def phrases(part: str) -> tuple[str, ...]:
    """The phrases of one part of phrases.yaml, such as ``refusals``."""
    text = resources.files("eval.parse").joinpath("phrases.yaml").read_text(encoding="utf-8")
    return tuple(str(phrase) for phrase in yaml.safe_load(text)[part])


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of the phrases as whole words, longest first, with any white space."""
    longest_first = sorted(set(words), key=len, reverse=True)
    spaced = [word for word in longest_first if not re.match(CJK, word)]
    unspaced = [word for word in longest_first if word not in spaced]
    return rf"(?:{START}(?:{_either(spaced)}){END}|{_either(unspaced)})"


def _either(words: Iterable[str]) -> str:
    alternatives = (r"\s+".join(map(re.escape, word.split())) for word in words)
    return "|".join(alternatives) or "(?!)"


@lru_cache
def pattern(part: str) -> re.Pattern[str]:
    """The compiled pattern for any phrase of a part."""
    return re.compile(any_of(phrases(part)), re.IGNORECASE)
