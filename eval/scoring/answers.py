"""The answers of a run that are scored, by question."""

from __future__ import annotations

from typing import NamedTuple

from eval.parse.clean import without_thoughts
from eval.predictions import Prediction
from eval.questions import OpenQuestion, Question
from eval.runs import SavedRun


class Answered(NamedTuple):
    """A closed question with what was answered to it in the dataset's own order of options."""

    question: Question
    prediction: Prediction


class Said(NamedTuple):
    """An open question with what was said, without the thoughts before it."""

    question: OpenQuestion
    text: str


def answered(saved: SavedRun) -> list[Answered]:
    """The closed questions that have an answer, in the order of the dataset."""
    lines = _scored(saved)
    return [
        Answered(question, lines[question.question_id])
        for question in saved.questions
        if isinstance(question, Question) and question.question_id in lines
    ]


def said(saved: SavedRun) -> list[Said]:
    """The open questions that have an answer, in the order of the dataset."""
    lines = _scored(saved)
    return [
        Said(question, without_thoughts(lines[question.question_id].raw).strip())
        for question in saved.questions
        if isinstance(question, OpenQuestion) and question.question_id in lines
    ]


def _scored(saved: SavedRun) -> dict[str, Prediction]:
    return {
        line.question_id: line
        for line in saved.predictions
        if line.rotation == 0 and line.outcome != "error"
    }
