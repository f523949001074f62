"""A run's folder: config.json, predictions.jsonl and results.json.

``predictions.jsonl`` only ever grows, a line a question, and is flushed after every batch; a later
line about a question replaces an earlier one. The other files are written whole or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

from neuroonco.errors import RunError
from neuroonco.files import write_text

# These decide how fast a run goes and how far, never what a question's answer is.
_FREE = ("batch_size", "limit")


@dataclass(frozen=True, slots=True)
class Prediction:
    """One line of predictions.jsonl.

    Attributes:
        question_id: of the question.
        image_id: of its image.
        question_type: such as ``diagnosis``.
        picture: digest of the picture's file, None for baselines, which look at none.
        raw: what the model said.
        outcome: how it was read, see `eval.parse.Choice`.
        letter: the letter read, or None.
        answer: the right letter.
        correct: whether the two are equal.
        error: why there is no answer, or None.
    """

    question_id: str
    image_id: str
    question_type: str
    picture: str | None
    raw: str
    outcome: str
    letter: str | None
    answer: str
    correct: bool
    error: str | None


class Run:
    """A run's folder, open for going on.

    Attributes:
        folder: where it is.
        predictions: what was answered so far, by question id.
    """

    def __init__(self, folder: Path, predictions: dict[str, Prediction]) -> None:
        self.folder = folder
        self.predictions = predictions

    @classmethod
    def open(cls, folder: Path, config: Mapping[str, Any]) -> Self:
        """Start a run, or go on with one of the same settings.

        Args:
            folder: made if it is missing.
            config: the settings, as JSON.

        Raises:
            RunError: the folder holds a run of other settings, or a damaged one.
        """
        if folder.exists() and not folder.is_dir():
            raise RunError(f"{folder} is a file; give a folder for the run")
        config = json.loads(json.dumps(config))
        lines = folder / "predictions.jsonl"
        if (folder / "config.json").is_file():
            _check_same(folder, _read_json(folder / "config.json"), config)
        elif lines.exists():
            raise RunError(
                f"{lines}: there are predictions but no config.json to say of what; "
                "give another folder"
            )
        write_text(folder / "config.json", json.dumps(config, indent=2, ensure_ascii=False) + "\n")
        _cut_torn_line(lines)
        return cls(folder, {line.question_id: line for line in read_predictions(lines)})

    def append(self, batch: Iterable[Prediction]) -> None:
        """Add a batch's predictions and flush them."""
        batch = list(batch)
        text = "".join(json.dumps(asdict(line), ensure_ascii=False) + "\n" for line in batch)
        with (self.folder / "predictions.jsonl").open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
        self.predictions.update({line.question_id: line for line in batch})

    def finish(self, results: Mapping[str, Any]) -> None:
        """Write results.json."""
        text = json.dumps(results, indent=2, ensure_ascii=False) + "\n"
        write_text(self.folder / "results.json", text)


def read_predictions(path: Path) -> Iterator[Prediction]:
    """Read a file of predictions, in the order they were made.

    Raises:
        RunError: a line is not a prediction; names file and line.
    """
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file, 1):
            try:
                values = json.loads(line)
                yield Prediction(**{field.name: values[field.name] for field in fields(Prediction)})
            except (ValueError, KeyError, TypeError) as error:
                raise RunError(
                    f"{path}, line {number}: not a prediction ({error}); delete the line and run "
                    "again, the question is then asked again"
                ) from error


def _cut_torn_line(path: Path) -> None:
    """Drop the end of a line that a killed run left behind."""
    if not path.exists():
        return
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        with path.open("r+b") as file:
            file.truncate(whole)


def _check_same(folder: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    was, now = _flat(old), _flat(new)
    differences = [
        f"{key}: {was.get(key)} there, {now.get(key)} now"
        for key in sorted(was.keys() | now.keys())
        if key not in _FREE and was.get(key) != now.get(key)
    ]
    if differences:
        raise RunError(
            f"{folder} holds a run of other settings ({'; '.join(differences)}); give another "
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


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: cannot be read ({error}); give another folder") from error
    if not isinstance(content, dict):
        raise RunError(f"{path}: is not a run's config; give another folder")
    return content
