"""Rescaled BERTScore, for `evaluate.load`; see `eval.metrics.encoder`."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate

from eval.metrics import encoder
from eval.metrics.averages import mean

_CITATION = """
@inproceedings{zhang2020bertscore,
  title = {BERTScore: Evaluating Text Generation with BERT},
  author = {Zhang, Tianyi and Kishore, Varsha and Wu, Felix and Weinberger, Kilian Q. and
            Artzi, Yoav},
  booktitle = {International Conference on Learning Representations},
  year = {2020}
}
"""


class Bertscore(evaluate.Metric):
    """How alike answers and references are, word by word, to a text encoder."""

    def _info(self) -> Any:
        return evaluate.MetricInfo(
            description="The mean BERTScore F1 by an encoder on this machine, rescaled so that "
            "pairs of different references score 0; with the encoder's name, the layer and the "
            "baseline, which a score means nothing without.",
            citation=_CITATION,
            inputs_description="""
            predictions: answers in words.
            references: the texts to hold them against.
            folder: of the encoder, such as a download of all-MiniLM-L6-v2.
            layer: whose vectors to compare, from 1; the last one by default.
            """,
            features=datasets.Features(
                {
                    "predictions": datasets.Value("string"),
                    "references": datasets.Value("string"),
                }
            ),
        )

    def _compute(
        self, predictions: list[str], references: list[str], folder: str, layer: int | None = None
    ) -> dict[str, Any]:
        found = encoder.bert_score(predictions, references, folder, layer=layer)
        return {
            "bertscore_f1": mean(found.scores),
            "bertscore_model": found.model,
            "bertscore_layer": found.layer,
            "bertscore_baseline": found.baseline,
        }
