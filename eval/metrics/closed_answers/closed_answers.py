"""Raw answers to closed questions, for `evaluate.load`; see `eval.parse.parse_choice`."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate

from eval.metrics.accuracy import accuracy, chance, chance_corrected
from eval.metrics.bare import bare_questions
from eval.parse import parse_choice

_OUTCOMES = ("letter", "refusal", "ambiguous", "unparsed")


class ClosedAnswers(evaluate.Metric):
    """What raw answers chose, and how often it was right."""

    def _info(self) -> Any:
        return evaluate.MetricInfo(
            description="Reads the letter out of each raw answer, guessing nothing. The share of "
            "answers that came to each outcome, and the accuracy, in which those without a letter "
            "count as wrong, beside what guessing is expected to reach.",
            citation="",
            inputs_description="""
            predictions: the raw text that a model gave to each question.
            references: the right letters.
            options: the option texts of each question, in letter order.
            """,
            features=datasets.Features(
                {
                    "predictions": datasets.Value("string"),
                    "references": datasets.Value("string"),
                    "options": datasets.Sequence(datasets.Value("string")),
                }
            ),
        )

    def _compute(
        self, predictions: list[str], references: list[str], options: list[list[str]]
    ) -> dict[str, float]:
        questions = bare_questions(options, references)
        choices = [parse_choice(text, own) for text, own in zip(predictions, options, strict=True)]
        correct = [
            choice.letter == answer for choice, answer in zip(choices, references, strict=True)
        ]
        return {
            "accuracy": accuracy(correct),
            "chance": chance(questions),
            "chance_corrected": chance_corrected(questions, correct),
        } | {
            f"{outcome}_share": accuracy([choice.outcome == outcome for choice in choices])
            for outcome in _OUTCOMES
        }
