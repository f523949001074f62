"""Make runs of the prediction files that the benchmark's published scripts write.

Closed: ``id``, ``q_index``, ``gt``, ``pred``, and ``raw`` or ``raw_batch`` if replies were saved.
Open: ``question_id`` and ``prediction``.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset

from eval.items import AnyQuestion, digest, make_items
from eval.prompting import predict
from eval.published.entries import config_of, read_entries
from eval.published.naming import find_parts, name_entries
from eval.questions import open_questions_of, questions_of
from eval.runs import Run
from eval.settings import Config, Settings
from neuroonco import __version__
from neuroonco.errors import DataDirError
from neuroonco.layout import survey
from neuroonco.plan import benchmark_items
from neuroonco.rows import make_rows

__all__ = ["config_of", "import_predictions", "published_questions"]


def published_questions(data_dir: str | os.PathLike[str], config: Config) -> Dataset:
    """Load a config of the published benchmark without its pictures, which need not be there.

    Args:
        data_dir: holds the annotations.
        config: ``closed`` or ``open``.

    Raises:
        NeuroOncoError: there are no annotations, or broken ones.
    """
    items = benchmark_items(survey(data_dir), config)
    if not items:
        raise DataDirError(
            f"{data_dir}: the published {config} annotations, which predictions are held against, "
            "are not there; give the folder that holds them"
        )
    rows = [row for item in items for row in make_rows(config, item, [""])]
    return Dataset.from_list(rows).remove_columns("image")


def import_predictions(file: Path, dataset: Dataset, out: str | os.PathLike[str]) -> None:
    """Make a run of a prediction file.

    Replies are read anew by `eval.parse`, of which the file's own reading is no part; only where it
    holds no reply is that reading taken for one. A reply that failed or is empty becomes an error,
    and a question that the file lacks is missing.

    Args:
        file: a JSON list or JSON lines.
        dataset: the config ``closed`` or ``open``, which the file answers.
        out: the run's folder; importing the same file again changes nothing.

    Raises:
        RunError: an entry lacks a field, answers a question that is not in the dataset or one
            that was answered before, or belongs to other annotations; names it. Or the folder holds
            another run.
    """
    config: Config = "closed" if "options" in dataset.column_names else "open"
    questions: Sequence[AnyQuestion]
    questions = questions_of(dataset) if config == "closed" else open_questions_of(dataset)
    by_id = {question.question_id: question for question in questions}
    named = name_entries(read_entries(file, config), by_id)
    parts = find_parts(named)
    items = {item.question.question_id: item for item in make_items(questions, Settings(config))}
    run = Run.open(Path(out), _describe(file, config, questions), questions)
    made = [
        predict(items[name], entry.answer, None, parts.get(name)) for name, entry in named.items()
    ]
    run.append(line for line in made if run.predictions.get(line.key) != line)


def _describe(file: Path, config: Config, questions: Sequence[AnyQuestion]) -> dict[str, Any]:
    """The content of config.json."""
    content = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    return {
        "model": {"name": file.stem, "backend": "published predictions", "digest": content},
        "prompt": None,
        "method": "generate",
        "picture": "real",
        "circular": False,
        "few_shot": None,
        "dataset": {"config": config, "n": len(questions), "digest": digest(questions)},
        "versions": {"mm-neuroonco": __version__},
        "seed": 0,
        "batch_size": None,
        "limit": None,
        "ids": [],
        "question_types": [],
    }
