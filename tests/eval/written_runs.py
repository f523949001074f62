"""Runs in folders, as `eval` writes them, from answers instead of a model."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from eval.items import AnyQuestion, Item, digest, make_items, select
from eval.models.base import Answer
from eval.prompting import predict
from eval.questions import OpenQuestion, Question
from eval.runs import Run, SavedRun, read_run, settings_of

OPTIONS = ("glioma", "meningioma", "schwannoma", "metastasis", "None of the above")
SIZES = ("small", "large")


def make_questions(images: int = 6) -> list[Question]:
    """A diagnosis and a size of each image; every fourth diagnosis is a trap."""
    asked = []
    for image in range(1, images + 1):
        traced = {
            "image_id": str(image),
            "category": "glioma" if image % 2 else "healthy",
            "source": "05" if image <= images // 2 else "08",
            "modality": "T1",
        }
        trap = image % 4 == 0
        asked += [
            Question(
                question_id=f"{image}_q1",
                question_type="diagnosis",
                text="What is shown?",
                options=OPTIONS,
                answer="E" if trap else "ABCD"[image % 4],
                is_trap=trap,
                **traced,
            ),
            Question(
                question_id=f"{image}_q2",
                question_type="size",
                text="How large is it?",
                options=SIZES,
                answer="AB"[image % 2],
                **traced,
            ),
        ]
    return asked


def make_open_questions(images: int = 4) -> list[OpenQuestion]:
    """Where and how large, of each image; the second has no keyword, and one of the first's two is
    in the question."""
    return [
        one
        for image in range(1, images + 1)
        for one in (
            OpenQuestion(
                f"{image}_q1",
                str(image),
                "Location",
                "Where is the glioma?",
                f"The glioma lies in the left lobe, sector {image}.",
                ("glioma", "left"),
            ),
            OpenQuestion(
                f"{image}_q2", str(image), "Size", "How large is it?", "It covers 5.2% of it.", ()
            ),
        )
    ]


def write_run(
    folder: Path,
    questions: list[AnyQuestion],
    say: Callable[[Item], Answer | str | None],
    **config: Any,
) -> SavedRun:
    """Write a run that answers each item by `say`; an item whose answer is None stays unanswered.

    `config` overrides what config.json holds.
    """
    kind = "closed" if isinstance(questions[0], Question) else "open"
    config = {
        "model": {"name": "parrot"},
        "prompt": {"name": f"{kind}_direct", "version": "1", "digest": "abc"},
        "method": "generate",
        "picture": "real",
        "circular": False,
        "few_shot": None,
        "dataset": {"config": kind, "n": len(questions), "digest": digest(questions)},
        "versions": {},
        "seed": 0,
        "batch_size": None,
        "limit": None,
        "ids": [],
        "question_types": [],
    } | config
    run = Run.open(folder, config, questions)
    settings = settings_of(config)
    items = select(make_items(questions, settings), settings)
    answers = [(item, say(item)) for item in items]
    run.append(
        predict(item, Answer(answer) if isinstance(answer, str) else answer, None)
        for item, answer in answers
        if answer is not None
    )
    return read_run(folder)


def right(item: Item) -> str:
    """Answer by the right letter."""
    return item.question.answer


def always(letter: str) -> Callable[[Item], str]:
    """Answer everything by one letter."""
    return lambda _: letter
