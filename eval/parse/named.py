"""Find which options a text names in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from eval.parse.phrases import phrases
from eval.questions import letters_of
from neuroonco.text import words

_SENTENCE = re.compile(r"[.!?]+\s|[;\n\u3002]+")
_IN_BRACKETS = re.compile(r"\(([A-Z])\)")
_BEFORE = 6  # words between a negation and what it negates ("no sign of a glioma")


@dataclass(frozen=True, slots=True)
class _Mention:
    """Words `start` to `end` of a sentence are the text of the option `letter`."""

    letter: str
    start: int
    end: int


def named_options(text: str, options: tuple[str, ...]) -> frozenset[str]:
    """The letters of the options whose texts occur in a text, word by word.

    Where one option's words are part of another's, the longest text that occurs counts. Options
    that the sentence rules out ("not a glioma", "glioma is unlikely") don't count. Two options with
    the same words are both named.
    """
    found: set[str] = set()
    for sentence in _SENTENCE.split(text):
        named = _named_in(words(sentence), options)
        if named:  # "glioma (B)" names both
            named.update(set(_IN_BRACKETS.findall(sentence)) & set(letters_of(options)))
        found |= named
    return frozenset(found)


def _named_in(sentence: list[str], options: tuple[str, ...]) -> set[str]:
    mentions = [
        _Mention(letter, start, start + len(option))
        for letter, option in zip(letters_of(options), map(words, options), strict=False)
        for start in _occurrences(option, sentence)
    ]
    return {
        mention.letter
        for mention in mentions
        if not any(_is_part(mention, other) for other in mentions)
        and not _is_negated(mention, sentence)
    }


def _occurrences(option: list[str], sentence: list[str]) -> list[int]:
    if not option:
        return []
    last = len(sentence) - len(option)
    return [i for i in range(last + 1) if sentence[i : i + len(option)] == option]


def _is_part(mention: _Mention, other: _Mention) -> bool:
    inside = other.start <= mention.start and mention.end <= other.end
    return inside and other.end - other.start > mention.end - mention.start


def _is_negated(mention: _Mention, sentence: list[str]) -> bool:
    before = sentence[max(0, mention.start - _BEFORE) : mention.start]
    turns = [i for i, word in enumerate(before) if word in phrases("turns")]
    before = before[turns[-1] if turns else 0 :]  # "not a glioma but a meningioma"
    after = sentence[mention.end :]
    return any(_occurrences(phrase, before) for phrase in _folded("negations_before")) or any(
        after[: len(phrase)] == phrase for phrase in _folded("negations_after")
    )


@lru_cache
def _folded(part: str) -> tuple[list[str], ...]:
    return tuple(words(phrase) for phrase in phrases(part))
