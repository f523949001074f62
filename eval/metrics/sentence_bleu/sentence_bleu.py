"""Sentence BLEU with effective order, for `evaluate.load`; see `eval.metrics.overlap`."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate

from eval.metrics import overlap
from eval.metrics.averages import mean

_CITATION = """
@inproceedings{post2018call,
  title = {A Call for Clarity in Reporting BLEU Scores},
  author = {Post, Matt},
  booktitle = {Proceedings of the Third Conference on Machine Translation},
  year = {2018}
}
"""


class SentenceBleu(evaluate.Metric):
    """How many runs of words answers share with their references."""

    def _info(self) -> Any:
        return evaluate.MetricInfo(
            description="The mean sentence BLEU, 0 to 1, with effective order: n-grams that a text "
            "is too short for are left out.",
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
        return {"sentence_bleu": mean(map(overlap.bleu, predictions, references))}
