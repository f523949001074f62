"""ROUGE-L, for `evaluate.load`; see `eval.metrics.overlap`."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate

from eval.metrics import overlap
from eval.metrics.averages import mean

_CITATION = """
@inproceedings{lin2004rouge,
  title = {ROUGE: A Package for Automatic Evaluation of Summaries},
  author = {Lin, Chin-Yew},
  booktitle = {Text Summarization Branches Out},
  year = {2004}
}
"""


class RougeL(evaluate.Metric):
    """How long a sequence of words answers share with their references."""

    def _info(self) -> Any:
        return evaluate.MetricInfo(
            description="The mean F-measure of the longest common subsequence of words, unstemmed.",
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
        return {"rouge_l": mean(map(overlap.rouge_l, predictions, references))}
