"""Models that never look: chance and the two blind floors, to run like any other model."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from eval.metrics.blind_floors import majority, option_prior
from eval.models.base import Baseline
from eval.questions import Question
from neuroonco.errors import ModelError


@dataclass(frozen=True, slots=True)
class RandomBaseline:
    """A letter by lot, drawn for each question on its own: order and batches don't matter."""

    seed: int = 0
    name: str = "baseline:random"

    def describe(self) -> dict[str, Any]:
        """The name and the seed."""
        return {"name": self.name, "backend": "baseline", "seed": self.seed}

    def choose(self, questions: Sequence[Question]) -> list[str]:
        """Draw a letter for each question."""
        return [
            random.Random(f"{self.seed} {question.question_id}").choice(question.letters)
            for question in questions
        ]


@dataclass(frozen=True, slots=True)
class FloorBaseline:
    """One of the rules of `eval.metrics.blind_floors` in the place of a model."""

    name: str
    rule: Callable[[Sequence[Question]], list[str]]

    def describe(self) -> dict[str, Any]:
        """The name; the rule learns from the dataset, which the run describes."""
        return {"name": self.name, "backend": "baseline"}

    def choose(self, questions: Sequence[Question]) -> list[str]:
        """Apply the rule."""
        return self.rule(questions)


def load_baseline(spec: str, seed: int = 0) -> Baseline:
    """Make the baseline called ``baseline:random``, ``baseline:majority`` or ``baseline:prior``.

    Raises:
        ModelError: there is no such baseline.
    """
    if spec == "baseline:random":
        return RandomBaseline(seed)
    rules = {"baseline:majority": majority, "baseline:prior": option_prior}
    if spec not in rules:
        raise ModelError(
            f"{spec}: there is no such baseline; choose baseline:random, baseline:majority or "
            "baseline:prior"
        )
    return FloorBaseline(spec, rules[spec])
