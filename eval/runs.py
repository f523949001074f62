"""A run's folder: config.json, questions.jsonl, predictions.jsonl and results.json.

``predictions.jsonl`` only ever grows, a line a question, and is flushed after every batch; a later
line about a question replaces an earlier one. The other files are written whole or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

from eval.items import AnyQuestion, Item, Key, make_items, select
from eval.jsonl import as_row, cut_torn_line
from eval.predictions import Prediction, append_predictions, read_predictions
from eval.questions import OpenQuestion, Question, plain
from eval.settings import Settings
from neuroonco.errors import RunError
from neuroonco.files import write_text, write_whole

# These decide how fast a run goes and what it asks, never what the answer to a question is.
_FREE = ("batch_size", "limit", "ids", "question_types")


class Run:
    """A run's folder, open for going on.

    Attributes:
        folder: where it is.
        predictions: what was answered before it was opened.
    """

    def __init__(self, folder: Path, predictions: dict[Key, Prediction], lines: Path) -> None:
        self.folder = folder
        self.predictions = predictions
        self._lines = lines

    @classmethod
    def open(
        cls, folder: Path, config: Mapping[str, Any], questions: Sequence[AnyQuestion]
    ) -> Self:
        """Start a run, or go on with one of the same settings.

        Args:
            folder: made if it is missing.
            config: the settings, as JSON.
            questions: all questions of the dataset.

        Raises:
            RunError: the folder holds a run of other settings, or a damaged one.
        """
        if folder.exists() and not folder.is_dir():
            raise RunError(f"{folder} is a file; give a folder for the run")
        config = json.loads(json.dumps(config))
        lines = folder / "predictions.jsonl"
        goes_on = (folder / "config.json").is_file()
        if goes_on:
            _check_same(folder, read_json(folder / "config.json"), config)
        elif lines.exists():
            raise RunError(
                f"{lines}: there are predictions but no config.json to say of what; "
                "give another folder"
            )
        if not (goes_on and (folder / "questions.jsonl").is_file()):
            write_whole(folder / "questions.jsonl", lambda file: _write_questions(file, questions))
        write_text(folder / "config.json", json.dumps(config, indent=2, ensure_ascii=False) + "\n")
        cut_torn_line(lines)
        return cls.reopen(folder)

    @classmethod
    def reopen(cls, folder: Path, lines: Path | None = None) -> Self:
        """Open a run that was started, to look at it or to add to it.

        Args:
            folder: of the run.
            lines: where to append predictions; None for predictions.jsonl.

        Raises:
            RunError: no run is there, or a damaged one.
        """
        if not (folder / "config.json").is_file():
            raise RunError(f"{folder}: no run is here; give a folder that `eval` has written")
        found = read_predictions(folder / "predictions.jsonl")
        return cls(
            folder, {line.key: line for line in found}, lines or folder / "predictions.jsonl"
        )

    def append(self, batch: Iterable[Prediction]) -> None:
        """Add a batch's predictions and flush them."""
        append_predictions(self._lines, batch)

    def finish(self, results: Mapping[str, Any]) -> None:
        """Write results.json."""
        text = json.dumps(results, indent=2, ensure_ascii=False) + "\n"
        write_text(self.folder / "results.json", text)


@dataclass(frozen=True, slots=True)
class SavedRun:
    """A run as its folder holds it.

    Attributes:
        folder: where it is.
        config: config.json.
        dataset: all questions of the dataset, the ones that were not asked included.
        items: what was asked.
        predictions: the last one of each item that has one, in the order of the items.
        results: results.json, empty where the run was not finished.
    """

    folder: Path
    config: dict[str, Any]
    dataset: list[Question] | list[OpenQuestion]
    items: list[Item]
    predictions: list[Prediction]
    results: dict[str, Any]

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.folder.resolve().name

    @property
    def questions(self) -> list[AnyQuestion]:
        """The questions that were asked, in the dataset's own order of options."""
        asked = {item.question.question_id for item in self.items}
        return [question for question in self.dataset if question.question_id in asked]

    @property
    def settings(self) -> Settings:
        """The settings that it was made with."""
        return settings_of(self.config)


def read_run(folder: Path) -> SavedRun:
    """Read a run's folder.

    Raises:
        RunError: no run is there, or a damaged one; names the file.
    """
    run = Run.reopen(folder)
    config = read_json(folder / "config.json")
    settings = settings_of(config)
    questions = _read_questions(folder / "questions.jsonl", settings)
    items = select(make_items(questions, settings), settings)
    results = folder / "results.json"
    return SavedRun(
        folder=folder,
        config=config,
        dataset=questions,
        items=items,
        predictions=[run.predictions[item.key] for item in items if item.key in run.predictions],
        results=read_json(results) if results.is_file() else {},
    )


def settings_of(config: Mapping[str, Any]) -> Settings:
    """The settings that a run's config.json holds."""
    return Settings(
        config=config["dataset"]["config"],
        method="likelihood" if config["method"] == "likelihood" else "generate",
        picture=config["picture"],
        circular=config["circular"],
        ids=tuple(config["ids"]),
        question_types=tuple(config["question_types"]),
        limit=config["limit"],
        seed=config["seed"],
    )


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        RunError: the file cannot be read or holds something else.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: cannot be read ({error}); give another folder") from error
    if not isinstance(content, dict):
        raise RunError(f"{path}: is not a JSON object; give another folder")
    return content


def _write_questions(file: BinaryIO, questions: Iterable[AnyQuestion]) -> None:
    for question in questions:
        file.write(json.dumps(as_row(question), ensure_ascii=False).encode() + b"\n")


def _read_questions(path: Path, settings: Settings) -> list[Any]:
    kind: type[Any] = Question if settings.config == "closed" else OpenQuestion
    try:
        with path.open(encoding="utf-8") as file:
            rows = (json.loads(line) for line in file)
            return [kind(**{name: plain(value) for name, value in row.items()}) for row in rows]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise RunError(f"{path}: cannot be read ({error}); run `eval` again") from error


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The settings in which two configs differ, named by their path, such as ``model.dtype``.

    Returns:
        By name, what the first and the second config say; None where one says nothing.
    """
    one, other = _flat(first), _flat(second)
    return {
        key: (one.get(key), other.get(key))
        for key in sorted(one.keys() | other.keys())
        if one.get(key) != other.get(key)
    }


def _check_same(folder: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    different = [
        f"{key}: {was} there, {now} now"
        for key, (was, now) in differences(old, new).items()
        if key not in _FREE
    ]
    if different:
        raise RunError(
            f"{folder} holds a run of other settings ({'; '.join(different)}); give another "
            "folder, or the same settings to go on with that run"
        )


def _flat(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Name nested settings by their path, such as ``model.dtype``."""
    flat: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat
