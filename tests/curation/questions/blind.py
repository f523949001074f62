"""What can be read off questions without a picture, stronger than the floors of `eval`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from eval.floors import measure_floors
from eval.questions import Question
from neuroonco.curation.questions import ClosedQuestions, Subject
from neuroonco.floors import Floor

STEPS, RATE, DECAY = 200, 2.0, 0.01


def ask(subjects: Sequence[Subject], **options: Any) -> list[Question]:
    """The closed questions, with the group in the image's place, so that it is left out whole."""
    closed = ClosedQuestions(subjects, **options)
    return [
        Question(
            question_id=f"{subject.image_id}_q{number}",
            image_id=subject.group,
            question_type=asked["question_type"],
            text=asked["question"],
            options=tuple(asked["options"].values()),
            answer=asked["answer"],
            category=subject.category,
            is_trap=asked.get("meta_trap", False),
            original_answer=asked.get("meta_original_answer", ""),
        )
        for subject in subjects
        for number, asked in enumerate(closed.about(subject.image_id), start=1)
    ]


def floors(questions: Sequence[Question]) -> dict[str, Floor]:
    """The floors by name."""
    return {floor.name: floor for floor in measure_floors(questions)}


def above_chance(questions: Sequence[Question], folds: int = 5, seed: int = 0) -> float:
    """How far a small model of the texts gets above chance on groups that it has not seen.

    It is a conditional logit: every option has a worth of its own, one beside each other option,
    one for each letter and one for each phrase of the question.
    """
    texts = sorted({text for question in questions for text in question.options})
    phrases = sorted({question.text for question in questions})
    inputs = [_describe(question, texts, phrases) for question in questions]
    groups = sorted({question.image_id for question in questions})
    order = np.random.default_rng(seed).permutation(len(groups))
    fold_of = {group: place % folds for group, place in zip(groups, order, strict=True)}
    folded = np.array([fold_of[question.image_id] for question in questions])
    hits = 0.0
    for fold in range(folds):
        learnt = [inputs[i] for i in np.flatnonzero(folded != fold)]
        weights = _fit(learnt)
        for i in np.flatnonzero(folded == fold):
            table, right = inputs[i]
            hits += float(np.argmax(weights[table].sum(axis=1)) == right)
    chance = sum(1 / len(question.options) for question in questions) / len(questions)
    return hits / len(questions) - chance


def _describe(
    question: Question, texts: Sequence[str], phrases: Sequence[str]
) -> tuple[np.ndarray, int]:
    """For each option the numbers of its weights (options, weights), and which option is right."""
    n = len(texts)
    asked = phrases.index(question.text)
    names = [texts.index(text) for text in question.options]
    rows = []
    for letter, name in enumerate(names):
        others = [n + name * n + other for other in names if other != name]
        at_letter = n + n * n + letter
        in_phrase = n + n * n + 5 + asked * n + name
        rows.append([name, *others, at_letter, in_phrase])
    return np.array(rows), question.letters.index(question.answer)


def _fit(inputs: Sequence[tuple[np.ndarray, int]]) -> np.ndarray:
    """Weights by gradient ascent on the likelihood, drawn towards zero."""
    size = 1 + max(int(table.max()) for table, _ in inputs)
    by_shape: dict[tuple[int, ...], list[tuple[np.ndarray, int]]] = {}
    for table, right in inputs:
        by_shape.setdefault(table.shape, []).append((table, right))
    stacks = [
        (np.stack([t for t, _ in of]), np.array([r for _, r in of])) for of in by_shape.values()
    ]
    weights = np.zeros(size + 1000)
    for _ in range(STEPS):
        slope = np.zeros_like(weights)
        for tables, right in stacks:
            scores = weights[tables].sum(axis=2)
            chosen = np.exp(scores - scores.max(axis=1, keepdims=True))
            chosen /= chosen.sum(axis=1, keepdims=True)
            error = -chosen
            error[np.arange(len(right)), right] += 1
            spread = np.broadcast_to(error[:, :, None], tables.shape)
            np.add.at(slope, tables.ravel(), spread.ravel())
        weights += RATE * (slope / len(inputs) - DECAY * weights)
    return weights
