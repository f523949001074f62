"""How many words, and in what order, an answer shares with the reference."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any

from eval.metrics.packages import needed
from neuroonco.text import words


def token_f1(answer: str, reference: str) -> float:
    """The harmonic mean of the precision and recall of the words, regardless of their order.

    Source: Rajpurkar et al. 2016, "SQuAD", with words as `neuroonco.text.words` splits them:
    articles count, decimals stay whole.

    Args:
        answer: what the model said.
        reference: the text to hold it against.

    Returns:
        0 to 1; two texts without a word are equal.
    """
    said, wanted = Counter(words(answer)), Counter(words(reference))
    if not said and not wanted:
        return 1.0
    return 2 * (said & wanted).total() / (said.total() + wanted.total())


def rouge_l(answer: str, reference: str) -> float:
    """The F-measure of the longest common subsequence of words, by the package rouge-score.

    Source: Lin 2004, "ROUGE". Words are not stemmed.

    Args:
        answer: what the model said.
        reference: the text to hold it against.

    Returns:
        0 to 1. A single "no" hardly lowers it: see `eval.metrics.polarity`.

    Raises:
        MetricError: the package rouge-score is missing.
    """
    return float(_rouge().score(reference, answer)["rougeL"].fmeasure)


def bleu(answer: str, reference: str) -> float:
    """Sentence BLEU by the package sacrebleu, with effective order.

    Its signature is ``nrefs:1|case:mixed|eff:yes|tok:13a|smooth:exp``. Effective order leaves out
    the n-grams that a short answer is too short for; without it, a right answer of three words
    would score near 0 (Post 2018, "A call for clarity in reporting BLEU scores").

    Args:
        answer: what the model said.
        reference: the text to hold it against.

    Returns:
        0 to 1.

    Raises:
        MetricError: the package sacrebleu is missing.
    """
    return min(1.0, float(_bleu().sentence_score(answer, [reference]).score) / 100)


@lru_cache
def _rouge() -> Any:
    return needed("rouge_score.rouge_scorer").RougeScorer(["rougeL"], use_stemmer=False)


@lru_cache
def _bleu() -> Any:
    return needed("sacrebleu.metrics.bleu").BLEU(effective_order=True)
