"""The command that shows the whole loop on data made on the spot."""

from __future__ import annotations

import logging
import os
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from neuroonco.prepare import CACHE_VARIABLE

_DEMO_NOTE = """\
What this means: the pictures are phantoms and the tiny model's weights are random, so no score here
says anything about medicine. A random model is at chance, a draw among the options: chance lies in
its interval. Majority and prior see no picture; what they reach above chance, the questions' texts
give away (on so few balanced questions they fall below it). A model has learnt to look where its
interval is above all three."""


def demo(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Keep the data, the model, the runs and a report in this folder."
        ),
    ] = None,
) -> None:
    """Show the whole loop on data made on the spot: load, evaluate, score. No download.

    Example: mm-neuroonco demo --out demo
    """
    if out is not None:
        _report(_run_demo(out), out)
        return
    with tempfile.TemporaryDirectory() as folder:
        _run_demo(Path(folder))


def _run_demo(folder: Path) -> list[Path]:
    """Go through the whole loop in a folder, and return those of the runs."""
    os.environ[CACHE_VARIABLE] = str(folder / "pictures")
    import mm_neuroonco
    from eval import evaluate as run
    from eval import load_model, print_models
    from neuroonco.demo import make_demo_data

    data, model = folder / "data", folder / "tiny-vlm"
    print("Making pictures: phantoms, laid out as eight of the sources are downloaded")
    make_demo_data(data)
    cache = str(folder / "cache")
    closed = mm_neuroonco.load("closed", data, cache_dir=cache, test_share=0.5)
    logging.getLogger(mm_neuroonco.NAME).setLevel(logging.WARNING)  # what was found stands there
    others = {
        config: mm_neuroonco.load(config, data, cache_dir=cache, test_share=0.5)
        for config in ("open", "instruction")
    }
    for config, splits in {"closed": closed, **others}.items():
        print(f"{config}: " + ", ".join(f"{len(rows):,} {split}" for split, rows in splits.items()))
    models = ["baseline:random", "baseline:majority", "baseline:prior"]
    if find_spec("torch") and find_spec("transformers"):
        from eval.models.tiny import make_tiny_vlm

        print("Making a vision-language model of 1 MB with random weights")
        make_tiny_vlm(model)
        models.append(str(model))
    else:
        print("No torch or transformers here: only the baselines run")
    runs = [folder / "runs" / Path(name).name.replace(":", "-") for name in models]
    print_models(
        [run(closed["test"], load_model(name), out) for name, out in zip(models, runs, strict=True)]
    )
    print(_DEMO_NOTE)
    return runs


def _report(runs: list[Path], out: Path) -> None:
    from eval import read_run, write_report

    markdown, page = write_report([read_run(run) for run in runs], out)
    print(f"\nThe same as a report: {page}, and as Markdown: {markdown}")
