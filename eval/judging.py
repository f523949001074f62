"""Let a model grade open answers by a written rubric; what it cannot grade stays unscored."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from eval.jsonl import append_lines, as_row, cut_torn_line, read_lines
from eval.models.base import Answer, Model, Request
from eval.parse.clean import without_thoughts
from eval.predictions import Prediction
from eval.progress import progress
from eval.questions import OpenQuestion
from eval.runs import SavedRun
from eval.settings import Settings
from neuroonco.errors import RunError
from neuroonco.prompts import Prompt, load_prompt

RUBRIC = "eval/judge_rubric"
BEST = 4
"""The highest grade of the rubric; 0 is the lowest."""

_GRADE = re.compile(r'"score"\s*:\s*"?([0-9]+(?:\.[0-9]+)?)')
_BATCH_SIZE = 16


class Judge(NamedTuple):
    """A judge's name; and the rubric's name and version with the digest of its file."""

    name: str
    rubric: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """One line of judgements.jsonl.

    Attributes:
        question_id: of the question.
        judge: the judge's name.
        rubric: as in `Judge`.
        answer: digest of the answer that was graded.
        raw: what the judge said.
        grade: 0 to `BEST`, None where the judge failed or gave none.
        error: why there is no grade, or None.
    """

    question_id: str
    judge: str
    rubric: str
    answer: str
    raw: str
    grade: int | None
    error: str | None

    @property
    def by(self) -> Judge:
        """Who graded, by which rubric."""
        return Judge(self.judge, self.rubric)


def judge_run(saved: SavedRun, judge: Model, rubric: str = RUBRIC) -> None:
    """Grade the answers of a run that this judge has not graded yet; failures are tried again.

    The judge is told the question, the reference and the answer; no picture, and nobody's name.

    Raises:
        RunError: the run is not one of open questions, or the rubric is none.
    """
    check_judged(saved.settings)
    prompt = load_prompt(rubric)
    if prompt.config != "judge":
        raise RunError(f"{rubric} is no rubric; give a prompt whose config is judge")
    cut_torn_line(_file(saved))
    questions = {q.question_id: q for q in saved.dataset if isinstance(q, OpenQuestion)}
    judged_by = Judge(judge.name, _name(prompt))
    done = grades(saved, judged_by)
    todo = [line for line in _answered(saved) if line.question_id not in done]
    size = getattr(judge, "batch_size", _BATCH_SIZE)
    with progress() as bar:
        task = bar.add_task(f"judged by {judge.name}", total=len(todo))
        for start in range(0, len(todo), size):
            batch = todo[start : start + size]
            told = [_request(prompt, questions[line.question_id], line.raw) for line in batch]
            replies = zip(batch, judge.generate(told), strict=True)
            graded = (_judgement(line, judged_by, reply) for line, reply in replies)
            append_lines(_file(saved), map(as_row, graded))
            bar.advance(task, len(batch))


def check_judged(settings: Settings) -> None:
    """Refuse to have closed answers graded.

    Raises:
        RunError: says why.
    """
    if settings.config != "open":
        raise RunError("a judge grades open answers; closed ones need none, leave --judge")


def judges(saved: SavedRun) -> list[Judge]:
    """Who has graded a run, in the order they first did."""
    return list(dict.fromkeys(one.by for one in _read(saved)))


def grades(saved: SavedRun, by: Judge) -> dict[str, int]:
    """The grades that a judge has given to a run's answers as they are now, by question id."""
    answers = {line.question_id: _digest(line.raw) for line in saved.predictions}
    return {
        one.question_id: one.grade
        for one in _read(saved)
        if one.by == by and one.grade is not None and answers.get(one.question_id) == one.answer
    }


def read_grade(reply: str) -> int | None:
    """The grade in a judge's reply, None where there is none from 0 to `BEST`."""
    found = _GRADE.findall(without_thoughts(reply))
    grade = float(found[-1]) if found else -1.0
    return int(grade) if grade.is_integer() and 0 <= grade <= BEST else None


def _answered(saved: SavedRun) -> list[Prediction]:
    return [line for line in saved.predictions if line.outcome == "answer"]


def _request(prompt: Prompt, question: OpenQuestion, answer: str) -> Request:
    words = prompt.render(
        question=question.text,
        reference=question.reference,
        answer=without_thoughts(answer).strip(),
    )
    return Request(image=None, prompt=words)


def _name(rubric: Prompt) -> str:
    return f"{rubric.name} {rubric.version} {rubric.digest[:16]}"


def _judgement(line: Prediction, by: Judge, answer: Answer) -> Judgement:
    grade = read_grade(answer.text) if answer.error is None else None
    no_grade = f"no grade from 0 to {BEST} in the reply" if grade is None else None
    return Judgement(
        question_id=line.question_id,
        judge=by.name,
        rubric=by.rubric,
        answer=_digest(line.raw),
        raw=answer.text,
        grade=grade,
        error=answer.error or no_grade,
    )


def _read(saved: SavedRun) -> Iterator[Judgement]:
    return read_lines(_file(saved), lambda row: Judgement(**row))


def _file(saved: SavedRun) -> Path:
    return saved.folder / "judgements.jsonl"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
