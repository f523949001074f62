"""From a planned item to the rows of a config."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from neuroonco.items import Item

_PLACEHOLDER = re.compile(r"\s*<image>\s*")


def make_rows(config: str, item: Item, pictures: list[str]) -> Iterator[dict[str, Any]]:
    """The rows of an item.

    Args:
        config: ``closed``, ``open`` or ``instruction``.
        item: what is asked.
        pictures: the absolute path of each of the item's pictures.
    """
    make = {"closed": _closed, "open": _open, "instruction": _instruction}[config]
    for number, question in enumerate(json.loads(item.asked), start=1):
        yield make(item, pictures, number, question)


def _traced(item: Item) -> dict[str, Any]:
    return {
        "image_id": item.image_id,
        "image_path": item.image_path,
        "source": item.source,
        "category": item.category,
        "modality": item.modality,
    }


def _closed(
    item: Item, pictures: list[str], number: int, question: dict[str, Any]
) -> dict[str, Any]:
    return _traced(item) | {
        "question_id": f"{item.image_id}_q{number}",
        "image": pictures[0],
        "question_type": question["question_type"],
        "question": question["question"],
        "options": list(question["options"].values()),
        "answer": question["answer"],
        "is_trap": bool(question.get("meta_trap", False)),
        "original_answer": question.get("meta_original_answer", ""),
    }


def _open(item: Item, pictures: list[str], number: int, question: dict[str, Any]) -> dict[str, Any]:
    return _traced(item) | {
        "question_id": question.get("question_id", f"{item.image_id}_q{number}"),
        "image": pictures[0],
        "question_type": question["question_type"],
        "question": question["question"],
        "reference_answer": question["reference_answer"],
        "eval_keywords": question.get("eval_keywords", []),
    }


def _instruction(
    item: Item, pictures: list[str], number: int, question: dict[str, Any]
) -> dict[str, Any]:
    messages = [
        {"role": turn["role"], "content": _PLACEHOLDER.sub("", turn["content"])}
        for turn in question["messages"]
    ]
    return _traced(item) | {
        "example_id": f"{item.image_id}_{number}",
        "images": pictures,
        "messages": messages,
        "task": question.get("task") or _task(messages),
        "question_type": question.get("question_type")
        or question.get("meta", {}).get("question_type", "unknown"),
    }


def _task(messages: list[dict[str, str]]) -> str:
    """What a published conversation trains, told by its form."""
    asked, answered = messages[0]["content"], messages[-1]["content"]
    if "\nOptions:" not in asked:
        return "open"
    return "closed_cot" if answered.lstrip().startswith("Final:") else "closed"
