"""Read which option a model's answer chose, and say so only where it is plain.

Nothing is guessed: an answer that names no option, several, or declines, keeps an outcome of its
own. There is no "most similar option" and no draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from eval.parse.claims import Claim, Reader
from eval.parse.clean import clean, without_restated
from eval.parse.named import named_options
from eval.parse.phrases import pattern
from eval.questions import letters_of
from neuroonco.text import words

__all__ = ["OUTCOMES", "Choice", "Outcome", "parse_choice"]

Outcome = Literal["letter", "answer", "refusal", "ambiguous", "unparsed", "error"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class Choice:
    """What an answer chose.

    Attributes:
        outcome: ``letter`` (one option was chosen), ``answer`` (to an open question, in words),
            ``refusal`` (the model declined), ``ambiguous`` (it named several, or a letter and a
            text that contradict each other), ``unparsed`` (it named none, or said nothing), or
            ``error`` (the model failed and there is no answer).
        letter: the chosen letter; None for every other outcome.
    """

    outcome: Outcome
    letter: str | None = None

    def __post_init__(self) -> None:
        if (self.outcome == "letter") != (self.letter is not None):
            raise ValueError("a choice has a letter exactly where its outcome is 'letter'")


# Characters read at each end of an answer: a model caught in a loop says nothing new between them.
_HEAD, _TAIL = 2_000, 6_000

_REFUSAL = Choice("refusal")
_AMBIGUOUS = Choice("ambiguous")
_UNPARSED = Choice("unparsed")


def parse_choice(text: str, options: Sequence[str]) -> Choice:
    """Read a model's raw answer to a multiple-choice question.

    Thoughts, mark-up and a restated list of the options are set aside first. What is taken back
    ("A … wait, B") gives way to what follows. Then the first of these that is there decides:

    1. the last commitment in so many words ("the answer is B", "故选B"),
    2. a sentence that begins with a letter as an answer does ("B", "(B) Meningioma"),
    3. a refusal,
    4. the text of exactly one option.

    Of an answer of more than 8,000 characters only the first 2,000 and the last 6,000 are read.

    Args:
        text: the raw answer; any text at all.
        options: the option texts in letter order; at most 26.

    Returns:
        The choice; its outcome is never ``error``.
    """
    options = tuple(options)
    answer = clean(text)
    if len(answer) > _HEAD + _TAIL:
        answer = f"{answer[:_HEAD]}\n{answer[-_TAIL:]}"
    if exact := _whole_text(answer, options):
        return _one_of(exact)
    parts = pattern("retractions").split(without_restated(answer, options))
    choice, says_letter = _UNPARSED, False
    for part in reversed(parts):
        earlier, by_letter = _read(part, options)
        if choice == _UNPARSED:
            choice, says_letter = earlier, by_letter
        elif earlier.letter and by_letter and not says_letter and choice != _REFUSAL:
            # A later text that only mentions another option takes nothing back, nor does it agree.
            return earlier if earlier == choice else _AMBIGUOUS
    return choice


def _read(text: str, options: tuple[str, ...]) -> tuple[Choice, bool]:
    """Read a text in which nothing is taken back; also say whether it chose by letter."""
    reader = Reader(options)
    explicit, bare = reader.explicit(text), reader.bare(text)
    if explicit:
        last = explicit[-1]
        return _settle(last, explicit, bare), last.by_letter
    if bare:
        return _one_of(bare), True
    if pattern("refusals").search(text):
        return _REFUSAL, False
    return _one_of(named_options(text, options)), False


def _settle(last: Claim, explicit: list[Claim], bare: frozenset[str]) -> Choice:
    """The last claim wins, unless it is a text that contradicts a letter said before."""
    if last.by_letter:
        return _one_of(last.letters)
    letters = [claim.letters for claim in explicit if claim.by_letter]
    return _one_of(last.letters.union(letters[-1] if letters else bare))


def _one_of(letters: frozenset[str]) -> Choice:
    if not letters:
        return _UNPARSED
    return Choice("letter", *letters) if len(letters) == 1 else _AMBIGUOUS


def _whole_text(text: str, options: tuple[str, ...]) -> frozenset[str]:
    """The options whose text is the whole answer."""
    said = words(text)
    return frozenset(
        letter
        for letter, option in zip(letters_of(options), options, strict=False)
        if said and said == words(option)
    )
