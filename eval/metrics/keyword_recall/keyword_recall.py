"""Keyword recall, for `evaluate.load`; see `eval.metrics.keywords`."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate

from eval.metrics import keywords as measures
from eval.metrics.averages import mean


class KeywordRecall(evaluate.Metric):
    """How many keywords answers mention, beside how many the questions give away."""

    def _info(self) -> Any:
        return evaluate.MetricInfo(
            description="The mean share of a question's keywords that the answer mentions; the "
            "same over the keywords that the question itself does not mention; and, to hold the "
            "first against, what echoing the question earns. Questions without a keyword are left "
            "out; a number is None where none is left.",
            citation="",
            inputs_description="""
            predictions: answers in words.
            questions: the texts that were asked.
            keywords: the keywords of each question; may be empty.
            """,
            features=datasets.Features(
                {
                    "predictions": datasets.Value("string"),
                    "questions": datasets.Value("string"),
                    "keywords": datasets.Sequence(datasets.Value("string")),
                }
            ),
        )

    def _compute(
        self, predictions: list[str], questions: list[str], keywords: list[list[str]]
    ) -> dict[str, float | None]:
        recall = measures.keyword_recall
        unprompted = measures.keyword_recall_unprompted
        return {
            "keyword_recall": mean(map(recall, predictions, keywords)),
            "keyword_recall_echo": mean(map(recall, questions, keywords)),
            "keyword_recall_unprompted": mean(map(unprompted, predictions, questions, keywords)),
        }
