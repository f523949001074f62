"""Whether an answer in words mentions what a right one has to mention."""

from __future__ import annotations

from collections.abc import Sequence

from neuroonco.text import fold


def keyword_recall(answer: str, keywords: Sequence[str]) -> float | None:
    """The share of the keywords that an answer mentions.

    A keyword is mentioned where its words follow one another in the answer, whatever their case and
    punctuation: "round" is not mentioned by "surrounding".

    The keywords of a question are in part given away by its own words. Recall of the question's
    text, taken as if it were the answer, is the baseline to set beside that of a model: on the
    published benchmark it is 0.405 in the mean over the 1,132 questions with a keyword.

    Args:
        answer: what the model said.
        keywords: of the question; one without a letter or digit is passed over.

    Returns:
        0 to 1, or None where there is no keyword to be found.
    """
    wanted = [fold(keyword) for keyword in keywords if fold(keyword)]
    said = f" {fold(answer)} "
    found = sum(f" {keyword} " in said for keyword in wanted)
    return found / len(wanted) if wanted else None


def keyword_recall_unprompted(answer: str, question: str, keywords: Sequence[str]) -> float | None:
    """The share of the keywords that an answer mentions and the question does not.

    Args:
        answer: what the model said.
        question: the text it was asked.
        keywords: of the question.

    Returns:
        0 to 1, or None where the question gives every keyword away; repeating it earns 0.
    """
    return keyword_recall(
        answer, [word for word in keywords if not keyword_recall(question, [word])]
    )
