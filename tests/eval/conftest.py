"""Small datasets with real picture files, whose names must never reach a model."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import hypothesis
import pytest
from drawing import draw

hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")

OPTIONS = ["metastasis", "meningioma", "glioma", "pituitary_tumor", "None of the above"]
TYPES = ["diagnosis", "modality", "size"]


def make_rows(folder: Path, images: int) -> list[dict[str, Any]]:
    return [
        _traced(folder, i)
        | {
            "question_id": f"SECRETID{i}_q{n}",
            "question_type": kind,
            "question": "What is shown" + " here" * (i + n) + "?",
            "options": (options := OPTIONS if n < 2 else ["Healthy", "Abnormal"]),
            "answer": "ABCDE"[(i + n) % len(options)],
            "is_trap": False,
            "original_answer": "",
        }
        for i in range(images)
        for n, kind in enumerate(TYPES)
    ]


def make_open_rows(folder: Path, images: int) -> list[dict[str, Any]]:
    return [
        _traced(folder, i)
        | {
            "question_id": f"SECRETID{i}_q{n}",
            "question_type": kind,
            "question": f"Where is it, and how large, in case {i}{n}?",
            "reference_answer": f"In sector {i}, {n} cm.",
            "eval_keywords": ["sector", f"{n} cm"],
        }
        for i in range(images)
        for n, kind in enumerate(("Location", "Size"))
    ]


def _traced(folder: Path, i: int) -> dict[str, Any]:
    path = folder / f"SECRETNAME_glioma_{i}.png"
    if not path.exists():
        draw(i).save(path)
    return {
        "image_id": f"SECRETID{i}",
        "image": str(path),
        "image_path": f"glioma/08_t1/{path.name}",
        "source": "SECRETSOURCE",
        "category": "glioma",
        "modality": "T1",
    }


@pytest.fixture
def pictures_folder(tmp_path: Path) -> Path:
    """Where the pictures lie."""
    folder = tmp_path / "SECRETFOLDER"
    folder.mkdir()
    return folder


@pytest.fixture
def make_dataset(pictures_folder: Path) -> Callable[[int], datasets.Dataset]:
    """Make a closed dataset of so many images, with three questions each."""

    def make(images: int = 4) -> datasets.Dataset:
        table = datasets.Dataset.from_list(make_rows(pictures_folder, images))
        return table.cast_column("image", datasets.Image())

    return make


@pytest.fixture
def dataset(make_dataset: Callable[[int], datasets.Dataset]) -> datasets.Dataset:
    return make_dataset(4)


@pytest.fixture
def open_dataset(pictures_folder: Path) -> datasets.Dataset:
    """An open dataset of three images, with two questions each."""
    table = datasets.Dataset.from_list(make_open_rows(pictures_folder, 3))
    return table.cast_column("image", datasets.Image())
