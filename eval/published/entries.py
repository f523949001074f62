"""The entries of a prediction file, whatever script has written it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.models.base import Answer
from eval.settings import Config
from neuroonco.errors import NeuroOncoError, RunError
from neuroonco.json_records import read_records

_RAW = ("raw", "raw_batch")
_SAID: dict[Config, str] = {"closed": "pred", "open": "prediction"}
_API_ERROR = "API_ERROR"  # how the scripts begin what they save where a server failed
_LONGEST_ERROR = 200  # characters


@dataclass(frozen=True, slots=True)
class Entry:
    """One prediction of a file.

    Attributes:
        where: file and line.
        image: the image's id; empty where `question` names the question.
        index: the question's number among those of the image, as the file counts them.
        question: the question's id; empty where `image` and `index` name it.
        truth: the right letter by the file; empty where it gives none.
        answer: the reply, or why there is none.
    """

    where: str
    image: str
    index: int
    question: str
    truth: str
    answer: Answer


def config_of(file: Path) -> Config:
    """Whether a prediction file answers closed or open questions.

    Raises:
        RunError: it cannot be read.
    """
    for record, _ in _records(file):
        return "open" if isinstance(record, dict) and _SAID["open"] in record else "closed"
    return "closed"


def read_entries(file: Path, config: Config) -> list[Entry]:
    """Read a prediction file.

    Raises:
        RunError: it cannot be read, or an entry does not say which question it answers.
    """
    return [_entry(record, where, config) for record, where in _records(file)]


def _records(file: Path) -> Iterator[tuple[Any, str]]:
    try:
        yield from read_records(file, file.name)
    except (OSError, NeuroOncoError) as error:
        raise RunError(f"{file}: cannot be read as predictions ({error})") from error


def _entry(record: Any, where: str, config: Config) -> Entry:
    values: dict[str, Any] = record if isinstance(record, dict) else {}
    question = str(values.get("question_id") or "") if config == "open" else ""
    image, index = values.get("id"), values.get("q_index")
    if not question and (image is None or not isinstance(index, int)):
        raise RunError(
            f"{where}: id or q_index is missing, and nothing else says which question is answered; "
            "give a file of the published scripts for the config"
        )
    return Entry(
        where=where,
        image="" if question else str(image),
        index=0 if question else int(index or 0),
        question=question,
        truth=str(values.get("gt") or "").strip().upper() if config == "closed" else "",
        answer=_answer(values, config),
    )


def _answer(record: Mapping[str, Any], config: Config) -> Answer:
    reply = next(
        (str(record[key]) for key in (*_RAW, _SAID[config]) if record.get(key) is not None), ""
    )
    error = record.get("error")
    if not error and reply.startswith(_API_ERROR):
        error = reply
    if not error and not reply.strip():
        error = "the file holds no reply"
    if error:
        return Answer("", " ".join(str(error).split())[:_LONGEST_ERROR])
    return Answer(reply)
