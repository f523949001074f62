"""Whether a model says "None of the above" where it is right, and only there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.questions import Question
from neuroonco.text import fold

_REJECTION = fold("None of the above")


@dataclass(frozen=True, slots=True)
class Rejection:
    """How a model uses the option that rejects all others.

    Attributes:
        n: questions that offer it.
        traps: those of them where it is the answer.
        chosen: how often the model chose it.
        recall: the share of traps where it was chosen; None without a trap.
        precision: the share of choices that were traps; None where it was never chosen.
        f1: ``2 hits / (traps + chosen)``; None where there is neither a trap nor a choice.
        false_rejections: the share of the questions with another answer where it was chosen all
            the same; None without such a question.
    """

    n: int
    traps: int
    chosen: int
    recall: float | None
    precision: float | None
    f1: float | None
    false_rejections: float | None


def rejection(questions: Sequence[Question], letters: Sequence[str | None]) -> Rejection:
    """Count the rejections of questions that offer "None of the above".

    Args:
        questions: closed questions; those that don't offer the option are passed over.
        letters: the letter chosen for each, in the same order; None where there is none.
    """
    pairs = [
        (question.answer == rejects, letter == rejects)
        for question, letter in zip(questions, letters, strict=True)
        if (rejects := rejecting_letter(question)) is not None
    ]
    traps = sum(trap for trap, _ in pairs)
    chosen = sum(said for _, said in pairs)
    hits = sum(trap and said for trap, said in pairs)
    return Rejection(
        n=len(pairs),
        traps=traps,
        chosen=chosen,
        recall=_share(hits, traps),
        precision=_share(hits, chosen),
        f1=_share(2 * hits, traps + chosen),
        false_rejections=_share(chosen - hits, len(pairs) - traps),
    )


def rejecting_letter(question: Question) -> str | None:
    """The letter of "None of the above" in any case and punctuation; None if it isn't offered."""
    folded = [fold(option) for option in question.options]
    return question.letters[folded.index(_REJECTION)] if _REJECTION in folded else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
