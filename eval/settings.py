"""What a run asks, and how: everything the command line can set about it but the model."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal, get_args

from neuroonco.errors import RunError

Config = Literal["closed", "open"]
Method = Literal["generate", "likelihood"]
Shown = Literal["real", "blank", "swapped"]

DEFAULT_PROMPTS: dict[Config, str] = {"closed": "eval/closed_direct", "open": "eval/open_direct"}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a run.

    Attributes:
        config: ``closed`` (multiple choice) or ``open`` (answers in words).
        prompt: the name of a prompt below ``prompts/``, or a prompt file; None for the config's
            default, see `DEFAULT_PROMPTS`.
        method: ``generate`` reads the letter from what the model writes; ``likelihood`` compares
            how likely the model finds each letter.
        picture: ``real``, or for a blind run ``blank`` (uniform grey) or ``swapped`` (the picture
            of another image, drawn by the seed).
        circular: ask each closed question under every rotation of its options.
        few_shot: so many solved questions are shown before each.
        ids: ask only these questions; all where empty.
        question_types: ask only questions of these types; all where empty.
        limit: ask only the first so many of what is left; None for all.
        batch_size: questions a model gets at once; None for what suits the model. It changes the
            speed only.
        seed: of the intervals, the swapped pictures and the examples.
    """

    config: Config = "closed"
    prompt: str | os.PathLike[str] | None = None
    method: Method = "generate"
    picture: Shown = "real"
    circular: bool = False
    few_shot: int = 0
    ids: tuple[str, ...] = ()
    question_types: tuple[str, ...] = ()
    limit: int | None = None
    batch_size: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name, known in (("config", Config), ("method", Method), ("picture", Shown)):
            if getattr(self, name) not in get_args(known):
                raise RunError(
                    f"there is no {name} {getattr(self, name)!r}; choose one of "
                    f"{', '.join(get_args(known))}"
                )
        if self.batch_size is not None and self.batch_size < 1:
            raise RunError(
                f"a batch of {self.batch_size} questions is none; give --batch-size 1 or more"
            )
        if self.few_shot < 0:
            raise RunError(f"{self.few_shot} examples cannot be shown; give --few-shot 0 or more")
        if self.config == "open" and (self.circular or self.method == "likelihood"):
            raise RunError(
                "open questions have no options; --circular and --method likelihood are for the "
                "config closed"
            )

    @property
    def prompt_name(self) -> str | os.PathLike[str]:
        """The prompt to load."""
        return DEFAULT_PROMPTS[self.config] if self.prompt is None else self.prompt
