"""Token F1, for `evaluate.load`; see `eval.metrics.overlap`."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate

from eval.metrics import overlap
from eval.metrics.averages import mean

_CITATION = """
@inproceedings{rajpurkar2016squad,
  title = {SQuAD: 100,000+ Questions for Machine Comprehension of Text},
  author = {Rajpurkar, Pranav and Zhang, Jian and Lopyrev, Konstantin and Liang, Percy},
  booktitle = {Proceedings of EMNLP},
  year = {2016}
}
"""


class TokenF1(evaluate.Metric):
    """How many words answers share with their references, in any order."""

    def _info(self) -> Any:
        return evaluate.MetricInfo(
            description="The mean harmonic mean of the precision and recall of an answer's words.",
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
        return {"token_f1": mean(map(overlap.token_f1, predictions, references))}
