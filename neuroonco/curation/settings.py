"""What can be chosen of a build."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from neuroonco.curation.splits import Shares

TRAP_SHARE = 0.19
"""The share of traps among questions with five options, as in the published benchmark."""


class Stage(StrEnum):
    """The stages, in order."""

    INDEX = "index"
    SEMANTICS = "semantics"
    QUESTIONS = "questions"


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be chosen.

    Attributes:
        shares: of pictures for test and validation.
        seed: of splits and questions.
        trap_share: of traps among questions with five options, 0 to 1.
        workers: processes; None for one a core.
        atlas: whether to name brain regions.
        until: the last stage to go through, of `Stage`.
        force: whether to forget what an earlier build has read.
    """

    shares: Shares = field(default_factory=Shares)
    seed: int = 0
    trap_share: float = TRAP_SHARE
    workers: int | None = None
    atlas: bool = False
    until: Stage = Stage.QUESTIONS
    force: bool = False
