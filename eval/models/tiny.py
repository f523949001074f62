"""Make tiny random vision-language models on the spot, about 1 MB each, for trials without weights.

They know nothing: each answers with one letter from A to E, noise that depends on the picture and
the prompt. Everything around the weights is real (config, tokenizer, chat template, image
processor), so the same code path runs as with a model of billions of parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForImageTextToText,
    CLIPVisionConfig,
    Gemma3Config,
    Gemma3Processor,
    GemmaConfig,
    Idefics3Config,
    Idefics3Processor,
    LlamaConfig,
    LlavaConfig,
    LlavaNextConfig,
    LlavaNextProcessor,
    LlavaProcessor,
    PaliGemmaConfig,
    PaliGemmaProcessor,
    PreTrainedTokenizerFast,
    SiglipVisionConfig,
)
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.gemma3.configuration_gemma3 import Gemma3TextConfig
from transformers.models.gemma3.image_processing_pil_gemma3 import Gemma3ImageProcessorPil
from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil
from transformers.models.llava_next.image_processing_pil_llava_next import (
    LlavaNextImageProcessorPil,
)
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

from neuroonco.errors import ModelError

Family = Literal["llava", "llava_next", "idefics3", "gemma3", "paligemma"]

_IMAGE = "<image>"
_BEGIN_IMAGE = "<begin_image>"
_END_IMAGE = "<end_image>"
_SPECIAL = ["<pad>", "<s>", "</s>", _IMAGE, _BEGIN_IMAGE, _END_IMAGE]
_SIDE = 32  # pixels: four by four patches
_PATCH = 8
_SIZE = {"height": _SIDE, "width": _SIDE}
_TEXT = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 4096,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "tie_word_embeddings": False,  # tied random embeddings only repeat the last token
}
_VISION = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "image_size": _SIDE,
    "patch_size": _PATCH,
}
_CORPUS = (
    "What is the most likely diagnosis? Which MRI sequence is shown? Answer with the letter only.",
    "A. glioma B. meningioma C. metastasis D. lymphoma E. None of the above",
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
    tokenizer = _tokenizer()
    config, processor = _FAMILIES[family](tokenizer)
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
            "image_token": _IMAGE,
            "boi_token": _BEGIN_IMAGE,
            "eoi_token": _END_IMAGE,
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


def _chat_template(image: str) -> str:
    return (
        "{% for message in messages %}{{ message['role'] }}: "
        "{% for part in message['content'] %}"
        "{% if part['type'] == 'image' %}" + image + "{% else %}{{ part['text'] }}{% endif %}"
        "{% endfor %}{{ '\n' }}{% endfor %}"
        "{% if add_generation_prompt %}assistant: {% endif %}"
    )


def _llama(tokenizer: Any) -> Any:
    return LlamaConfig(vocab_size=len(tokenizer), **_TEXT)


def _llava(tokenizer: Any) -> tuple[Any, Any]:
    config = LlavaConfig(
        text_config=_llama(tokenizer),
        vision_config=CLIPVisionConfig(**_VISION),
        image_token_index=tokenizer.image_token_id,
        image_seq_length=(_SIDE // _PATCH) ** 2,
        tie_word_embeddings=False,
    )
    processor = LlavaProcessor(
        CLIPImageProcessorPil(size={"shortest_edge": _SIDE}, crop_size=_SIZE),
        tokenizer,
        patch_size=_PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=_chat_template(_IMAGE),
    )
    return config, processor


def _llava_next(tokenizer: Any) -> tuple[Any, Any]:
    grid = [[_SIDE, 2 * _SIDE], [2 * _SIDE, _SIDE], [2 * _SIDE, 2 * _SIDE]]
    config = LlavaNextConfig(
        text_config=_llama(tokenizer),
        vision_config=CLIPVisionConfig(**_VISION),
        image_token_index=tokenizer.image_token_id,
        image_grid_pinpoints=grid,
        tie_word_embeddings=False,
    )
    processor = LlavaNextProcessor(
        LlavaNextImageProcessorPil(
            size={"shortest_edge": _SIDE}, crop_size=_SIZE, image_grid_pinpoints=grid
        ),
        tokenizer,
        patch_size=_PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=_chat_template(_IMAGE),
    )
    return config, processor


def _idefics3(tokenizer: Any) -> tuple[Any, Any]:
    processor = Idefics3Processor(
        Idefics3ImageProcessorPil(
            size={"longest_edge": 2 * _SIDE}, max_image_size={"longest_edge": _SIDE}
        ),
        tokenizer,
        image_seq_len=4,
        chat_template=_chat_template(_IMAGE),
    )
    config = Idefics3Config(
        text_config=_llama(processor.tokenizer),
        vision_config=_VISION,
        image_token_id=processor.image_token_id,
        scale_factor=2,
        pad_token_id=0,
        tie_word_embeddings=False,
    )
    return config, processor


def _gemma3(tokenizer: Any) -> tuple[Any, Any]:
    config = Gemma3Config(
        # The default scale makes such small heads look everywhere alike, and so at nothing.
        text_config=Gemma3TextConfig(
            vocab_size=len(tokenizer), head_dim=16, query_pre_attn_scalar=1, **_TEXT
        ),
        vision_config=SiglipVisionConfig(vision_use_head=False, **_VISION),
        mm_tokens_per_image=4,
        image_token_index=tokenizer.image_token_id,
        boi_token_index=tokenizer.boi_token_id,
        eoi_token_index=tokenizer.eoi_token_id,
        eos_token_id=_TEXT["eos_token_id"],
        tie_word_embeddings=False,
    )
    processor = Gemma3Processor(
        Gemma3ImageProcessorPil(size=_SIZE),
        tokenizer,
        image_seq_length=4,
        chat_template=_chat_template(_BEGIN_IMAGE),
    )
    return config, processor


def _paligemma(tokenizer: Any) -> tuple[Any, Any]:
    images = SiglipImageProcessorPil(size=_SIZE)
    images.image_seq_length = (_SIDE // _PATCH) ** 2
    processor = PaliGemmaProcessor(images, tokenizer, chat_template=_chat_template(_IMAGE))
    config = PaliGemmaConfig(
        text_config=GemmaConfig(vocab_size=len(processor.tokenizer), head_dim=16, **_TEXT),
        vision_config=SiglipVisionConfig(vision_use_head=False, projection_dim=64, **_VISION),
        image_token_index=processor.image_token_id,
        projection_dim=64,
        tie_word_embeddings=False,
    )
    return config, processor


_FAMILIES: dict[Family, Callable[[Any], tuple[Any, Any]]] = {
    "llava": _llava,
    "llava_next": _llava_next,
    "idefics3": _idefics3,
    "gemma3": _gemma3,
    "paligemma": _paligemma,
}
