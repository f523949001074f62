"""How far one gets without looking: floors to set beside a score.

Both floors learn from the answers to *other images'* questions of the same type (leave one image
out) and then choose among the options of the question at hand. On the published closed benchmark
the majority answer reaches 0.419 and the option prior 0.693.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from eval.questions import Question
from neuroonco.floors import rate
from neuroonco.text import fold


def majority(questions: Sequence[Question]) -> list[str]:
    """Choose the option that is most often the answer to this type of question.

    Texts are compared as they are written. The first option wins a tie.

    Args:
        questions: all questions of a dataset.

    Returns:
        A letter for each question, in order.
    """
    letters: dict[str, str] = {}
    for group in _by_type(questions):
        answers = Counter(question.answer_text for question in group)
        for image in _by_image(group):
            own = Counter(question.answer_text for question in image)
            for question in image:
                counts = [answers[text] - own[text] for text in question.options]
                letters[question.question_id] = _best(counts)
    return [letters[question.question_id] for question in questions]


def option_prior(questions: Sequence[Question]) -> list[str]:
    """Choose the option whose text was right most often where it was offered.

    An option that was offered n times and right k times counts for ``(k + 1/5) / (n + 1)``. Texts
    are compared after folding case and punctuation. The first option wins a tie.

    Args:
        questions: all questions of a dataset.

    Returns:
        A letter for each question, in order.
    """
    letters: dict[str, str] = {}
    for group in _by_type(questions):
        right, offered = _counts(group)
        for image in _by_image(group):
            own_right, own_offered = _counts(image)
            for question in image:
                letters[question.question_id] = _best(
                    [
                        rate(right[text] - own_right[text], offered[text] - own_offered[text])
                        for text in map(fold, question.options)
                    ]
                )
    return [letters[question.question_id] for question in questions]


def _counts(questions: Iterable[Question]) -> tuple[Counter[str], Counter[str]]:
    """How often each folded option text was right, and how often it was offered."""
    right: Counter[str] = Counter()
    offered: Counter[str] = Counter()
    for question in questions:
        right[fold(question.answer_text)] += 1
        offered.update(map(fold, question.options))
    return right, offered


def _best(values: Sequence[float]) -> str:
    return chr(ord("A") + max(range(len(values)), key=values.__getitem__))


def _by_type(questions: Iterable[Question]) -> Iterator[list[Question]]:
    groups: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        groups[question.question_type].append(question)
    yield from groups.values()


def _by_image(questions: Iterable[Question]) -> Iterator[list[Question]]:
    groups: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        groups[question.image_id].append(question)
    yield from groups.values()
