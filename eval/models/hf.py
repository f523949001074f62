"""Vision-language models of transformers: any `AutoModelForImageTextToText`, in batches, greedy."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoModelForImageTextToText, AutoProcessor, GenerationConfig

from eval.models.base import Answer, Request
from neuroonco.errors import ModelError

_IDS = ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id")
_OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")


class HFModel:
    """A vision-language model with its processor.

    The picture comes first in the prompt, then the text. Prompts are padded on the left, so that a
    batch answers as its requests would one by one. Decoding is greedy whatever the checkpoint's own
    generation config says.

    Attributes:
        name: the Hub id it was loaded from, or the folder's own name without its path.
    """

    def __init__(self, name: str, model: Any, processor: Any, max_new_tokens: int = 64) -> None:
        self.name = name
        self._model = model.eval()
        self._processor = processor
        self._max_new_tokens = max_new_tokens
        self._largest_batch = sys.maxsize
        self._processor.tokenizer.padding_side = "left"
        if self._processor.tokenizer.pad_token_id is None:
            self._processor.tokenizer.pad_token = self._processor.tokenizer.eos_token
        # generate() fills what a call leaves open from the model's own config: leave it nothing
        # there but the special tokens, or a checkpoint's sampling and penalties would come back.
        ids = {key: getattr(model.generation_config, key, None) for key in _IDS}
        ids["pad_token_id"] = self._processor.tokenizer.pad_token_id
        model.generation_config = GenerationConfig(
            do_sample=False, num_beams=1, max_new_tokens=max_new_tokens, **ids
        )

    @classmethod
    def load(cls, name: str, *, max_new_tokens: int = 64, dtype: str = "auto") -> HFModel:
        """Load a model and its processor from a folder or the Hub, on the best device there is.

        Args:
            name: a folder or a Hub id.
            max_new_tokens: the longest answer, in tokens.
            dtype: of the weights; ``auto`` keeps the checkpoint's.

        Raises:
            ModelError: nothing is there, or it is not a vision-language model with a processor and
                a chat template.
        """
        if dtype != "auto" and not isinstance(getattr(torch, dtype, None), torch.dtype):
            raise ModelError(f"there is no dtype {dtype!r}; use auto, float32, bfloat16 or float16")
        if not sys.stderr.isatty():
            transformers.utils.logging.disable_progress_bar()
        processor = _load_processor(name)
        try:
            model = AutoModelForImageTextToText.from_pretrained(name, dtype=dtype)
        except (OSError, ValueError, ImportError) as error:
            raise _cannot_load(name, "model", error) from error
        shown = Path(name).resolve().name if Path(name).is_dir() else name
        return cls(shown, model.to(_device()), processor, max_new_tokens)

    def describe(self) -> dict[str, Any]:
        """Everything the answers depend on: weights, processor, decoding and library versions."""
        return {
            "name": self.name,
            "backend": "hf",
            "class": type(self._model).__name__,
            "revision": getattr(self._model.config, "_commit_hash", None),
            "weights": _digest_of_weights(self._model),
            "processor": type(self._processor).__name__,
            "image_processor": type(self._processor.image_processor).__name__,
            "chat_template": _digest(str(self._processor.chat_template).encode()),
            "dtype": str(self._model.dtype).removeprefix("torch."),
            "device": self._model.device.type,
            "decoding": {"do_sample": False, "max_new_tokens": self._max_new_tokens},
            "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        }

    def generate(self, requests: Sequence[Request]) -> list[Answer]:
        """Answer each request.

        A batch that fails is halved until what fails is alone: memory that runs out costs only
        speed, and a request that cannot be answered costs only itself.
        """
        if len(requests) > self._largest_batch:
            return self._generate_halves(requests)
        try:
            return self._generate_batch(requests)
        except Exception as error:
            reason = error
        if _is_out_of_memory(reason):
            self._largest_batch = max(1, len(requests) // 2)
            _free_memory()
        if len(requests) > 1:
            return self._generate_halves(requests)
        return [Answer("", error=f"{type(reason).__name__}: {reason}")]

    def _generate_halves(self, requests: Sequence[Request]) -> list[Answer]:
        middle = len(requests) // 2
        return self.generate(requests[:middle]) + self.generate(requests[middle:])

    def _generate_batch(self, requests: Sequence[Request]) -> list[Answer]:
        inputs = self._encode(requests)
        with torch.inference_mode():
            tokens = self._model.generate(**inputs)
        new = tokens[:, inputs["input_ids"].shape[1] :]
        texts = self._processor.batch_decode(new, skip_special_tokens=True)
        return [Answer(text.strip()) for text in texts]

    def _encode(self, requests: Sequence[Request]) -> Any:
        """Tokens and pixels of a batch, each picture inside the message of its own request."""
        inputs = self._processor.apply_chat_template(
            [_conversation(request) for request in requests],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            processor_kwargs={"padding": True, "return_tensors": "pt"},
        )
        inputs.pop("labels", None)  # PaliGemma's processor always adds them
        if not bool(inputs["attention_mask"][:, -1].all()):
            raise ModelError(f"{self.name}: its processor does not pad on the left")
        return inputs.to(self._model.device, self._model.dtype)


def _conversation(request: Request) -> list[dict[str, Any]]:
    picture = {"type": "image", "image": request.image.convert("RGB")}
    return [{"role": "user", "content": [picture, {"type": "text", "text": request.prompt}]}]


def _load_processor(name: str) -> Any:
    try:
        processor = AutoProcessor.from_pretrained(name)
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


def _cannot_load(name: str, part: str, error: Exception) -> ModelError:
    """Turn a library's error into one that says what to do."""
    if not Path(name, "config.json").is_file() and isinstance(error, OSError):
        return ModelError(
            f"{name}: no model folder is here, and the Hub has none by this name or cannot be "
            "reached; give a folder that holds config.json, or run `hf download` where there is "
            "a network"
        )
    reason = " ".join(str(error).split())[:200]
    return ModelError(f"{name}: its {part} cannot be loaded as a vision-language model ({reason})")


def _device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _is_out_of_memory(error: Exception) -> bool:
    known = isinstance(error, (torch.OutOfMemoryError, MemoryError))
    return known or any(words in str(error).lower() for words in _OUT_OF_MEMORY)


def _free_memory() -> None:
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()


def _digest_of_weights(model: Any) -> str:
    """Tell checkpoints apart by the first numbers of every tensor, cheaply on any device."""
    digest = hashlib.sha256()
    for name, parameter in model.named_parameters():
        first = parameter.detach().flatten()[:64].float().cpu().numpy().tobytes()
        digest.update(name.encode() + first)
    return digest.hexdigest()[:16]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
