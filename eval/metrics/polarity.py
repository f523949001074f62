"""Whether an answer says the opposite of its reference in almost the same words.

Measures of overlap hardly notice it: "no enhancement" shares most of its words with "enhancement",
"left" stands where "right" should. The words are in polarity.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any

import yaml

from eval.metrics.packages import needed
from neuroonco.text import fold, words

_CLAUSE_END = re.compile(r"(?<!\d)[.,:]|[.,:](?!\d)|[;!?()\[\]\n]|\s[-–—]\s|—")  # noqa: RUF001
_REPLY = re.compile(r"^\s*(?:yes|no)\b\s*(?:[.,:;!]|[-–—](?=\s))", re.IGNORECASE)  # noqa: RUF001
_REACH = 6  # words


def negation_differs(answer: str, reference: str) -> bool:
    """Whether one text denies what the other asserts, or one begins with yes and one with no.

    A negation reaches to the end of its clause, at most six words, in the manner of NegEx (Chapman
    et al. 2001, "A simple algorithm for identifying negated findings and diseases in discharge
    summaries"). Words are compared by their stems. A word that one text both asserts and denies
    tells nothing. This is a flag for a reader or a slice, and no parser: it misses what is said in
    other words ("enhancement" and "dark after contrast").

    Args:
        answer: what the model said.
        reference: the text to hold it against.

    Raises:
        MetricError: the package nltk is missing.
    """
    if {tuple(words(text)[:1]) for text in (answer, reference)} == {("yes",), ("no",)}:
        return True
    said, wanted = _Claims(answer), _Claims(reference)
    return bool(said.asserted & wanted.denied or said.denied & wanted.asserted)


def laterality_differs(answer: str, reference: str) -> bool:
    """Whether both texts name a side, and not the same: left, right, or both.

    A side that is denied ("not on the left") is not named.

    Args:
        answer: what the model said.
        reference: the text to hold it against.
    """
    said, wanted = _sides(answer), _sides(reference)
    return bool(said and wanted and said != wanted)


class _Claims:
    """The stems of the words a text asserts, those it denies, and none that it does both."""

    def __init__(self, text: str) -> None:
        marked = [(word, denied) for word, denied in _marked(text) if word not in _set("empty")]
        asserted = {_stem(word) for word, denied in marked if not denied}
        denied = {_stem(word) for word, denied in _narrowed(marked) if denied}
        self.asserted = asserted - denied
        self.denied = denied - asserted


def _narrowed(marked: list[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    """Leave out general words that stand beside a denied one: what is denied is narrower."""
    alone = [(" ", False), *marked, (" ", False)]
    for (_, before), (word, denied), (_, after) in zip(alone, marked, alone[2:], strict=False):
        if not (word in _set("general") and denied and (before or after)):
            yield word, denied


def _sides(text: str) -> set[str]:
    patterns = _side_patterns()
    if not any(pattern.search(fold(text)) for pattern in patterns.values()):
        return set()
    held = " ".join(word for word, denied in _marked(text) if not denied)
    named = {side for side, pattern in patterns.items() if pattern.search(held)}
    return {"left", "right"} if "both" in named else named


def _marked(text: str) -> Iterator[tuple[str, bool]]:
    """Every word of a text that is not part of a negation, and whether it is denied."""
    for clause in _CLAUSE_END.split(_REPLY.sub("", text)):
        yield from _marked_clause(fold(clause))


def _marked_clause(clause: str) -> Iterator[tuple[str, bool]]:
    pattern, kinds = _cues()
    cues = list(pattern.finditer(clause))
    found = [kinds[cue[0]] for cue in cues]
    starts = [0, *(cue.end() for cue in cues)]
    ends = [*(cue.start() for cue in cues), len(clause)]
    around = pairwise(["", *found, ""])
    for start, end, (last, following) in zip(starts, ends, around, strict=True):
        stretch = clause[start:end].split()
        for i, word in enumerate(stretch):
            denied = (
                (last == "before" and i < _REACH)
                or (last == "prefix" and i == 0)
                or (following == "after" and len(stretch) - i <= _REACH)
            )
            yield from _without_prefix(word, denied)


def _without_prefix(word: str, denied: bool) -> Iterator[tuple[str, bool]]:
    prefix = _lists()["prefix"]
    whole = not word.startswith(prefix) or word in _set("no_prefix")
    yield (word, denied) if whole else (word.removeprefix(prefix), not denied)


@lru_cache
def _lists() -> dict[str, Any]:
    text = resources.files("eval.metrics").joinpath("polarity.yaml").read_text(encoding="utf-8")
    lists: dict[str, Any] = yaml.safe_load(text)
    return lists


@lru_cache
def _set(name: str) -> frozenset[str]:
    return frozenset(_lists()[name])


@lru_cache
def _cues() -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern of the phrases that do something, the longest first, and what each does."""
    kinds = {
        fold(phrase): kind
        for kind in ("before", "after", "ends", "no_negations")
        for phrase in _lists()[kind]
    }
    kinds[_lists()["prefix"]] = "prefix"
    return re.compile(_any_of(kinds)), kinds


@lru_cache
def _side_patterns() -> dict[str, re.Pattern[str]]:
    return {side: re.compile(_any_of(phrases)) for side, phrases in _lists()["sides"].items()}


def _any_of(phrases: Iterable[str]) -> str:
    longest_first = sorted(map(fold, phrases), key=len, reverse=True)
    return rf"(?<!\S)(?:{'|'.join(map(re.escape, longest_first))})(?!\S)"


@lru_cache(maxsize=10_000)
def _stem(word: str) -> str:
    return str(_stemmer().stem(word))


@lru_cache
def _stemmer() -> Any:
    return needed("nltk.stem.porter").PorterStemmer()
