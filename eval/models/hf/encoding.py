"""Turn requests into tensors, and split off what the requests about one picture share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

import torch
from PIL import Image

from eval.models.base import Request
from eval.models.hf.conversation import conversation, in_rgb, pictures_of
from neuroonco.errors import ModelError

BY_TOKEN = ("input_ids", "attention_mask", "token_type_ids", "mm_token_type_ids")
"""The inputs that have a value for each token; all others are about pictures."""

_DOT = Image.new("RGB", (1, 1))
_STAND_IN = Image.new("RGB", (64, 64), (128, 128, 128))  # not black: some models drop that
_AHEAD = 4  # batches that may wait for the model at once


@dataclass(frozen=True, slots=True)
class Shared:
    """A batch in two parts: each picture with the words before its questions, and the questions.

    Attributes:
        owner: for each request the row of its picture in ``head``, int64 of shape (requests,).
        head: what the model takes for the first parts, a row each, padded on the left.
        tail_ids: the tokens of the second parts, int64 of shape (requests, length), padded on the
            left.
        tail_mask: 1 for a token and 0 for padding, of the same shape.
    """

    owner: torch.Tensor
    head: dict[str, Any]
    tail_ids: torch.Tensor
    tail_mask: torch.Tensor


class Encoder:
    """A processor, its tokenizer set to pad on the left. Threads take turns.

    Args:
        processor: with a tokenizer and a chat template.
        max_pixels: as in `eval.models.hf.conversation.in_rgb`.
    """

    def __init__(self, processor: Any, max_pixels: int | None = None) -> None:
        self.processor = processor
        self.tokenizer = processor.tokenizer
        self._max_pixels = max_pixels
        self._turn = Lock()
        self._ahead: dict[tuple[int, ...], Shared | None] = {}
        self.tokenizer.padding_side = "left"
        if self.tokenizer.pad_token_id is None:
            self.tokenizer.pad_token = self.tokenizer.eos_token

    def encode(self, requests: Sequence[Request]) -> dict[str, Any]:
        """Tokens and pixels of a batch, each picture inside the message of its own request.

        Raises:
            ModelError: the processor pads on the right, which would change the answers.
        """
        with self._turn:
            return self._encode(requests)

    def encode_words(self, requests: Sequence[Request]) -> dict[str, Any]:
        """The tokens of a batch alone, with a small picture in place of each: quick to preprocess.

        They are those of `encode` where the number of a picture's tokens does not depend on its
        size. Few-shot examples keep their pictures.
        """
        with self._turn:
            inputs = self._encode([replace(request, image=_STAND_IN) for request in requests])
            return {name: value for name, value in inputs.items() if name in BY_TOKEN}

    def decode(self, tokens: torch.Tensor) -> list[str]:
        """The texts of rows of tokens, without the special ones."""
        with self._turn:
            texts: list[str] = self.tokenizer.batch_decode(tokens, skip_special_tokens=True)
            return texts

    def prepare(self, requests: Sequence[Request]) -> None:
        """Do what `share` does ahead of time; these requests then find it done."""
        with self._turn:
            self._ahead[_names(requests)] = self._share(requests)
            while len(self._ahead) > _AHEAD:
                self._ahead.pop(next(iter(self._ahead)))

    def share(self, requests: Sequence[Request]) -> Shared | None:
        """Split a batch so that each picture is preprocessed once, whatever is asked about it.

        Returns:
            None where no two requests share a picture, or where the words of a prompt cannot be
            told from what stands before them, token by token.
        """
        with self._turn:
            if (names := _names(requests)) in self._ahead:
                return self._ahead.pop(names)
            return self._share(requests)

    def _encode(self, requests: Sequence[Request]) -> dict[str, Any]:
        inputs = self.processor.apply_chat_template(
            [conversation(request, self._show) for request in requests],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            processor_kwargs={"padding": True},
        )
        inputs.pop("labels", None)  # PaliGemma's processor always adds them
        if not bool(inputs["attention_mask"][:, -1].all()):
            raise ModelError("the model's processor does not pad on the left")
        return dict(inputs)

    def _share(self, requests: Sequence[Request]) -> Shared | None:
        if len({id(request.image) for request in requests}) == len(requests):
            return None
        parts = self._split(requests)
        if parts is None:
            return None
        rows: dict[tuple[str, ...], int] = {}
        owner = [
            rows.setdefault((head, *(str(id(one)) for one in pictures_of(request))), len(rows))
            for request, (head, _) in zip(requests, parts, strict=True)
        ]
        if len(rows) == len(requests):
            return None
        firsts = [owner.index(row) for row in range(len(rows))]
        tails = [tail for _, tail in parts]
        head = self._heads([requests[i] for i in firsts], [tails[i] for i in firsts])
        if head is None:
            return None
        tail_ids, tail_mask = pad_left([torch.tensor(tail) for tail in tails], self._pad)
        return Shared(torch.tensor(owner), head, tail_ids, tail_mask)

    @property
    def _pad(self) -> int:
        return int(self.tokenizer.pad_token_id)

    def _show(self, image: Image.Image) -> Image.Image:
        return in_rgb(image, self._max_pixels)

    def _split(self, requests: Sequence[Request]) -> list[tuple[str, list[int]]] | None:
        """For each request the text before its prompt, and the tokens from the prompt on.

        Returns:
            None where a prompt is not found in its text, or where the tokens of the whole don't
            begin with those of the text before the prompt.
        """
        texts = self.processor.apply_chat_template(
            [conversation(request, lambda _: _DOT) for request in requests],
            add_generation_prompt=True,
            tokenize=False,
        )
        places = [text.rfind(one.prompt) for text, one in zip(texts, requests, strict=True)]
        if -1 in places or any(request.image is None for request in requests):
            return None
        before = [text[:at] for text, at in zip(texts, places, strict=True)]
        known = dict(zip(dict.fromkeys(before), self._tokens(dict.fromkeys(before)), strict=True))
        parts = []
        for head, whole in zip(before, self._tokens(texts), strict=True):
            length = len(known[head])
            if whole[:length] != known[head] or len(whole) == length:
                return None
            parts.append((head, whole[length:]))
        return parts

    def _tokens(self, texts: Iterable[str]) -> list[list[int]]:
        tokens: list[list[int]] = self.tokenizer(list(texts), add_special_tokens=False)["input_ids"]
        return tokens

    def _heads(self, requests: Sequence[Request], tails: Sequence[list[int]]) -> Any:
        """What is left of whole requests without their tails; None where they end otherwise."""
        inputs = self._encode(requests)
        real = inputs["attention_mask"].bool()
        for ids, mask, tail in zip(inputs["input_ids"], real, tails, strict=True):
            if ids[mask][-len(tail) :].tolist() != tail:
                return None
        for name in inputs.keys() & set(BY_TOKEN):
            rows = [
                row[mask][: -len(tail)]
                for row, mask, tail in zip(inputs[name], real, tails, strict=True)
            ]
            inputs[name], _ = pad_left(rows, self._pad if name == "input_ids" else 0)
        return inputs


def _names(requests: Sequence[Request]) -> tuple[int, ...]:
    """Requests by identity: equal ones may hold different pictures."""
    return tuple(map(id, requests))


def pad_left(rows: Sequence[torch.Tensor], fill: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Stack rows of different lengths, and say which places are theirs.

    Args:
        rows: int64, one-dimensional.
        fill: stands before the shorter ones.

    Returns:
        The rows and their mask, both int64 of shape (rows, longest).
    """
    longest = max(len(row) for row in rows)
    padded = torch.full((len(rows), longest), fill, dtype=torch.long)
    mask = torch.zeros_like(padded)
    for place, row in enumerate(rows):
        padded[place, longest - len(row) :] = row
        mask[place, longest - len(row) :] = 1
    return padded, mask
