"""How likely a model finds each letter, however its tokenizer writes letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

Spelling = tuple[int, ...]
"""The tokens of one way to write a letter."""

NextTokens = Callable[[Spelling], torch.Tensor]
"""After these tokens, the log-probabilities of the next: float32, shape (requests, vocabulary)."""


class Letters:
    """The spellings of letters in a vocabulary: bare and after a space, of one or several tokens.

    ``A`` and `` A`` are different tokens to most tokenizers, and a model that has learnt to write
    one of them puts nearly nothing on the other; some tokenizers need two tokens for either.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._known: dict[str, tuple[Spelling, ...]] = {}

    def spellings(self, letter: str) -> tuple[Spelling, ...]:
        """All distinct ways in which the tokenizer writes a letter."""
        if letter not in self._known:
            found = [
                tuple(self._tokenizer(text, add_special_tokens=False)["input_ids"])
                for text in (letter, f" {letter}")
            ]
            bare = self._tokenizer.get_vocab().get(letter)  # SentencePiece puts a space before it
            if bare is not None:
                found.append((bare,))
            self._known[letter] = tuple(dict.fromkeys(filter(None, found)))
        return self._known[letter]

    def log_probabilities(self, letters: str, after: NextTokens) -> dict[str, torch.Tensor]:
        """The log-probability that an answer begins with each letter, over all its spellings.

        A spelling of several tokens has the product of its tokens' probabilities, each after the
        ones before it.

        Args:
            letters: such as ``ABCDE``.
            after: asked once for every distinct beginning of a spelling, the empty one first.

        Returns:
            By letter, float32 of shape (requests,).
        """
        spelt = {letter: self.spellings(letter) for letter in letters}
        beginnings = sorted(
            {
                spelling[:n]
                for one in spelt.values()
                for spelling in one
                for n in range(len(spelling))
            },
            key=len,
        )
        following = {beginning: after(beginning) for beginning in beginnings}
        return {
            letter: torch.logsumexp(
                torch.stack([_log_probability(spelling, following) for spelling in spellings]), 0
            )
            for letter, spellings in spelt.items()
        }


def normalise(log_probabilities: Sequence[float]) -> list[float]:
    """Probabilities that sum to one, from the logarithms of their proportions."""
    shares = torch.softmax(torch.tensor(log_probabilities, dtype=torch.float64), 0)
    return [float(share) for share in shares]


def _log_probability(spelling: Spelling, following: dict[Spelling, torch.Tensor]) -> torch.Tensor:
    return torch.stack([following[spelling[:n]][:, token] for n, token in enumerate(spelling)]).sum(
        0
    )
