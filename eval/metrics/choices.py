"""What a model chose: by letter, by text, and when the options change places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from eval.questions import Question
from neuroonco.text import fold

NO_LETTER = "no letter"


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often each answer was given for each true one.

    Attributes:
        truths: the true answer texts, the most frequent first: a row each.
        choices: the same texts, then those that were only ever chosen, then `NO_LETTER`: a column
            each, so that right answers lie on the diagonal.
        counts: a row for each truth with a number for each choice.
    """

    truths: tuple[str, ...]
    choices: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Circular:
    """How answers hold while the options go round.

    Attributes:
        n: questions that were asked under their rotations.
        accuracy: the share of them that were answered rightly under every rotation.
        consistency: the share of them where every rotation led to the same option, right or wrong.
    """

    n: int
    accuracy: float
    consistency: float


def letter_histogram(letters: Iterable[str | None]) -> dict[str, int]:
    """Count how often each letter was chosen, in the order of the alphabet.

    Args:
        letters: one a question; those that are None count under `NO_LETTER`, which comes last.
    """
    counts = Counter(letters)
    missing = counts.pop(None, 0)
    named = {letter: counts[letter] for letter in sorted(filter(None, counts))}
    return named | ({NO_LETTER: missing} if missing else {})


def confusion(questions: Sequence[Question], letters: Sequence[str | None]) -> Confusion:
    """Set the chosen texts against the true ones.

    Texts that are equal after folding case and punctuation are one, written as first met. The truth
    of a trap is the option that is right for it, "None of the above".

    Args:
        questions: of one type, such as the diagnoses.
        letters: the letter chosen for each, in the same order; None where there is none.
    """
    names: dict[str, str] = {}

    def name(text: str) -> str:
        return names.setdefault(fold(text), text)

    pairs = Counter(
        (
            name(question.answer_text),
            NO_LETTER if letter is None else name(question.options[question.letters.index(letter)]),
        )
        for question, letter in zip(questions, letters, strict=True)
    )
    truths = _by_frequency((truth, n) for (truth, _), n in pairs.items())
    chosen = _by_frequency((choice, n) for (_, choice), n in pairs.items())
    others = [text for text in chosen if text not in truths and text != NO_LETTER]
    choices = (*truths, *others, NO_LETTER)
    counts = tuple(tuple(pairs[truth, choice] for choice in choices) for truth in truths)
    return Confusion(truths, choices, counts)


def circular(
    chosen: Sequence[Sequence[Hashable | None]], correct: Sequence[Sequence[bool]]
) -> Circular:
    """Score questions that were asked under every rotation of their options.

    The accuracy is that of "CircularEval" (Liu et al. 2023, "MMBench"). Where an answer names no
    option, the question is neither right nor consistent.

    Args:
        chosen: for each question, what was chosen under each rotation: the text of the option or
            its place in the unrotated question, not the letter; None where there is none.
        correct: for each question, whether it was answered rightly under each rotation.
    """
    if any(len(one) != len(other) for one, other in zip(chosen, correct, strict=True)):
        raise ValueError("a question needs as many choices as it has marks")
    n = len(chosen)
    same = sum(None not in options and len(set(options)) == 1 for options in chosen)
    right = sum(all(marks) for marks in correct)
    return Circular(n, *((right / n, same / n) if n else (float("nan"), float("nan"))))


def _by_frequency(counted: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    total: Counter[str] = Counter()
    for text, n in counted:
        total[text] += n
    return tuple(text for text, _ in total.most_common())
