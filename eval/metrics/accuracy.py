"""Shares of right answers, what a blind guess would reach, and accuracies held against both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from eval.questions import Question
from neuroonco.text import fold


def accuracy(correct: Sequence[bool]) -> float:
    """The share of right answers; not a number where there is none.

    Args:
        correct: one value a question.
    """
    return sum(correct) / len(correct) if correct else float("nan")


def chance(questions: Sequence[Question]) -> float:
    """What a draw among each question's own options is expected to reach."""
    if not questions:
        return float("nan")
    return sum(1 / len(question.options) for question in questions) / len(questions)


def balanced_accuracy(questions: Sequence[Question], letters: Sequence[str | None]) -> float:
    """The mean of the recalls of the distinct answer texts; not a number without a question.

    Letters are shuffled from question to question, so the classes are texts: the recall of
    "glioma" is the share of the questions answered by "glioma" that were answered rightly. A text
    that is rare weighs as much as a frequent one, and always giving the most frequent one earns
    ``1 / number of texts`` (Brodersen et al. 2010, "The balanced accuracy and its posterior
    distribution"). Texts that are equal after folding case and punctuation are one.

    Args:
        questions: the group to score.
        letters: the letter chosen for each, in the same order; None where there is none.
    """
    by_text: dict[str, list[bool]] = defaultdict(list)
    for question, letter in zip(questions, letters, strict=True):
        by_text[fold(question.answer_text)].append(letter == question.answer)
    recalls = [accuracy(correct) for correct in by_text.values()]
    return sum(recalls) / len(recalls) if recalls else float("nan")


def chance_corrected(questions: Sequence[Question], correct: Sequence[bool]) -> float:
    """Accuracy rescaled so that guessing earns 0 and perfection 1; below 0 is worse than guessing.

    ``(acc - c) / (1 - c)`` with sums over the questions in place of acc and c, where each question
    has its own ``c = 1 / options``: the share of the points above chance that were won. The mean of
    the single questions' ratios would not do: there a wrong answer to one of two options costs four
    times as much as to one of five. Not a number where no question has a second option.

    Args:
        questions: the group to score.
        correct: one value a question, in the same order.
    """
    guessed = [1 / len(question.options) for question in questions]
    won = sum(right - share for right, share in zip(correct, guessed, strict=True))
    above = sum(1 - share for share in guessed)
    return won / above if above else float("nan")
