"""Let a model read a batch's prompts, each picture as few times as the model allows.

Three ways lead to the same answers. The first that does so on the first pictures with several
questions is kept:

1. the picture and the words before it are read once, and their keys and values are repeated for
   every question about it;
2. the picture is encoded once, and each question is read together with its features (for models
   whose pictures look at the question, such as PaliGemma);
3. every question is read with its own copy of the picture.
"""

from __future__ import annotations

import copy
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from eval.models.base import Request
from eval.models.hf.encoding import BY_TOKEN, Encoder
from eval.models.hf.memory import is_out_of_memory

logger = logging.getLogger("mm_neuroonco")

_SAMPLE = 4  # requests that a way is tried on
# How far a way's logits may be off, as a share of their spread: rounding stays below, and another
# computation does not.
_TOLERANCE = {torch.float32: 1e-3, torch.float64: 1e-6}
_COARSE_TOLERANCE = 3e-2

Tokens = tuple[int, ...]
Inputs = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Start:
    """Where the answers of a batch start.

    Attributes:
        ids: the tokens of the prompts, int64 of shape (requests, length), padded on the left.
        mask: 1 for a token and 0 for padding, of the same shape.
        kinds: further inputs of that shape, such as which tokens are a picture's.
        rest: makes everything else that `generate` takes, anew for each call.
    """

    ids: torch.Tensor
    mask: torch.Tensor
    kinds: Inputs
    rest: Callable[[], Inputs]

    def inputs(self, beginning: Tokens = ()) -> Inputs:
        """What `generate` takes to go on after the prompts and the beginning of an answer."""
        begun = self.ids.new_tensor(beginning).expand(len(self.ids), -1)
        kinds = {
            name: torch.cat([value, value[:, -1:].expand(-1, len(beginning))], 1)
            for name, value in self.kinds.items()
        }
        return {
            "input_ids": torch.cat([self.ids, begun], 1),
            "attention_mask": torch.cat([self.mask, torch.ones_like(begun)], 1),
            **kinds,
            **self.rest(),
        }


Way = Callable[[Sequence[Request]], Start | None]


