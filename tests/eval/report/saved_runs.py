"""Runs as their folders hold them, made by code for the tests of the reports."""

from pathlib import Path
from typing import Any

from eval.items import Item
from eval.predictions import Prediction
from eval.questions import OpenQuestion, Question
from eval.rotations import rotate
from eval.runs import SavedRun
from neuroonco.prompts import load_prompt

OPTIONS = ("glioma", "meningioma", "schwannoma", "metastasis", "None of the above")
TYPES = ("diagnosis", "modality", "size")
SOURCES = ("05 first source", "08 second source")
HOSTILE = (
    "<script>document.title='x'</script><img src=x onerror=\"document.title='y'\"> & </script>"
)


def make_questions(images: int = 40) -> list[Question]:
    """Three questions an image: of a type each, from two sources, every tenth one a trap."""
    return [
        Question(
            question_id=f"{image}_q{n}",
            image_id=str(image),
            question_type=kind,
            text=f"What is the {kind} of image {image}?",
            options=OPTIONS,
            answer="E" if (trap := (3 * image + n) % 10 == 0) else "ABCD"[(image + n) % 4],
            category="glioma",
            source=SOURCES[image % 2],
            modality="T1",
            is_trap=trap,
            original_answer="lymphoma" if trap else "",
        )
        for image in range(1, images + 1)
        for n, kind in enumerate(TYPES, 1)
    ]


def make_open_questions(images: int = 4) -> list[OpenQuestion]:
    return [
        OpenQuestion(f"{i}_q1", str(i), "Location", "Where is it?", f"In sector {i}.", ("sector",))
        for i in range(1, images + 1)
    ]


def answered(
    question: Question, letter: str | None, raw: str | None = None, **fields: Any
) -> Prediction:
    values = {
        "picture": None,
        "outcome": "unparsed" if letter is None else "letter",
        "correct": letter == question.answer,
        "error": None,
    } | fields
    return Prediction(
        question_id=question.question_id,
        image_id=question.image_id,
        question_type=question.question_type,
        raw=raw if raw is not None else f"I choose {letter}",
        letter=letter,
        answer=question.answer,
        **values,
    )


def make_score(accuracy: float, interval: tuple[float, float] | None, floor: float = 0.6) -> Any:
    return {
        "n": 120,
        "accuracy": accuracy,
        "interval": interval and list(interval),
        "balanced_accuracy": None,
        "chance_corrected": 0.1,
        "chance": 0.2,
        "majority": 0.4,
        "prior": floor,
    }


def make_results(accuracy: float = 0.5, half: float = 0.05, **fields: Any) -> dict[str, Any]:
    """A whole results.json of a closed run."""
    score = make_score(accuracy, (accuracy - half, accuracy + half))
    bins = [
        {"low": i / 10, "high": (i + 1) / 10, "n": i, "confidence": 0.05 + i / 10, "accuracy": 0.5}
        for i in range(1, 10)
    ]
    empty = {"low": 0, "high": 0.1, "n": 0, "confidence": None, "accuracy": None}
    return {
        "model": "org/model",
        "config": "closed",
        "method": "generate",
        "picture": "real",
        "prompt": None,
        "counts": {"expected": 120, "scored": 119, "unparsed": 2, "failed": 1, "missing": 0},
        "outcomes": {"letter": 115, "refusal": 1, "ambiguous": 1, "unparsed": 2, "error": 1},
        "outcome_shares": {},
        "overall": score,
        "by": {"question_type": dict.fromkeys(TYPES, score), "options": {"5": score}},
        "rejection": {
            "n": 120,
            "traps": 12,
            "chosen": 9,
            "recall": 0.25,
            "precision": 0.333,
            "f1": 0.286,
            "false_rejections": 0.056,
        },
        "letters": {"chosen": {"A": 60, "B": 59}, "right": {"A": 50, "B": 69}},
        "confusion": {
            "labels": ["glioma", "meningioma"],
            "chosen": ["glioma", "meningioma", "no letter"],
            "counts": [[17, 4, 0], [5, 13, 1]],
        },
        "calibration": {
            "n": 45,
            "ece": 0.123,
            "brier": 0.234,
            "bins": [empty, *bins],
            "auroc_rejection": None,
            "selective": [{"coverage": 0.5, "accuracy": 0.7}, {"coverage": 1, "accuracy": 0.5}],
        },
        "circular": {"n": 120, "accuracy": 0.345, "interval": None, "consistency": 0.456},
        "visual_gain": {"blind_run": "b", "overall": {"gain": -0.012, "interval": [-0.05, 0.03]}},
        "throughput": {
            "seconds": 12.0,
            "questions_per_second": 10.0,
            "images_per_second": 3.1,
            "tokens_per_second": None,
            "peak_memory_mib": 512.0,
        },
    } | fields


def make_run(
    name: str = "first",
    questions: list[Question] | None = None,
    predictions: list[Prediction] | None = None,
    results: dict[str, Any] | None = None,
) -> SavedRun:
    """A closed run; it answers A to everything, and says nothing readable to every tenth."""
    questions = make_questions() if questions is None else questions
    if predictions is None:
        predictions = [
            answered(question, None if at % 10 == 9 else "A")
            for at, question in enumerate(questions)
        ]
    return SavedRun(
        folder=Path("runs") / name,
        config=_config("closed"),
        dataset=questions,
        items=[Item(row, question) for row, question in enumerate(questions)],
        predictions=predictions,
        results=make_results() if results is None else results,
    )


def make_open_run(name: str = "words") -> SavedRun:
    questions = make_open_questions()
    value = {"mean": 0.5, "interval": [0.4, 0.6], "n": 4}
    predictions = [
        Prediction(
            q.question_id, q.image_id, q.question_type, None, "said", "answer", None, *[None] * 3
        )
        for q in questions
    ]
    results = {
        "model": "org/writer",
        "config": "open",
        "method": "generate",
        "counts": {"expected": 4, "scored": 4, "unparsed": 0, "failed": 0, "missing": 0},
        "outcomes": {"answer": 4},
        "scores": {"keyword_recall": value, "token_f1": {"mean": None, "interval": None, "n": 0}},
        "by": {"question_type": {"Location": {"keyword_recall": value}}},
    }
    items = [Item(row, question) for row, question in enumerate(questions)]
    return SavedRun(Path("runs") / name, _config("open"), questions, items, predictions, results)


def make_circular_run() -> SavedRun:
    """One question under its four rotations: right in the first two, wrong in the others."""
    question = make_questions(1)[0]
    turned = [rotate(question, by) for by in range(4)]
    predictions = [
        answered(one, one.answer if by < 2 else "E", rotation=by) for by, one in enumerate(turned)
    ]
    items = [Item(0, one, by) for by, one in enumerate(turned)]
    return SavedRun(
        Path("runs/circular"), _config("closed"), [question], items, predictions, make_results()
    )


def _config(config: str) -> dict[str, Any]:
    prompt = load_prompt(f"eval/{config}_direct")
    return {
        "model": {"name": "org/model", "folder": "/home/someone/models/secret-place/weights"},
        "prompt": {"name": prompt.name, "version": prompt.version, "digest": prompt.digest},
        "method": "generate",
        "picture": "real",
        "dataset": {"config": config, "n": 3},
        "seed": 0,
        "ids": [],
    }
