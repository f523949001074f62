"""Accuracy over letters, for `evaluate.load`; see `eval.metrics.accuracy`."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate

from eval.metrics.accuracy import accuracy, chance, chance_corrected
from eval.metrics.bare import bare_questions, chosen_letters


class ClosedAccuracy(evaluate.Metric):
    """Accuracy of chosen letters, beside what guessing is expected to reach."""

    def _info(self) -> Any:
        return evaluate.MetricInfo(
            description="The share of questions with the right letter; what a draw among each "
            "question's options is expected to reach; and accuracy rescaled so that this is 0.",
            citation="",
            inputs_description="""
            predictions: the letter chosen for each question; empty where there is none, which
                counts as wrong.
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
        letters = chosen_letters(predictions)
        correct = [letter == answer for letter, answer in zip(letters, references, strict=True)]
        return {
            "accuracy": accuracy(correct),
            "chance": chance(questions),
            "chance_corrected": chance_corrected(questions, correct),
        }
