"""Saved runs as the reports show them: numbered, named, every block of the results in its place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Literal

from eval.report.sent import shipped_prompt
from eval.runs import SavedRun

Verdict = Literal["above", "unclear", "below", "unknown"]

_PATH = re.compile(r"^(?:/|~|\\\\|[A-Za-z]:[\\/])")
_SLICES = ("question_type", "category", "source", "modality", "options")


@dataclass(frozen=True, slots=True)
class Shown:
    """One score with what it has to be held against, all shares from 0 to 1.

    Attributes:
        n: questions that were scored.
        accuracy: the share of right answers.
        interval: its 95 % interval, or None.
        chance: of a draw among the options.
        majority: of the most frequent answer.
        prior: of the option texts that are most often right.
        balanced: accuracy averaged over the answer texts, or None.
        corrected: accuracy above chance as a share of what can be gained, or None.
    """

    n: int
    accuracy: float
    interval: tuple[float, float] | None
    chance: float
    majority: float
    prior: float
    balanced: float | None
    corrected: float | None

    @property
    def floor(self) -> float:
        """The highest of the three scores that need no picture."""
        return max(self.chance, self.majority, self.prior)

    @property
    def verdict(self) -> Verdict:
        """Where the whole interval lies: only ``above`` shows that the picture was used."""
        if self.interval is None:
            return "unknown"
        low, high = self.interval
        if low > self.floor:
            return "above"
        return "below" if high < self.floor else "unclear"


@dataclass(frozen=True, slots=True)
class RunView:
    """One run of the report.

    Attributes:
        number: from 1; stands for the run in every figure.
        name: of its folder, made unique among the runs.
        model: the model's name; of a folder, its last part.
        config: ``closed`` or ``open``.
        method: how it was asked.
        picture: ``real``, ``blank`` or ``swapped``.
        prompt: name and version, empty for rules that use none.
        template: the text of a prompt that ships with the package, else None.
        counts: questions expected, scored, unparsed, failed and missing.
        outcomes: how often each outcome came up.
        overall: the score over all questions; None where nothing was scored and for open runs.
        by: the scores of each slice, by the slice's name and the group's.
        scores: of open runs: each measure's mean, interval and n.
        scores_by_type: the same for each question type.
        blocks: the further blocks of results.json that are there, such as ``rejection``.
        settings: config.json, flat.
    """

    number: int
    name: str
    model: str
    config: str
    method: str
    picture: str
    prompt: str
    template: str | None
    counts: Mapping[str, int]
    outcomes: Mapping[str, int]
    overall: Shown | None
    by: Mapping[str, Mapping[str, Shown]]
    scores: Mapping[str, Mapping[str, Any]]
    scores_by_type: Mapping[str, Mapping[str, Mapping[str, Any]]]
    blocks: Mapping[str, Any]
    settings: Mapping[str, str]

    @property
    def is_blind(self) -> bool:
        """Whether it was kept from the pictures: a rule, or a model shown others."""
        return self.method == "choose" or self.picture != "real"

    @property
    def is_above(self) -> bool:
        """Whether its overall score lies above the floor with its whole interval."""
        return self.overall is not None and self.overall.verdict == "above" and not self.is_blind


def view_runs(runs: Sequence[SavedRun]) -> list[RunView]:
    """Prepare runs for showing, in the order given."""
    names = _unique([run.folder.resolve().name for run in runs])
    return [
        _view(number, name, run)
        for number, (name, run) in enumerate(zip(names, runs, strict=True), 1)
    ]


def short_name(text: str) -> str:
    """Leave only the last part of an absolute path; any other text stays."""
    if not _PATH.match(text):
        return text
    path = PureWindowsPath(text) if "\\" in text else PurePosixPath(text)
    return path.name or text[:1]


def _view(number: int, name: str, run: SavedRun) -> RunView:
    results, config = run.results, run.config
    prompt = results.get("prompt") or config.get("prompt") or {}
    dataset = config.get("dataset") or {}
    is_open = (results.get("config") or dataset.get("config")) == "open"
    groups = results.get("by") or {}
    shipped = shipped_prompt(run)
    return RunView(
        number=number,
        name=name,
        model=short_name(str(results.get("model") or _model_name(config) or name)),
        config="open" if is_open else "closed",
        method=str(results.get("method") or config.get("method") or ""),
        picture=str(results.get("picture") or config.get("picture") or "real"),
        prompt=" ".join(str(prompt[key]) for key in ("name", "version") if prompt.get(key)),
        template=shipped.template.strip() if shipped else None,
        counts=results.get("counts") or {},
        outcomes=results.get("outcomes") or {},
        overall=None if is_open else _score(results.get("overall")),
        by={} if is_open else {kind: _scores(groups.get(kind)) for kind in _SLICES},
        scores=_measures(results.get("scores")),
        scores_by_type={
            name: _measures(values) for name, values in (groups.get("question_type") or {}).items()
        }
        if is_open
        else {},
        blocks={key: value for key, value in results.items() if isinstance(value, dict) and value},
        settings=dict(_flat(config)),
    )


def _model_name(config: Mapping[str, Any]) -> str | None:
    model = config.get("model")
    name = model.get("name") if isinstance(model, dict) else model
    return None if name is None else str(name)


def _scores(values: Mapping[str, Any] | None) -> dict[str, Shown]:
    scores = {name: _score(value) for name, value in (values or {}).items()}
    return {name: score for name, score in scores.items() if score}


def _score(values: Mapping[str, Any] | None) -> Shown | None:
    if not values or values.get("accuracy") is None:
        return None
    interval = values.get("interval")
    return Shown(
        n=int(values.get("n") or 0),
        accuracy=float(values["accuracy"]),
        interval=(float(interval[0]), float(interval[1])) if interval else None,
        chance=float(values.get("chance") or 0),
        majority=float(values.get("majority") or 0),
        prior=float(values.get("prior") or 0),
        balanced=values.get("balanced_accuracy"),
        corrected=values.get("chance_corrected"),
    )


def _measures(values: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    """Open scores; a bare number stands for its own mean."""
    return {
        name: value if isinstance(value, dict) else {"mean": value}
        for name, value in (values or {}).items()
        if value is not None
    }


def _flat(config: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in config.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        elif isinstance(value, list):
            yield f"{prefix}{key}", ", ".join(short_name(str(part)) for part in value)
        elif value is not None:
            yield f"{prefix}{key}", short_name(str(value))


def _unique(names: Sequence[str]) -> list[str]:
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unique
