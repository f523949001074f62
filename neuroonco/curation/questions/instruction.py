"""Conversations for fine-tuning: open, closed, and closed with a short explanation."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from neuroonco.curation.questions.opened import explain
from neuroonco.curation.questions.subjects import Subject
from neuroonco.prompts import load_words


def converse(
    subject: Subject,
    closed: Sequence[Mapping[str, Any]],
    opened: Mapping[str, Mapping[str, Any]],
    seed: int = 0,
) -> list[dict[str, Any]]:
    """Turn a picture's questions into conversations.

    Args:
        subject: the picture.
        closed: its closed questions, of `ClosedQuestions.about`; each is put in two ways.
        opened: its open questions, of `ask_open`.
        seed: another one gives other forms.

    Returns:
        Objects with ``task`` (``open``, ``closed``, ``closed_cot``), ``question_type`` and
        ``messages`` (a user's and an assistant's), without a mark for the picture.
    """
    draw = random.Random(f"{seed} instruction {subject.image_id}")
    return [*_of_open(opened, draw), *_of_closed(subject, closed, draw)]


def _of_open(
    opened: Mapping[str, Mapping[str, Any]], draw: random.Random
) -> Iterator[dict[str, Any]]:
    forms = load_words("questions/instruction")["open"]
    for question in opened.values():
        asked = draw.choice(forms).format(question=question["question"])
        kind = question["question_type"]
        yield _conversation("open", kind, asked, question["reference_answer"])


def _of_closed(
    subject: Subject, closed: Sequence[Mapping[str, Any]], draw: random.Random
) -> Iterator[dict[str, Any]]:
    words = load_words("questions/instruction")
    for question in closed:
        options = "\n".join(
            words["option"].format(letter=letter, text=text)
            for letter, text in question["options"].items()
        )
        for task in ("closed", "closed_cot"):
            asked = draw.choice(words[task]).format(question=question["question"], options=options)
            answer = question["answer"]
            if task == "closed_cot":
                reason = _reason(subject, question, words)
                answer = words["explained"].format(letter=answer, reason=reason)
            yield _conversation(task, question["question_type"], asked, answer)


def _reason(subject: Subject, question: Mapping[str, Any], words: Mapping[str, str]) -> str:
    kind = question["question_type"]
    if kind == "diagnosis" and not _names_a_type(question):
        kind = "normality"
    reason = explain(kind, subject)
    return words["trap"].format(reason=reason) if question.get("meta_trap") else reason


def _names_a_type(question: Mapping[str, Any]) -> bool:
    """Whether a diagnosis question is about the tumour's type, not about normal or abnormal."""
    names = set(load_words("questions/closed")["diagnosis"]["options"].values())
    return not names.isdisjoint(question["options"].values())


def _conversation(task: str, kind: str, asked: str, answer: str) -> dict[str, Any]:
    return {
        "task": task,
        "question_type": kind,
        "messages": [
            {"role": "user", "content": asked},
            {"role": "assistant", "content": answer},
        ],
    }
