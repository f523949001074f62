"""What all runs' results say: what was asked, how, and what became of every question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from eval.parse import OUTCOMES
from eval.runs import SavedRun
from eval.scoring.gain import VisualGain
from eval.throughput import Stopwatch

_COUNTS = ("expected", "scored", "unparsed", "failed", "missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResults:
    """What the results of closed and open runs have in common.

    Attributes:
        model: the model's name.
        config: ``closed`` or ``open``.
        method: how it was asked.
        picture: ``real``, ``blank`` or ``swapped``.
        prompt: name, version and digest; None for rules that use none.
        expected: questions that were to be asked; every rotation of a question counts.
        outcomes: how many answers came to each outcome of `eval.parse.Choice`.
        visual_gain: over the model's blind run, where that was given.
        throughput: see `eval.throughput.Stopwatch`; None where no model was asked.
    """

    model: str
    config: str
    method: str
    picture: str
    prompt: Mapping[str, str] | None
    expected: int
    outcomes: Mapping[str, int]
    visual_gain: VisualGain | None = None
    throughput: Mapping[str, Any] | None = field(default=None, compare=False)

    @property
    def failed(self) -> int:
        """Questions without an answer, because the model or the picture failed."""
        return self.outcomes["error"]

    @property
    def scored(self) -> int:
        """Questions with an answer; one in which nothing can be read counts as wrong."""
        return sum(self.outcomes.values()) - self.failed

    @property
    def unparsed(self) -> int:
        """Answers in which nothing could be read."""
        return self.outcomes["unparsed"]

    @property
    def missing(self) -> int:
        """Questions without a prediction."""
        return self.expected - sum(self.outcomes.values())

    @property
    def complete(self) -> bool:
        """Whether every question was answered and scored."""
        return self.scored == self.expected

    @property
    def counts(self) -> dict[str, int]:
        """How many questions were expected, scored, unparsed, failed and missing."""
        return {name: getattr(self, name) for name in _COUNTS}

    def to_dict(self) -> dict[str, Any]:
        """The content of results.json."""
        shares = {o: n / self.scored for o, n in self.outcomes.items() if o != "error" and n}
        values = asdict(self)
        del values["expected"]
        return values | {"counts": self.counts, "outcome_shares": shares}


def common_fields(saved: SavedRun, watch: Stopwatch | None) -> dict[str, Any]:
    """The fields of `RunResults` for a run; where nothing was asked, its old throughput stays."""
    config = saved.config
    found = Counter(prediction.outcome for prediction in saved.predictions)
    return {
        "model": config["model"]["name"],
        "config": config["dataset"]["config"],
        "method": config["method"],
        "picture": config["picture"],
        "prompt": config["prompt"],
        "expected": len(saved.items),
        "outcomes": {outcome: found[outcome] for outcome in OUTCOMES},
        "throughput": (watch.to_dict() if watch else None) or saved.results.get("throughput"),
    }
