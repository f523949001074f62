"""Make tiny random vision-language models on the spot, about 1 MB each, for trials without weights.

They know nothing: each answers with one letter from A to E, noise that depends on the picture and
the prompt. Everything around the weights is real (config, tokenizer, chat template, image
processor), so the same code path runs as with a model of billions of parameters.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForImageTextToText, PreTrainedTokenizerFast

from eval.models.tiny_families import (
    BEGIN_IMAGE,
    END_IMAGE,
    FAMILIES,
    IMAGE,
    VIDEO_PROCESSORS,
    Family,
)
from neuroonco.errors import ModelError
from neuroonco.files import write_text

_SPECIAL = ["<pad>", "<s>", "</s>", IMAGE, BEGIN_IMAGE, END_IMAGE]
_CORPUS = (
    "What is the most likely diagnosis? Which MRI sequence is shown? Answer with the letter only.",
    "Options: A. glioma B. meningioma C. metastasis D. lymphoma E. None of the above",
    "What is the size, shape, spread and location of the lesion in this image of the brain?",
)


def make_tiny_vlm(folder: str | Path, family: Family = "llava", seed: int = 0) -> Path:
    """Save a random model of a family, complete enough for ``from_pretrained``.

    Args:
        folder: where to save; made if it is missing.
        family: one of `Family`.
        seed: of the weights; the same seed gives the same model.

    Returns:
        The folder, ready for `eval.load_model`.

    Raises:
        ModelError: the family is unknown.
    """
    if family not in get_args(Family):
        raise ModelError(f"no tiny model {family!r}; choose one of {', '.join(get_args(Family))}")
    made = make_random_vlm(folder, FAMILIES[family], seed)
    if family in VIDEO_PROCESSORS:
        _add_video_processor(made, VIDEO_PROCESSORS[family])
    return made


def make_random_vlm(
    folder: str | Path, parts: Callable[[Any], tuple[Any, Any]], seed: int = 0
) -> Path:
    """Save a random model of any size.

    Args:
        folder: where to save; made if it is missing.
        parts: makes the config and the processor for a tokenizer.
        seed: of the weights.

    Returns:
        The folder.
    """
    tokenizer = _tokenizer()
    config, processor = parts(tokenizer)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = AutoModelForImageTextToText.from_config(config)
        _make_decisive(model)
    _answer_in_letters(model, tokenizer)
    model.eval().save_pretrained(folder)
    processor.save_pretrained(folder)
    return Path(folder)


def _tokenizer() -> Any:
    """Train a byte-level BPE tokenizer: no text is out of its vocabulary."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    bpe.train_from_iterator(
        _CORPUS,
        trainers.BpeTrainer(
            vocab_size=400,
            special_tokens=_SPECIAL,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        padding_side="left",
        extra_special_tokens={
            "image_token": IMAGE,
            "boi_token": BEGIN_IMAGE,
            "eoi_token": END_IMAGE,
        },
        **dict(zip(("pad_token", "bos_token", "eos_token"), _SPECIAL, strict=False)),
    )


def _make_decisive(model: Any) -> None:
    """Spread the random weights so that answers hang on the input and never on rounding.

    At the usual initial scale all logits nearly tie, and some projectors (Gemma 3) start at zero
    and would hide the picture. Small word embeddings beside strong layers keep the last word of
    the prompt from deciding alone.
    """
    embeddings = model.get_input_embeddings().weight
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                gain = 0.1 if parameter is embeddings else 3.0
                parameter.normal_(std=gain / (parameter.numel() / parameter.shape[0]) ** 0.5)


def _answer_in_letters(model: Any, tokenizer: Any) -> None:
    """Let the head know the five letters only, and let each of them end the answer."""
    letters = tokenizer.convert_tokens_to_ids(list("ABCDE"))
    with torch.no_grad():
        head = model.get_output_embeddings().weight
        rows = head[letters] - head[letters].mean(dim=0)  # so that one of them is above zero
        head.zero_()
        head[letters] = rows
    model.generation_config.eos_token_id = letters
    model.generation_config.pad_token_id = tokenizer.pad_token_id


def _add_video_processor(folder: Path, name: str) -> None:
    """Make the folder like a downloaded one, which names its video processor."""
    file = folder / "processor_config.json"
    parts = json.loads(file.read_text(encoding="utf-8"))
    parts["video_processor"] = {"video_processor_type": name}
    write_text(file, json.dumps(parts, indent=2) + "\n")
