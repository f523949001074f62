"""How alike answers and references are to a text encoder, the echo of the question beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.metrics.encoder import bert_score, embedding_similarity
from eval.scoring.answers import Said


@dataclass(frozen=True, slots=True)
class Encoder:
    """What scores by an encoder depend on.

    Attributes:
        model: the name of its folder.
        layer: the one BERTScore compares, counted from 1.
        baseline: the unscaled F1 that BERTScore is rescaled against, the mean over pairs of
            different references; None where there are no two, and then there is no BERTScore.
    """

    model: str
    layer: int
    baseline: float | None


def encoded(
    scored: Sequence[Said], references: Sequence[str], folder: Path
) -> tuple[dict[str, Sequence[float | None]], Encoder]:
    """Measure answers by an encoder.

    Args:
        scored: the answers.
        references: of the whole dataset, so that runs over parts of it have one baseline.
        folder: of the encoder.

    Returns:
        By measure, a value an answer; and what they depend on.

    Raises:
        MetricError: the folder holds no text encoder, or a package is missing.
    """
    n = len(scored)
    texts = [one.text for one in scored] + [one.question.text for one in scored]
    wanted = 2 * [one.question.reference for one in scored]
    alike = embedding_similarity(texts, wanted, folder)
    found = bert_score(texts, wanted, folder, corpus=references)
    return {
        "embedding_similarity": alike[:n],
        "embedding_similarity_echo": alike[n:],
        "bert_score": found.scores[:n],
        "bert_score_echo": found.scores[n:],
    }, Encoder(found.model, found.layer, found.baseline)
