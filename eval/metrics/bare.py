"""Questions that are nothing but options and an answer, for whoever has no dataset at hand."""

from __future__ import annotations

from collections.abc import Sequence

from eval.questions import Question, letters_of
from neuroonco.errors import MetricError


def bare_questions(options: Sequence[Sequence[str]], answers: Sequence[str]) -> list[Question]:
    """Make a question of each list of options, all of one type and about different images.

    Args:
        options: the option texts of each question, in letter order.
        answers: the letter of the right option of each, in the same order.

    Raises:
        MetricError: an answer is not the letter of an option.
    """
    for i, (texts, answer) in enumerate(zip(options, answers, strict=True)):
        if answer not in tuple(letters_of(texts)):
            raise MetricError(
                f"reference {i} is {answer!r}, and its question has {len(texts)} options; give the "
                "letter of one of them, such as 'A'"
            )
    return [
        Question(str(i), str(i), "", "", tuple(texts), answer)
        for i, (texts, answer) in enumerate(zip(options, answers, strict=True))
    ]


def chosen_letters(predictions: Sequence[str | None]) -> list[str | None]:
    """Read predictions that are letters, or empty where a model chose none.

    Raises:
        MetricError: a prediction is another text.
    """
    for i, text in enumerate(predictions):
        if text and text not in tuple(letters_of([""] * 26)):
            raise MetricError(
                f"prediction {i} is {text[:40]!r}; give a letter, or an empty text where there is "
                "none (eval/metrics/closed_answers reads letters out of raw answers)"
            )
    return [text or None for text in predictions]
