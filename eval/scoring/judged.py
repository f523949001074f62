"""What judges made of the answers of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from eval.judging import BEST, grades, judges
from eval.runs import SavedRun
from eval.scoring.answers import Said


@dataclass(frozen=True, slots=True)
class Judged:
    """One judge's work.

    Attributes:
        rubric: the rubric's name and version, with the digest of its file.
        graded: answers with a grade.
        unscored: answers without one, because the judge failed or has not seen them.
    """

    rubric: str
    graded: int
    unscored: int


class Grades(NamedTuple):
    """The grades from 0 to 1, one an answer, None where there is none; and how many there are."""

    grades: list[float | None]
    judged: Judged


def judged(saved: SavedRun, scored: Sequence[Said]) -> dict[str, Grades]:
    """The grades of every judge of a run, by the name of the measure.

    An answer that says nothing is shown to no judge and earns 0.

    Args:
        saved: the run.
        scored: its answers.
    """
    names = Counter(by.name for by in judges(saved))
    found: dict[str, Grades] = {}
    for by in judges(saved):
        given = grades(saved, by)
        shares = [
            _share(given.get(one.question.question_id)) if one.text else 0.0 for one in scored
        ]
        unscored = shares.count(None)
        name = f"judge {by.name}" if names[by.name] == 1 else f"judge {by.name}, {by.rubric}"
        found[name] = Grades(shares, Judged(by.rubric, len(shares) - unscored, unscored))
    return found


def _share(grade: int | None) -> float | None:
    return None if grade is None else grade / BEST
