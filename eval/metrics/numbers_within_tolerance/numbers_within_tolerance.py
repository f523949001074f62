"""Agreement of numbers, for `evaluate.load`; see `eval.metrics.quantities`."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate

from eval.metrics import quantities
from eval.metrics.averages import mean


class NumbersWithinTolerance(evaluate.Metric):
    """How many of the references' numbers the answers give."""

    def _info(self) -> Any:
        return evaluate.MetricInfo(
            description="The mean share of a reference's numbers that the answer gives in the same "
            "unit and within tolerance: 0.5 percentage points, 2 pixels, 0.02 for other decimals; "
            "other whole numbers exactly. References without a number are left out.",
            citation="",
            inputs_description="""
            predictions: answers in words.
            references: the texts to hold them against.
            """,
            features=datasets.Features(
                {
                    "predictions": datasets.Value("string"),
                    "references": datasets.Value("string"),
                }
            ),
        )

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, float | None]:
        return {
            "numbers_within_tolerance": mean(
                map(quantities.numbers_within_tolerance, predictions, references)
            )
        }
