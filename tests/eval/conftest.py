"""A small closed dataset with real picture files, whose names must never reach a model."""

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
    rows = []
    for i in range(images):
        path = folder / f"SECRETNAME_glioma_{i}.png"
        draw(i).save(path)
        for n, kind in enumerate(TYPES):
            options = OPTIONS if n < 2 else ["Healthy", "Abnormal"]
            rows.append(
                {
                    "question_id": f"SECRETID{i}_q{n}",
                    "image_id": f"SECRETID{i}",
                    "image": str(path),
                    "image_path": f"glioma/08_t1/{path.name}",
                    "source": "SECRETSOURCE",
                    "category": "glioma",
                    "modality": "T1",
                    "question_type": kind,
                    "question": "What is shown" + " here" * (i + n) + "?",
                    "options": options,
                    "answer": "ABCDE"[(i + n) % len(options)],
                    "is_trap": False,
                    "original_answer": "",
                }
            )
    return rows


@pytest.fixture
def make_dataset(tmp_path: Path) -> Callable[[int], datasets.Dataset]:
    """Make a closed dataset of so many images, with three questions each."""

    def make(images: int = 4) -> datasets.Dataset:
        folder = tmp_path / "SECRETFOLDER"
        folder.mkdir(exist_ok=True)
        table = datasets.Dataset.from_list(make_rows(folder, images))
        return table.cast_column("image", datasets.Image())

    return make


@pytest.fixture
def dataset(make_dataset: Callable[[int], datasets.Dataset]) -> datasets.Dataset:
    return make_dataset(4)
