"""The configs and processors of tiny vision-language models, a function a family."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from transformers import (
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
    Qwen2_5_VLConfig,
    Qwen2_5_VLProcessor,
    Qwen2VLConfig,
    Qwen2VLProcessor,
    Qwen3VLConfig,
    Qwen3VLProcessor,
    SiglipVisionConfig,
    SmolVLMConfig,
    SmolVLMProcessor,
)
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.gemma3.configuration_gemma3 import Gemma3TextConfig
from transformers.models.gemma3.image_processing_pil_gemma3 import Gemma3ImageProcessorPil
from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil
from transformers.models.llava_next.image_processing_pil_llava_next import (
    LlavaNextImageProcessorPil,
)
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
from transformers.models.smolvlm.image_processing_pil_smolvlm import SmolVLMImageProcessorPil

from eval.models.hf.processors import for_pictures

Family = Literal[
    "llava",
    "llava_next",
    "idefics3",
    "gemma3",
    "paligemma",
    "qwen2_vl",
    "qwen2_5_vl",
    "qwen3_vl",
    "smolvlm",
]

IMAGE = "<image>"
BEGIN_IMAGE = "<begin_image>"
END_IMAGE = "<end_image>"

# What a downloaded folder says of its video processor; only torchvision can load it.
VIDEO_PROCESSORS: dict[Family, str] = {
    "qwen2_vl": "Qwen2VLVideoProcessor",
    "qwen2_5_vl": "Qwen2VLVideoProcessor",
    "qwen3_vl": "Qwen3VLVideoProcessor",
    "smolvlm": "SmolVLMVideoProcessor",
}

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
        chat_template=_chat_template(IMAGE),
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
        chat_template=_chat_template(IMAGE),
    )
    return config, processor


def _idefics3(tokenizer: Any) -> tuple[Any, Any]:
    processor = Idefics3Processor(
        Idefics3ImageProcessorPil(
            size={"longest_edge": 2 * _SIDE}, max_image_size={"longest_edge": _SIDE}
        ),
        tokenizer,
        image_seq_len=4,
        chat_template=_chat_template(IMAGE),
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
        chat_template=_chat_template(BEGIN_IMAGE),
    )
    return config, processor


def _paligemma(tokenizer: Any) -> tuple[Any, Any]:
    images = SiglipImageProcessorPil(size=_SIZE)
    images.image_seq_length = (_SIDE // _PATCH) ** 2
    processor = PaliGemmaProcessor(images, tokenizer, chat_template=_chat_template(IMAGE))
    config = PaliGemmaConfig(
        text_config=GemmaConfig(vocab_size=len(processor.tokenizer), head_dim=16, **_TEXT),
        vision_config=SiglipVisionConfig(vision_use_head=False, projection_dim=64, **_VISION),
        image_token_index=processor.image_token_id,
        projection_dim=64,
        tie_word_embeddings=False,
    )
    return config, processor


def _qwen(
    config: Any, processor: Any, vision: dict[str, Any], **text: Any
) -> Callable[[Any], tuple[Any, Any]]:
    """Qwen-VL of any generation: pictures of any size, positions in three dimensions."""

    def make(tokenizer: Any) -> tuple[Any, Any]:
        images = Qwen2VLImageProcessorPil(
            patch_size=_PATCH, merge_size=2, min_pixels=_SIDE**2, max_pixels=2 * _SIDE**2
        )
        template = _chat_template(BEGIN_IMAGE + IMAGE + END_IMAGE)
        made = config(
            text_config={
                "vocab_size": len(tokenizer),
                "rope_parameters": {
                    "rope_type": "default",
                    "rope_theta": 1e4,
                    "mrope_section": [2, 3, 3],
                },
                **_TEXT,
                **text,
            },
            vision_config={"depth": 2, "num_heads": 2, "patch_size": _PATCH, **vision},
            image_token_id=tokenizer.image_token_id,
            video_token_id=tokenizer.pad_token_id,
            vision_start_token_id=tokenizer.boi_token_id,
            vision_end_token_id=tokenizer.eoi_token_id,
            tie_word_embeddings=False,
        )
        return made, for_pictures(processor)(images, tokenizer, chat_template=template)

    return make


def _smolvlm(tokenizer: Any) -> tuple[Any, Any]:
    tokenizer.add_special_tokens(
        {"extra_special_tokens": ["<fake_token_around_image>", "<global-img>"]},
        replace_extra_special_tokens=False,
    )
    processor = for_pictures(SmolVLMProcessor)(
        SmolVLMImageProcessorPil(
            size={"longest_edge": 2 * _SIDE}, max_image_size={"longest_edge": _SIDE}
        ),
        tokenizer,
        video_processor=None,
        image_seq_len=4,
        chat_template=_chat_template(IMAGE),
    )
    config = SmolVLMConfig(
        text_config=_llama(tokenizer),
        vision_config=_VISION,
        image_token_id=tokenizer.image_token_id,
        scale_factor=2,
        pad_token_id=0,
        tie_word_embeddings=False,
    )
    return config, processor


FAMILIES: dict[Family, Callable[[Any], tuple[Any, Any]]] = {
    "llava": _llava,
    "llava_next": _llava_next,
    "idefics3": _idefics3,
    "gemma3": _gemma3,
    "paligemma": _paligemma,
    "qwen2_vl": _qwen(
        Qwen2VLConfig, Qwen2VLProcessor, {"embed_dim": 32, "hidden_size": _TEXT["hidden_size"]}
    ),
    "qwen2_5_vl": _qwen(
        Qwen2_5_VLConfig,
        Qwen2_5_VLProcessor,
        {
            "hidden_size": 32,
            "intermediate_size": 64,
            "out_hidden_size": _TEXT["hidden_size"],
            "window_size": _SIDE,
            "fullatt_block_indexes": [1],
        },
    ),
    "qwen3_vl": _qwen(
        Qwen3VLConfig,
        Qwen3VLProcessor,
        {
            "hidden_size": 32,
            "intermediate_size": 64,
            "out_hidden_size": _TEXT["hidden_size"],
            "num_position_embeddings": 16,
            "deepstack_visual_indexes": [0],
        },
        head_dim=16,
    ),
    "smolvlm": _smolvlm,
}
