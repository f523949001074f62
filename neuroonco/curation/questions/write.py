"""Stage IV of the curation: write the questions in the form of the published annotations."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from neuroonco.curation.parallel import map_all
from neuroonco.curation.questions.asking import Questions
from neuroonco.curation.questions.closed import TypeCount
from neuroonco.curation.questions.subjects import Subject
from neuroonco.curation.settings import TRAP_SHARE
from neuroonco.files import write_whole

FILES = {"closed": "benchmark/closed/closed.json", "open": "benchmark/open/open.json"}
"""Where the questions of the test split go."""

CONVERSATIONS = {split: f"instruction/{split}.jsonl" for split in ("train", "validation")}
"""Where the conversations of the other splits go."""


@dataclass(frozen=True, slots=True)
class Written:
    """How much was asked.

    Attributes:
        closed: split to what became of each closed type there.
        opened: question type to the number of open questions.
        conversations: split to task to the number of conversations.
    """

    closed: dict[str, list[TypeCount]] = field(default_factory=dict)
    opened: Counter[str] = field(default_factory=Counter)
    conversations: dict[str, Counter[str]] = field(default_factory=dict)


def write_questions(
    subjects: Sequence[Subject], out: Path, seed: int = 0, trap_share: float = TRAP_SHARE
) -> Written:
    """Write closed and open questions of the test split, and conversations of the other two.

    A split without pictures has no file. Ids are numbered in an order that says nothing.

    Args:
        subjects: of all splits, by image_id.
        out: the folder of the curation's files.
        seed: another one gives other questions.
        trap_share: see `neuroonco.curation.questions.balance.deal`.
    """
    written = Written()
    for split in ("test", *CONVERSATIONS):
        of_split = [subject for subject in subjects if subject.split == split]
        questions = Questions(of_split, seed, trap_share)
        written.closed[split] = questions.counts
        if split == "test":
            for config, name in FILES.items():
                records = _records(of_split, questions, config, seed)
                _write(out / name, _json(_counted(records, written.opened)))
        else:
            tasks = written.conversations[split] = Counter()
            rows = _conversations(of_split, questions)
            _write(out / CONVERSATIONS[split], _lines(_counted(rows, tasks)))
    return written


def _counted(rows: Iterable[dict[str, Any]], counts: Counter[str]) -> Iterator[dict[str, Any]]:
    """Pass rows on, and count conversations by task and open questions by type."""
    for row in rows:
        if "task" in row:
            counts[row["task"]] += 1
        counts.update(question["question_type"] for question in row.get("qa_pairs", ()))
        yield row


def _records(
    subjects: Sequence[Subject], questions: Questions, config: str, seed: int
) -> Iterator[dict[str, Any]]:
    shuffled = random.Random(f"{seed} ids").sample(subjects, len(subjects))
    made = _about(shuffled, questions, config)
    for number, (subject, asked) in enumerate(made, start=1):
        if config == "open":
            asked = [
                {"question_id": f"{number}_q{place}", **question}
                for place, question in enumerate(asked, start=1)
            ]
        if asked:
            yield {
                "id": number,
                "image_path": subject.path,
                "vqa_pairs" if config == "closed" else "qa_pairs": asked,
                "meta": _meta(subject),
            }


def _conversations(subjects: Sequence[Subject], questions: Questions) -> Iterator[dict[str, Any]]:
    for subject, rows in _about(subjects, questions, "instruction"):
        for place, row in enumerate(rows, start=1):
            user, assistant = row["messages"]
            yield {
                "images": [subject.path],
                "messages": [user | {"content": f"<image>\n{user['content']}"}, assistant],
                "task": row["task"],
                "meta": {
                    "id": subject.image_id,
                    "pair_index": place,
                    "question_type": row["question_type"],
                    "subtype": row["task"],
                    **_meta(subject),
                },
            }


def _about(
    subjects: Sequence[Subject], questions: Questions, config: str
) -> Iterator[tuple[Subject, list[dict[str, Any]]]]:
    """Each picture with what is asked about it."""
    asked = map_all(lambda subject: questions.about(subject, config), subjects, config, workers=1)
    return zip(subjects, asked, strict=True)


def _meta(subject: Subject) -> dict[str, str]:
    """What the picture's path does not tell a reader of the published names."""
    return {
        "image_id": subject.image_id,
        "source": subject.source,
        "category": subject.category,
        "modality": subject.modality,
        "group": subject.group,
    }


def _json(records: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The lines of a JSON list, an element a line; none where there are no records."""
    before = "[\n"
    for record in records:
        yield before + json.dumps(record, ensure_ascii=False)
        before = ",\n"
    if before != "[\n":
        yield "\n]\n"


def _lines(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    return (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _write(path: Path, texts: Iterator[str]) -> None:
    """Write a file piece by piece; a file that would be empty is removed."""
    first = next(texts, None)
    if first is None:
        path.unlink(missing_ok=True)
        return

    def write(file: BinaryIO) -> None:
        file.write(first.encode("utf-8"))
        file.writelines(text.encode("utf-8") for text in texts)

    write_whole(path, write)
