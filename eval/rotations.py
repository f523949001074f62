"""Rotate the options of a question, to see whether a model chooses a text or a place."""

from __future__ import annotations

from dataclasses import replace

from eval.metrics.rejection import rejecting_letter
from eval.questions import Question


def count_rotations(question: Question) -> int:
    """How many orders a question is asked in: one for each option that moves.

    "None of the above" stays last: it means the options above it.
    """
    is_last = rejecting_letter(question) == question.letters[-1]
    return max(1, len(question.options) - is_last)


def rotate(question: Question, by: int) -> Question:
    """Move every option up by so many places, the first ones behind the others.

    Args:
        question: as the dataset has it.
        by: from 0, which changes nothing, up to `count_rotations` less one.

    Returns:
        The same question with its options in another order and the letter of the answer to match.
    """
    moving = count_rotations(question)
    order = [original_place(question, place, by) for place in range(len(question.options))]
    if by % moving == 0:
        return question
    answer = order.index(question.letters.index(question.answer))
    return replace(
        question,
        options=tuple(question.options[place] for place in order),
        answer=question.letters[answer],
    )


def original_place(question: Question, place: int, by: int) -> int:
    """Where the option that a rotation shows at a place stood before."""
    moving = count_rotations(question)
    return (place + by) % moving if place < moving else place
