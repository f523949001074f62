"""The measures of answers in words that need no model."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from eval.metrics.keywords import keyword_recall, keyword_recall_unprompted
from eval.metrics.overlap import bleu, rouge_l, token_f1
from eval.metrics.polarity import laterality_differs, negation_differs
from eval.metrics.quantities import numbers_within_tolerance
from eval.questions import OpenQuestion

Measure = Callable[[str, OpenQuestion], float | None]

ECHOED: Mapping[str, Measure] = {
    "keyword_recall": lambda text, asked: keyword_recall(text, asked.keywords),
    "keyword_recall_unprompted": lambda text, asked: keyword_recall_unprompted(
        text, asked.text, asked.keywords
    ),
    "token_f1": lambda text, asked: token_f1(text, asked.reference),
    "rouge_l": lambda text, asked: rouge_l(text, asked.reference),
    "bleu": lambda text, asked: bleu(text, asked.reference),
}
"""Measures that repeating the question earns something of; None where there is nothing to find."""

PLAIN: Mapping[str, Measure] = {
    "numbers_within_tolerance": lambda text, asked: numbers_within_tolerance(text, asked.reference),
    "negation_differs": lambda text, asked: negation_differs(text, asked.reference),
    "laterality_differs": lambda text, asked: laterality_differs(text, asked.reference),
}
"""Measures that stand for themselves; of the last two, a share of faults."""
