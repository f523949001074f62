"""How alike an answer and its reference are to a text encoder, from a folder on this machine."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from math import comb
from pathlib import Path
from typing import Any

from eval.metrics.packages import needed
from neuroonco.errors import MetricError
from neuroonco.text import words

_BATCH_SIZE = 64
_LONGEST = 512  # tokens; what encoders of this kind take
_BASELINE_PAIRS = 1000
_TOLD_APART = 0.9999  # above, rescaling would blow up what is but rounding
_HELD = 1000  # pairs whose token vectors are in memory at once
_DIGITS = 6  # what lies beyond depends on how texts fall into batches


@dataclass(frozen=True, slots=True)
class BertScore:
    """BERTScore F1 of some answers, with what the numbers depend on.

    Attributes:
        scores: one an answer, in order: 1 for the reference's own words, 0 for what is no more like
            it than two references are like each other, and below 0 for less. None throughout where
            there is no baseline.
        model: the encoder folder's own name.
        layer: the one whose vectors were compared, counted from 1.
        baseline: the unscaled F1 that became 0; None where there are no two texts that the encoder
            tells apart.
    """

    scores: tuple[float | None, ...]
    model: str
    layer: int
    baseline: float | None


@dataclass(frozen=True, slots=True)
class _Encoder:
    model: Any
    tokenizer: Any
    layer: int


def embedding_similarity(
    answers: Sequence[str], references: Sequence[str], folder: str | Path
) -> list[float]:
    """The cosine of the sentence embeddings of each answer and its reference.

    An embedding is the mean of the last layer's token vectors, padding left out, at unit length
    (Reimers and Gurevych 2019, "Sentence-BERT"): for encoders that were trained for it, such as
    all-MiniLM-L6-v2. Texts are cut to the tokenizer's length, 512 tokens at most.

    Args:
        answers: what the model said.
        references: the text to hold each against, in the same order.
        folder: of the encoder, with config.json, tokenizer and safetensors.

    Returns:
        One number from -1 to 1 an answer; 0 where a text has no word. Negation hardly lowers it:
        see `eval.metrics.polarity`.

    Raises:
        MetricError: the folder holds no text encoder, or a package is missing.
    """
    pairs = list(zip(answers, references, strict=True))
    encoder = _load(folder)
    vectors = _embed(encoder, {text for pair in pairs for text in pair if words(text)})
    return [
        round(float(vectors[one] @ vectors[other]), _DIGITS) if words(one) and words(other) else 0.0
        for one, other in pairs
    ]


def bert_score(
    answers: Sequence[str],
    references: Sequence[str],
    folder: str | Path,
    *,
    layer: int | None = None,
    corpus: Sequence[str] | None = None,
    seed: int = 0,
) -> BertScore:
    """BERTScore F1 by the package bert-score, without idf weights, rescaled against a baseline.

    Source: Zhang et al. 2020, "BERTScore". Unscaled values crowd together near the top. The
    package's authors rescale them, ``(F1 - b) / (1 - b)``, with b the mean F1 of random pairs of
    sentences from Common Crawl; for a folder of one's own they give no such b. Here it is the mean
    over mismatched references, 1,000 seeded pairs of different ones or all pairs where there are
    fewer: no model's answers enter it, so that models asked the same questions are scored on the
    same scale.

    Args:
        answers: what the model said.
        references: the text to hold each against, in the same order.
        folder: of the encoder, with config.json, tokenizer and safetensors.
        layer: whose vectors to compare, from 1; the last one by default. The package knows a
            better one for some encoders (``bert_score.utils.model2layers``).
        corpus: texts to take the baseline from, such as the references of the whole dataset where
            only some of its questions were asked; by default the references.
        seed: of the draw of pairs.

    Returns:
        The scores with model, layer and baseline. An answer without a word scores 0.

    Raises:
        MetricError: the folder holds no text encoder, it has no such layer, or a package is
            missing.
    """
    pairs = list(zip(answers, references, strict=True))
    encoder = _load(folder, layer)
    name = Path(folder).resolve().name
    baseline = _baseline(encoder, references if corpus is None else corpus, seed)
    if baseline is None:
        return BertScore((None,) * len(pairs), name, encoder.layer, None)
    spoken = [(one, other) for one, other in pairs if words(one) and words(other)]
    found = dict(zip(spoken, _f1(encoder, spoken), strict=True))
    rescaled = [(found.get(pair, baseline) - baseline) / (1 - baseline) for pair in pairs]
    scores = tuple(round(value, _DIGITS) for value in rescaled)
    return BertScore(scores, name, encoder.layer, round(baseline, _DIGITS))


def _baseline(encoder: _Encoder, corpus: Sequence[str], seed: int) -> float | None:
    texts = sorted({text for text in corpus if words(text)})
    if len(texts) < 2:
        return None
    if comb(len(texts), 2) <= _BASELINE_PAIRS:
        pairs = list(combinations(texts, 2))
    else:
        draw = random.Random(seed)
        drawn = (draw.sample(texts, 2) for _ in range(_BASELINE_PAIRS))
        pairs = [(one, other) for one, other in drawn]
    values = _f1(encoder, pairs)
    found = sum(values) / len(values)
    return found if found < _TOLD_APART else None


def _f1(encoder: _Encoder, pairs: Sequence[tuple[str, str]]) -> list[float]:
    """The unscaled F1 of pairs of texts, each with a word."""
    # The package's own loader would take any path with "t5" in it for a T5 model.
    compare = needed("bert_score.utils", "encoder").bert_cos_score_idf
    special = (encoder.tokenizer.cls_token_id, encoder.tokenizer.sep_token_id)
    weights: dict[int, float] = defaultdict(lambda: 1.0, dict.fromkeys(special, 0.0))
    found: list[float] = []
    for start in range(0, len(pairs), _HELD):
        answers, references = map(list, zip(*pairs[start : start + _HELD], strict=True))
        values = compare(
            encoder.model,
            references,
            answers,
            encoder.tokenizer,
            weights,
            batch_size=_BATCH_SIZE,
            device=encoder.model.device,
        )
        found += values[:, 2].tolist()
    return found


def _embed(encoder: _Encoder, texts: set[str]) -> dict[str, Any]:
    """A unit vector of float32 on the CPU for each text."""
    torch = needed("torch", "encoder")
    ordered = sorted(texts, key=lambda text: (len(text), text))  # little padding, always alike
    vectors: dict[str, Any] = {}
    for start in range(0, len(ordered), _BATCH_SIZE):
        batch = ordered[start : start + _BATCH_SIZE]
        inputs = encoder.tokenizer(batch, padding=True, truncation=True, return_tensors="pt")
        inputs = inputs.to(encoder.model.device)
        with torch.inference_mode():
            tokens = encoder.model(**inputs).last_hidden_state
        mask = inputs["attention_mask"].unsqueeze(-1)
        means = (tokens * mask).sum(1) / mask.sum(1)
        vectors |= zip(batch, torch.nn.functional.normalize(means).cpu(), strict=True)
    return vectors


def _load(folder: str | Path, layer: int | None = None) -> _Encoder:
    """Load an encoder up to a layer, from this machine, running none of the folder's own code."""
    transformers = needed("transformers", "encoder")
    torch = needed("torch", "encoder")
    if not Path(folder, "config.json").is_file():
        raise MetricError(
            f"{folder}: no encoder is here; give a folder that holds config.json, the tokenizer "
            "and model.safetensors, such as a download of all-MiniLM-L6-v2"
        )
    try:
        config = transformers.AutoConfig.from_pretrained(folder, local_files_only=True)
        layer = _checked_layer(folder, config, layer)
        config.num_hidden_layers = layer
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        with _quiet(transformers.utils.logging):
            model, report = transformers.AutoModel.from_pretrained(
                folder,
                config=config,
                dtype=torch.float32,
                local_files_only=True,
                use_safetensors=True,
                output_loading_info=True,
            )
    except (OSError, ValueError, ImportError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise MetricError(f"{folder}: cannot be loaded as a text encoder ({reason})") from error
    missing = sorted(key for key in report["missing_keys"] if not key.startswith("pooler."))
    if missing:
        raise MetricError(
            f"{folder}: its weights lack {len(missing)} of the encoder's tensors, {missing[0]} "
            "among them; download it again"
        )
    positions = getattr(config, "max_position_embeddings", _LONGEST)
    tokenizer.model_max_length = min(tokenizer.model_max_length, positions, _LONGEST)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return _Encoder(model.eval().to(device), tokenizer, layer)


def _checked_layer(folder: str | Path, config: Any, layer: int | None) -> int:
    """The layer to stop at, once it is clear that the folder is an encoder and has it."""
    masked = needed("transformers", "encoder").MODEL_FOR_MASKED_LM_MAPPING
    if type(config) not in masked or config.is_encoder_decoder:
        raise MetricError(
            f"{folder}: {config.model_type} is no text encoder; give one of the kind of BERT, such "
            "as all-MiniLM-L6-v2"
        )
    last = int(config.num_hidden_layers)
    if layer is not None and not 1 <= layer <= last:
        raise MetricError(f"{folder}: it has no layer {layer}; give one from 1 to {last}")
    return layer or last


@contextmanager
def _quiet(logging: Any) -> Iterator[None]:
    """Keep the layers that are left out from being reported as a fault."""
    level, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bar:
            logging.enable_progress_bar()
