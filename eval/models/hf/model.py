"""A vision-language model of transformers that answers in batches, greedily."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import GenerationConfig

from eval.models.base import Answer, Request
from eval.models.hf.encoding import Encoder
from eval.models.hf.letters import Letters, Spelling, normalise
from eval.models.hf.loading import Loading, load_parts
from eval.models.hf.memory import free_memory, is_out_of_memory
from eval.models.hf.reading import Reader

_SPECIAL = ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id")


class HFModel:
    """A vision-language model with its processor.

    The picture comes first in the prompt, then the text. Prompts are padded on the left, so that a
    batch answers as its requests would one by one. Decoding is greedy whatever the checkpoint's own
    generation config says. Requests that hold the same picture share the work on it, see
    `eval.models.hf.reading`.

    Attributes:
        name: the Hub id it was loaded from, or the folder's own name without its path.
        batch_size: requests to hand over at once by default.
    """

    batch_size = 16

    def __init__(
        self,
        name: str,
        model: Any,
        processor: Any,
        max_new_tokens: int = 64,
        loading: Loading | None = None,
    ) -> None:
        self.name = name
        self._model = model
        self._loading = loading or Loading()
        self._max_new_tokens = max_new_tokens
        self._largest_batch = sys.maxsize
        self._encoder = Encoder(processor, self._loading.max_pixels)
        self._reader = Reader(model, self._encoder)
        self._letters = Letters(self._encoder.tokenizer)
        # generate() fills what a call leaves open from the model's own config: leave it nothing
        # there but the special tokens, or a checkpoint's sampling and penalties would come back.
        ids = {key: getattr(model.generation_config, key, None) for key in _SPECIAL}
        ids["pad_token_id"] = self._encoder.tokenizer.pad_token_id
        model.generation_config = GenerationConfig(
            do_sample=False, num_beams=1, max_new_tokens=max_new_tokens, **ids
        )

    @classmethod
    def load(
        cls, name: str, *, max_new_tokens: int = 64, loading: Loading | None = None
    ) -> HFModel:
        """Load a model and its processor from a folder or the Hub.

        Args:
            name: a folder or a Hub id.
            max_new_tokens: the longest answer, in tokens.
            loading: how to load it.

        Raises:
            ModelError: see `eval.models.hf.loading.load_parts`.
        """
        loading = loading or Loading()
        model, processor = load_parts(name, loading)
        return cls(_shown(name), model, processor, max_new_tokens, loading)

    def describe(self) -> dict[str, Any]:
        """Everything the answers depend on: weights, processor, decoding and library versions."""
        processor, config = self._encoder.processor, self._model.config
        adapter = self._loading.adapter
        return {
            "name": self.name,
            "backend": "hf",
            "class": type(self._model).__name__,
            "revision": getattr(config, "_commit_hash", None),
            "weights": _digest_of_weights(self._model),
            "adapter": None if adapter is None else _shown(adapter),
            "processor": type(processor).__name__,
            "image_processor": type(processor.image_processor).__name__,
            "max_pixels": self._loading.max_pixels,
            "chat_template": _digest(str(processor.chat_template).encode()),
            "dtype": str(self._model.dtype).removeprefix("torch."),
            "attention": getattr(config, "_attn_implementation", None),
            "device": self._model.device.type,
            "decoding": {"do_sample": False, "max_new_tokens": self._max_new_tokens},
            "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        }

    def prepare(self, requests: Sequence[Request]) -> None:
        """Preprocess the pictures of the next requests, while the model answers others."""
        with suppress(Exception):  # it comes again, and is reported, when they are to be answered
            self._encoder.prepare(requests)

    def generate(self, requests: Sequence[Request]) -> list[Answer]:
        """Answer each request, in order; a failure is an `Answer` with its error."""
        return self._in_parts(requests, self._generate)

    def likelihood(self, requests: Sequence[Request]) -> list[Answer]:
        """Score each request's letters, in order; a failure is an `Answer` with its error.

        The probability of a letter is that of an answer that begins with it, among the letters of
        the request. Nothing is decoded: one reading of the prompt is enough where letters are
        single tokens.
        """
        return self._in_parts(requests, self._score)

    def _in_parts(
        self, requests: Sequence[Request], answer: Callable[[Sequence[Request]], list[Answer]]
    ) -> list[Answer]:
        """Answer a batch; one that fails is halved until what fails is alone.

        So memory that runs out costs only speed, and a request that cannot be answered only itself.
        """
        reason: Exception | None = None
        if len(requests) <= self._largest_batch:
            try:
                with torch.inference_mode():
                    return answer(requests)
            except Exception as error:
                reason = error
        if reason is not None and is_out_of_memory(reason):
            self._largest_batch = max(1, len(requests) // 2)
            free_memory()
        if len(requests) > 1:
            middle = len(requests) // 2
            halves = requests[:middle], requests[middle:]
            return [one for half in halves for one in self._in_parts(half, answer)]
        return [Answer("", error=_said(reason))]

    def _generate(self, requests: Sequence[Request]) -> list[Answer]:
        inputs = self._reader.read(requests).inputs()
        tokens = self._model.generate(**inputs)
        if not self._model.config.is_encoder_decoder:
            tokens = tokens[:, inputs["input_ids"].shape[1] :]
        texts = self._encoder.decode(tokens)
        counts = (tokens != self._encoder.tokenizer.pad_token_id).sum(1).tolist()
        return [
            Answer(text.strip(), tokens=count) for text, count in zip(texts, counts, strict=True)
        ]

    def _score(self, requests: Sequence[Request]) -> list[Answer]:
        start = self._reader.read(requests)

        def after(beginning: Spelling) -> torch.Tensor:
            logits = self._reader.next_logits(start.inputs(beginning))
            return torch.log_softmax(logits.float(), dim=-1).cpu()

        letters = "".join(sorted({letter for request in requests for letter in request.letters}))
        found = self._letters.log_probabilities(letters, after)
        return [
            _likeliest(request.letters, [float(found[one][row]) for one in request.letters])
            for row, request in enumerate(requests)
        ]


def _likeliest(letters: str, log_probabilities: Sequence[float]) -> Answer:
    shares = dict(zip(letters, normalise(log_probabilities), strict=True))
    return Answer(max(shares, key=shares.__getitem__), probabilities=shares)


def _said(reason: Exception | None) -> str:
    if reason is not None and is_out_of_memory(reason):
        return "memory ran out on this question alone; use --max-pixels or --dtype bfloat16"
    return f"{type(reason).__name__}: {reason}"


def _shown(name: str) -> str:
    return Path(name).resolve().name if Path(name).is_dir() else name


def _digest_of_weights(model: Any) -> str:
    """Tell checkpoints apart by the first numbers of every tensor, cheaply on any device."""
    digest = hashlib.sha256()
    for name, parameter in model.named_parameters():
        first = parameter.detach().flatten()[:64].float().cpu().numpy().tobytes()
        digest.update(name.encode() + first)
    return digest.hexdigest()[:16]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