class Reader:
    """Reads batches in the best way that the model allows.

    Args:
        model: of transformers, with a generation config that is greedy.
        encoder: of its processor.
    """

    def __init__(self, model: Any, encoder: Encoder) -> None:
        self._model = model
        self._encoder = encoder
        self._ways: list[Way] = [self._keys_once, self._features_once]
        self._is_tried = False

    def read(self, requests: Sequence[Request]) -> Start:
        """Read the prompts of a batch."""
        if not self._is_tried:
            self._try_ways(requests)
        for way in self._ways:
            if start := way(requests):
                return start
        return self._whole(requests)

    def next_logits(self, inputs: Inputs) -> torch.Tensor:
        """The logits of the next token, of shape (requests, vocabulary)."""
        out = self._model.generate(
            **inputs, max_new_tokens=1, output_logits=True, return_dict_in_generate=True
        )
        logits: torch.Tensor = out.logits[0]
        return logits

    def _try_ways(self, requests: Sequence[Request]) -> None:
        """Keep the ways that lead to the logits of whole requests, on a few of a batch."""
        sample = _sample(requests)
        if not sample:
            return
        expected = self.next_logits(self._whole(sample).inputs())
        self._ways = [way for way in self._ways if self._is_same(way, sample, expected)]
        self._is_tried = True
        if not self._ways:
            logger.info("this model reads each picture anew for every question")

    def _is_same(self, way: Way, sample: Sequence[Request], expected: torch.Tensor) -> bool:
        try:
            start = way(sample)
            found = None if start is None else self.next_logits(start.inputs())
        except Exception as error:
            if is_out_of_memory(error):
                raise
            logger.debug("%s cannot be used: %s", way.__name__, error)
            return False
        return found is not None and _is_close(found, expected)

    def _whole(self, requests: Sequence[Request]) -> Start:
        return _start(self._move(self._encoder.encode(requests)))

    def _features_once(self, requests: Sequence[Request]) -> Start | None:
        places: dict[int, int] = {}
        owner = [places.setdefault(id(one.image), len(places)) for one in requests]
        if len(places) == len(requests):
            return None
        if any(one.image is None or one.examples for one in requests):
            return None
        firsts = [owner.index(place) for place in range(len(places))]
        shown = self._encoder.encode([requests[first] for first in firsts])
        inputs = self._encoder.encode_words(requests)
        if _tokens(shown) != [_tokens(inputs)[first] for first in firsts]:
            inputs = self._encoder.encode(requests)  # a picture's size tells how many tokens it has
        inputs = self._move({name: inputs[name] for name in inputs if name in BY_TOKEN})
        pixels = self._move({name: shown[name] for name in shown if name not in BY_TOKEN})
        features = self._model.get_image_features(**pixels, return_dict=True)
        held = features.pooler_output
        features.pooler_output = (
            held[owner] if isinstance(held, torch.Tensor) else [held[place] for place in owner]
        )
        return _start(inputs | {"mm_encoder_outputs": {"image": features}})

    def _keys_once(self, requests: Sequence[Request]) -> Start | None:
        shared = self._encoder.share(requests)
        if shared is None:
            return None
        head, device = self._move(shared.head), self._model.device
        owner = shared.owner.to(device)
        out = self._model.generate(**head, max_new_tokens=1, return_dict_in_generate=True)
        offsets = _offsets(self._model)

        def rest() -> Inputs:
            cache = copy.deepcopy(out.past_key_values)
            cache.batch_select_indices(owner)
            for module, offset in offsets:
                module.rope_deltas = offset[owner]
            return {"past_key_values": cache}

        return Start(
            torch.cat([head["input_ids"][owner], shared.tail_ids.to(device)], 1),
            torch.cat([head["attention_mask"][owner], shared.tail_mask.to(device)], 1),
            {},
            rest,
        )

    def _move(self, inputs: Inputs) -> Inputs:
        """To the model's device, and what is not whole numbers to its dtype."""
        device, dtype = self._model.device, self._model.dtype
        return {
            name: value.to(device, dtype if value.is_floating_point() else None)
            if isinstance(value, torch.Tensor)
            else value
            for name, value in inputs.items()
        }


def _start(inputs: Inputs) -> Start:
    """A start from the inputs of whole prompts."""
    of_tokens = {name: inputs.pop(name) for name in BY_TOKEN if name in inputs}
    ids, mask = of_tokens.pop("input_ids"), of_tokens.pop("attention_mask")
    return Start(ids, mask, of_tokens, lambda: dict(inputs))


def _tokens(inputs: Inputs) -> list[list[int]]:
    """The tokens of each prompt, without padding."""
    rows = zip(inputs["input_ids"], inputs["attention_mask"].bool(), strict=True)
    return [ids[mask].tolist() for ids, mask in rows]


def _sample(requests: Sequence[Request]) -> list[Request]:
    """Two requests about one picture with some others; empty where there are no such two."""
    counts = Counter(id(request.image) for request in requests if request.image is not None)
    shared = [request for request in requests if counts[id(request.image)] > 1]
    pair = [request for request in shared if request.image is shared[0].image][:2]
    others = [request for request in requests if not any(request is one for one in pair)]
    return [*pair, *others[: _SAMPLE - len(pair)]] if pair else []


def _offsets(model: Any) -> list[tuple[Any, torch.Tensor]]:
    """Where a model keeps how far its text positions lie from the count of tokens (Qwen-VL)."""
    held = ((module, getattr(module, "rope_deltas", None)) for module in model.modules())
    return [(module, offset) for module, offset in held if isinstance(offset, torch.Tensor)]


def _is_close(found: torch.Tensor, expected: torch.Tensor) -> bool:
    """Whether logits differ by rounding only: the root mean square of it, against their spread."""
    difference = (found.float() - expected.float()).square().mean().sqrt()
    tolerance = _TOLERANCE.get(expected.dtype, _COARSE_TOLERANCE)
    return bool(difference <= tolerance * expected.float().std())
