"""Load a model of transformers with its processor, or say in a line or two why that fails."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoModelForImageTextToText

from eval.models.hf.memory import is_out_of_memory
from eval.models.hf.processors import load_processor
from neuroonco.errors import ModelError

_ADAPTER = "adapter_model.safetensors"


@dataclass(frozen=True, slots=True)
class Loading:
    """How a model is loaded; the defaults suit one device and the checkpoint's own settings.

    Attributes:
        dtype: of the weights, such as ``float32`` or ``bfloat16``; ``auto`` keeps the checkpoint's.
        device_map: ``auto`` spreads the weights over all devices; or one device, such as
            ``cuda:1``; None for the best one there is.
        attn: the implementation of attention, such as ``sdpa``; None for the library's choice.
        adapter: folder or Hub id of a PEFT adapter to put on the model.
        max_pixels: pictures with more pixels are shrunk to this many.
        revision: branch, tag or commit on the Hub.
        trust_remote_code: run code that comes with the model.
    """

    dtype: str = "auto"
    device_map: str | None = None
    attn: str | None = None
    adapter: str | None = None
    max_pixels: int | None = None
    revision: str | None = None
    trust_remote_code: bool = False

    @property
    def hub(self) -> dict[str, Any]:
        """The settings that choose files on the Hub."""
        return {"revision": self.revision, "trust_remote_code": self.trust_remote_code}


def load_parts(name: str, loading: Loading) -> tuple[Any, Any]:
    """Load a model and its processor from a folder or the Hub. Weights must be safetensors.

    Args:
        name: a folder or a Hub id.
        loading: how.

    Returns:
        The model, on its device and ready to answer, and the processor.

    Raises:
        ModelError: nothing is there, it is not a vision-language model with a processor and a chat
            template, or it does not fit into memory.
    """
    if loading.dtype != "auto" and not isinstance(getattr(torch, loading.dtype, None), torch.dtype):
        raise ModelError(
            f"there is no dtype {loading.dtype!r}; use auto, float32, bfloat16 or float16"
        )
    if not sys.stderr.isatty():
        transformers.utils.logging.disable_progress_bar()
    processor = _load_processor(name, loading)
    try:
        model = AutoModelForImageTextToText.from_pretrained(
            name,
            dtype=loading.dtype,
            use_safetensors=True,
            device_map=loading.device_map,
            **({"attn_implementation": loading.attn} if loading.attn else {}),
            **loading.hub,
        )
        if loading.adapter:
            _put_on(model, loading.adapter)
        if loading.device_map is None:
            model = model.to(_device())
    except (OSError, ValueError, ImportError, RuntimeError, MemoryError) as error:
        raise _cannot_load(name, "model", error) from error
    return model.eval(), processor


def _load_processor(name: str, loading: Loading) -> Any:
    try:
        processor = load_processor(name, **loading.hub)
    except (OSError, ValueError, ImportError) as error:
        raise _cannot_load(name, "processor", error) from error
    if not hasattr(processor, "image_processor"):
        raise ModelError(f"{name}: it has no image processor; choose a vision-language model")
    if not processor.chat_template:
        raise ModelError(
            f"{name}: it has no chat template; choose the model's instruction-tuned version, or "
            "put a chat_template.jinja into its folder"
        )
    return processor


def _put_on(model: Any, adapter: str) -> None:
    """Put an adapter on a model, from safetensors only: other files of weights can hold code."""
    try:
        transformers.utils.cached_file(adapter, _ADAPTER)
    except OSError as error:
        raise ModelError(
            f"{adapter}: no {_ADAPTER} is here; give --adapter a folder or Hub id of a PEFT adapter"
        ) from error
    try:
        model.load_adapter(adapter)
    except ImportError as error:
        raise ModelError(
            f"{adapter}: an adapter needs peft; pip install 'mm-neuroonco[eval]'"
        ) from error


def _cannot_load(name: str, part: str, error: BaseException) -> ModelError:
    """Turn a library's error into one that says what to do."""
    if is_out_of_memory(error):
        return ModelError(
            f"{name}: memory ran out while the {part} was loaded; use --dtype bfloat16, "
            "--device-map auto, or a smaller model"
        )
    if not Path(name, "config.json").is_file() and isinstance(error, OSError):
        return ModelError(
            f"{name}: no model folder is here, and the Hub has none by this name or cannot be "
            "reached; give a folder that holds config.json, or run `hf download` where there is "
            "a network"
        )
    reason = " ".join(str(error).split())[:200]
    return ModelError(f"{name}: its {part} cannot be loaded as a vision-language model ({reason})")


def _device() -> torch.device:
    """The best device there is; of several GPUs the one that the launcher gave this process."""
    if torch.cuda.is_available():
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
