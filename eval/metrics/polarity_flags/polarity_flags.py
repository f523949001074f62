"""Flags of negation and side, for `evaluate.load`; see `eval.metrics.polarity`."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate

from eval.metrics import polarity
from eval.metrics.averages import mean

_CITATION = """
@article{chapman2001simple,
  title = {A Simple Algorithm for Identifying Negated Findings and Diseases in Discharge Summaries},
  author = {Chapman, Wendy W. and Bridewell, Will and Hanbury, Paul and Cooper, Gregory F. and
            Buchanan, Bruce G.},
  journal = {Journal of Biomedical Informatics},
  year = {2001}
}
"""


class PolarityFlags(evaluate.Metric):
    """How many answers say the opposite of their reference."""

    def _info(self) -> Any:
        return evaluate.MetricInfo(
            description="The share of answers that deny what the reference asserts, or the "
            "reverse, and of those that name another side. Flags for a reader, no verdicts.",
            citation=_CITATION,
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
            "negation_differs": mean(map(polarity.negation_differs, predictions, references)),
            "laterality_differs": mean(map(polarity.laterality_differs, predictions, references)),
        }
