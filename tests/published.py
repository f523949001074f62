"""Small annotations in the published form, and pictures for them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def closed_record(identity: int, path: str, **question: Any) -> dict[str, Any]:
    """A closed record with one question; `question` overrides its fields."""
    asked = {
        "question_type": "diagnosis",
        "question": "What is the most likely diagnosis?",
        "options": {
            "A": "Glioma",
            "B": "Meningioma",
            "C": "Healthy",
            "D": "Pituitary",
            "E": "None of the above",
        },
        "answer": "A",
    }
    return {"id": identity, "image_path": path, "vqa_pairs": [asked | question]}


def open_record(identity: int, path: str) -> dict[str, Any]:
    """An open record with one question."""
    asked = {
        "question_id": f"{identity}_q1",
        "question_type": "Location",
        "question": "Where is it?",
        "reference_answer": "In the left frontal lobe.",
        "eval_keywords": ["left", "frontal"],
    }
    return {"id": identity, "image_path": path, "qa_pairs": [asked]}


def conversation(
    path: str, asked: str = "What is it?", answered: str = "A glioma."
) -> dict[str, Any]:
    """An instruction row about one picture."""
    return {
        "images": [path],
        "messages": [
            {"role": "user", "content": f"<image>\n{asked}"},
            {"role": "assistant", "content": answered},
        ],
    }


def write_json(path: Path, content: Any) -> Path:
    """Write JSON, or JSON lines where the name ends so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".jsonl":
        text = "".join(json.dumps(row) + "\n" for row in content)
    else:
        text = json.dumps(content)
    path.write_text(text, encoding="utf-8")
    return path


def write_picture(path: Path, shade: int = 0, size: int = 16) -> Path:
    """Write a small grey picture; another shade gives other bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = (np.arange(size * size, dtype=np.uint32).reshape(size, size) + 7 * shade) % 251
    Image.fromarray(pixels.astype(np.uint8)).save(path)
    return path


def write_benchmark(folder: Path, paths: list[str]) -> Path:
    """A canonical data_dir: pictures at the paths, and one closed and one open question each."""
    for number, path in enumerate(paths, start=1):
        write_picture(folder / path, shade=number)
    closed = [closed_record(number, path) for number, path in enumerate(paths, start=1)]
    opened = [open_record(number, path) for number, path in enumerate(paths, start=1)]
    write_json(folder / "benchmark/closed/closed.json", closed)
    write_json(folder / "benchmark/open/open.json", opened)
    return folder


PATHS = [
    "glioma/16_t1_t2_t1ce_flair_mask/BraTS2021_00001/BraTS2021_00001_flair.png",
    "neuronal_tumor/09_t1ce/neuronal_tumor_09_t1ce  (55).jpeg",
    "neuronal_tumor/10_t1_t2_mask/T2_43.png",
    "healthy/05_t1/healthy_05_t1 (222).jpg",
]
