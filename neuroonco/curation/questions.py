"""Questions by rule from a picture's class and sequence, where no annotations were published."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from typing import Any

from neuroonco.prompts import load_words
from neuroonco.vocabulary import TUMOUR_TYPES, UNKNOWN

TRAP_SHARE = 0.19
"""How many five-option questions lack the true answer; the published benchmark has 606 of 3,190."""


def make_questions(
    config: str, image_id: str, category: str, modality: str
) -> list[dict[str, Any]]:
    """Ask about one picture, in the fields of the published annotations.

    What is asked depends on the arguments alone, so a picture keeps its questions whatever else
    lies in data_dir. Distractors are drawn at random, not balanced: the blind floors that an
    evaluation shows tell how much of its score that gives away.

    Args:
        config: ``closed``, ``open`` or ``instruction``.
        image_id: seeds every choice.
        category: one of `neuroonco.vocabulary.CATEGORIES`.
        modality: one of `neuroonco.vocabulary.MODALITIES`.

    Returns:
        For closed, objects of `vqa_pairs`; for open, of `qa_pairs`; for instruction, objects with
        task, question_type and messages.
    """
    closed = list(_closed(random.Random(f"closed {image_id}"), category, modality))
    if config == "closed":
        return closed
    opened = list(_open(random.Random(f"open {image_id}"), category, modality))
    for number, question in enumerate(opened, start=1):
        question["question_id"] = f"{image_id}_q{number}"
    return opened if config == "open" else list(_conversations(closed, opened))


def _closed(draw: random.Random, category: str, modality: str) -> Iterator[dict[str, Any]]:
    words = load_words("questions/by_rule")
    diagnosis = words["diagnosis"]
    if category in TUMOUR_TYPES:
        others = [diagnosis["names"][other] for other in TUMOUR_TYPES if other != category]
        ask = draw.choice(diagnosis["questions"])
        yield _five_options(draw, "diagnosis", ask, diagnosis["names"][category], others)
    else:
        options = [diagnosis["names"][name] for name in ("healthy", "tumor")]
        draw.shuffle(options)
        ask = draw.choice(diagnosis["normal_questions"])
        yield _question("diagnosis", ask, options, diagnosis["names"][category])
    if modality != UNKNOWN:
        names = words["modality"]["names"]
        others = [names[other] for other in names if other != modality]
        others += words["modality"]["others"]
        ask = draw.choice(words["modality"]["questions"])
        yield _five_options(draw, "modality", ask, names[modality], others)


def _five_options(
    draw: random.Random, kind: str, ask: str, truth: str, others: list[str]
) -> dict[str, Any]:
    """Four options and "None of the above", which is right where the truth is not among them."""
    none = load_words("questions/by_rule")["none_of_the_above"]
    is_trap = draw.random() < TRAP_SHARE
    options = draw.sample(others, 4) if is_trap else [truth, *draw.sample(others, 3)]
    draw.shuffle(options)
    question = _question(kind, ask, [*options, none], none if is_trap else truth)
    if is_trap:
        question |= {"meta_trap": True, "meta_original_answer": truth}
    return question


def _question(kind: str, ask: str, options: list[str], answer: str) -> dict[str, Any]:
    letters = string.ascii_uppercase[: len(options)]
    return {
        "question_type": kind,
        "question": ask,
        "options": dict(zip(letters, options, strict=True)),
        "answer": letters[options.index(answer)],
    }


def _open(draw: random.Random, category: str, modality: str) -> Iterator[dict[str, Any]]:
    words = load_words("questions/by_rule")
    diagnosis = words["diagnosis"]
    is_typed = category in TUMOUR_TYPES
    name = diagnosis["names"][category]
    yield {
        "question_type": "diagnosis",
        "question": draw.choice(diagnosis["questions" if is_typed else "normal_questions"]),
        "reference_answer": diagnosis["answers"]["tumour" if is_typed else category].format(
            name=name
        ),
        "eval_keywords": [name.lower()] if is_typed or category == "healthy" else [],
    }
    if modality != UNKNOWN:
        name = words["modality"]["names"][modality]
        yield {
            "question_type": "modality",
            "question": draw.choice(words["modality"]["questions"]),
            "reference_answer": words["modality"]["answers"]["modality"].format(name=name),
            "eval_keywords": [name.lower()],
        }


def _conversations(
    closed: list[dict[str, Any]], opened: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    form = load_words("questions/by_rule")["instruction"]
    for question in closed:
        options = "\n".join(
            form["option"].format(letter=letter, text=text)
            for letter, text in question["options"].items()
        )
        asked = form["closed"].format(question=question["question"], options=options)
        yield _conversation("closed", question["question_type"], asked, question["answer"])
    for question in opened:
        yield _conversation(
            "open", question["question_type"], question["question"], question["reference_answer"]
        )


def _conversation(task: str, kind: str, asked: str, answer: str) -> dict[str, Any]:
    return {
        "task": task,
        "question_type": kind,
        "messages": [
            {"role": "user", "content": asked},
            {"role": "assistant", "content": answer},
        ],
    }
