"""The use of "None of the above", for `evaluate.load`; see `eval.metrics.rejection`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import datasets
import evaluate

from eval.metrics.bare import bare_questions, chosen_letters
from eval.metrics.rejection import rejection


class ClosedRejection(evaluate.Metric):
    """Whether "None of the above" is chosen where it is right, and only there."""

    def _info(self) -> Any:
        return evaluate.MetricInfo(
            description='Recall, precision and F1 of choosing "None of the above", and the share '
            "of questions with another answer where it was chosen all the same, over the questions "
            "that offer it. A number is None where nothing could be counted.",
            citation="",
            inputs_description="""
            predictions: the letter chosen for each question; empty where there is none.
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
    ) -> dict[str, float | None]:
        found = rejection(bare_questions(options, references), chosen_letters(predictions))
        return {f"rejection_{name}": value for name, value in asdict(found).items()}
