"""Similarity of sentence embeddings, for `evaluate.load`; see `eval.metrics.encoder`."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate

from eval.metrics import encoder
from eval.metrics.averages import mean

_CITATION = """
@inproceedings{reimers2019sentence,
  title = {Sentence-BERT: Sentence Embeddings using Siamese BERT-Networks},
  author = {Reimers, Nils and Gurevych, Iryna},
  booktitle = {Proceedings of EMNLP-IJCNLP},
  year = {2019}
}
"""


class EmbeddingSimilarity(evaluate.Metric):
    """How alike answers and references are to a sentence encoder."""

    def _info(self) -> Any:
        return evaluate.MetricInfo(
            description="The mean cosine of the sentence embeddings of answer and reference, by "
            "an encoder on this machine.",
            citation=_CITATION,
            inputs_description="""
            predictions: answers in words.
            references: the texts to hold them against.
            folder: of the encoder, such as a download of all-MiniLM-L6-v2.
            """,
            features=datasets.Features(
                {
                    "predictions": datasets.Value("string"),
                    "references": datasets.Value("string"),
                }
            ),
        )

    def _compute(
        self, predictions: list[str], references: list[str], folder: str
    ) -> dict[str, float | None]:
        values = encoder.embedding_similarity(predictions, references, folder)
        return {"embedding_similarity": mean(values)}
