"""Shares of right answers, and what a blind guess would reach."""

from __future__ import annotations

from collections.abc import Sequence

from eval.questions import Question


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
