"""Take away what surrounds an answer: thoughts, mark-up, and the options said over again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from eval.questions import letters_of
from neuroonco.text import words

_THOUGHT = r"think|thinking|thought|reasoning|reflection"
_CLOSED_THOUGHT = re.compile(rf"<({_THOUGHT})>.*?</\1>|◁think▷.*?◁/think▷", re.DOTALL)
_TAIL_OF_THOUGHT = re.compile(rf"^.*(?:</(?:{_THOUGHT})>|◁/think▷)", re.DOTALL)
_OPEN_THOUGHT = re.compile(rf"(?:<(?:{_THOUGHT})>|◁think▷).*$", re.DOTALL)

_ITEM = re.compile(r"(?<![0-9A-Za-z])\(?([A-Za-z])[\s\"').:=-]{1,6}")
_BETWEEN_ITEMS = re.compile(r"[\s,;|/.()\"\u2022-]*")
_REWRITES = [
    (re.compile(pattern, re.DOTALL), by)
    for pattern, by in (
        (r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", ""),  # invisible marks
        (r"[\u2018\u2019\u201b\u02bc\u00b4]", "'"),
        (r"[\u2010-\u2015\u2212]", "-"),
        (r"[\u201c-\u201f\u00ab\u00bb]", '"'),
        (r"[\[\u3010\u3014\u300c\u300e\u2308{]", "("),
        (r"[\]\u3011\u3015\u300d\u300f\u2309}]", ")"),
        (r"<\|begin_of_box\|>|<answer>|\\boxed\s*(?=\()", "\nAnswer: "),
        (r"<\|end_of_box\|>|</answer>|<br\s*/?>", "\n"),
        (r"<\|[^|<>]{1,40}\|>|</?[a-z]{1,10}>", ""),
        (r"\\(?:text|textbf|textit|mathbf|mathrm|mathsf|rm|bf)\b", ""),
        (r"[*`#$\\~_]", " "),  # Markdown, TeX, and the underscores of option names
    )
]


def clean(text: str) -> str:
    """Return the answer proper, without thoughts and in plain characters."""
    text = unicodedata.normalize("NFKC", without_thoughts(text))
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    return text


def without_thoughts(text: str) -> str:
    """Drop what stands in ``<think>…</think>``, also where its begin or end is missing.

    Before a lone end the model was still thinking, and after a lone begin it never stopped.
    """
    text = _CLOSED_THOUGHT.sub("\n", text)
    return _OPEN_THOUGHT.sub("\n", _TAIL_OF_THOUGHT.sub("\n", text))


@lru_cache(maxsize=4096)
def spoken(option: str) -> re.Pattern[str]:
    """A pattern for an option's text, whatever stands between its words."""
    text = r"[\W_]{1,5}".join(map(re.escape, words(option)))
    return re.compile(rf"{text}(?![0-9a-z])" if text else "(?!)", re.IGNORECASE)


def without_restated(text: str, options: tuple[str, ...]) -> str:
    """Drop the list of the options, as many models repeat it before they answer.

    A list counts from all options but one: fewer may be an answer that names several.
    """
    runs: list[list[tuple[int, int]]] = []
    for start, end in _items(text, options):
        if runs and _BETWEEN_ITEMS.fullmatch(text, runs[-1][-1][1], start):
            runs[-1].append((start, end))
        else:
            runs.append([(start, end)])
    for run in reversed(runs):
        if len(run) >= max(len(options) - 1, 2):
            text = f"{text[: run[0][0]]}\n{text[run[-1][1] :]}"
    return text


def _items(text: str, options: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Where a letter stands with its own option's text, as in "B) meningioma"."""
    of_letter = dict(zip(letters_of(options), options, strict=False))
    for mark in _ITEM.finditer(text):
        option = of_letter.get(mark[1].upper())
        if option is not None and (label := spoken(option).match(text, mark.end())):
            yield mark.start(), label.end()
