"""Loading 20,000 pictures: this builder beside the library's own `imagefolder`, in one run.

Both read the same files, each step in a process of its own, so that peak memory is its own too.
Times are of the load_dataset call (and of the first row, when streaming), without imports.

    python benchmarks/load.py --files 20000
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[1]
STEPS = ("first build", "second load", "first streamed row")
CLASSES = {"glioma": "gl", "meningioma": "me", "notumor": "no", "pituitary": "pi"}


def main() -> None:
    """Make the files, take the measurements, print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--size", type=int, default=128, help="pixels a side")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_raw(folder / "raw", arguments.files, arguments.size)
        write_canonical(folder / "canonical", folder / "raw")
        _measure(
            "imagefolder", folder / "raw", "stream", folder / "warm-up"
        )  # warms the disk's cache
        results = {
            "imagefolder": measure_all("imagefolder", folder / "raw", folder / "a"),
            "mm_neuroonco, raw": measure_all("mm_neuroonco", folder / "raw", folder / "b"),
            "mm_neuroonco, canonical": measure_all(
                "mm_neuroonco", folder / "canonical", folder / "c"
            ),
        }
    report(results, arguments.files)


def write_raw(folder: Path, count: int, size: int) -> None:
    """Write `count` JPEG pictures, all different, as source 03 lies on disk."""
    draw = np.random.default_rng(0)
    canvas = draw.integers(0, 255, (4 * size, 4 * size), dtype=np.uint8)
    canvas = np.asarray(Image.fromarray(canvas).resize((8 * size, 8 * size)))
    for number in range(count):
        label = list(CLASSES)[number % 4]
        path = folder / "Training" / label / f"Tr-{CLASSES[label]}_{number + 10_000}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        top, left = draw.integers(0, 7 * size, 2)
        Image.fromarray(canvas[top : top + size, left : left + size]).save(path)


def write_canonical(folder: Path, raw: Path) -> None:
    """Name the same files as published annotations do, with a question each."""
    options = {
        "A": "glioma",
        "B": "meningioma",
        "C": "pituitary",
        "D": "healthy",
        "E": "None of the above",
    }
    records = []
    for number, path in enumerate(sorted(raw.rglob("*.jpg")), start=1):
        name = f"glioma/08_t1/glioma_08_t1 ({number}).jpg"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        os.link(path, folder / name)
        question = {
            "question_type": "diagnosis",
            "question": "What is it?",
            "options": options,
            "answer": "A",
        }
        records.append({"id": number, "image_path": name, "vqa_pairs": [question]})
    (folder / "benchmark" / "closed").mkdir(parents=True)
    (folder / "benchmark" / "closed" / "closed.json").write_text(json.dumps(records))


def measure_all(builder: str, data: Path, cache: Path) -> dict[str, dict[str, float]]:
    """Build, load again, and stream one row."""
    return {
        "first build": _measure(builder, data, "build", cache),
        "second load": _measure(builder, data, "build", cache),
        "first streamed row": _measure(builder, data, "stream", cache),
    }


def _measure(builder: str, data: Path, step: str, cache: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--step", builder, str(data), step, str(cache)]
    quiet = {
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_OFFLINE": "1",
        "MM_NEUROONCO_CACHE": str(cache / "pictures"),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        command, env={**os.environ, **quiet}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def run_step(builder: str, data: str, step: str, cache: str) -> None:
    """Do one step in this process and print its seconds and peak memory in MiB."""
    import resource

    from datasets import load_dataset

    streaming = step == "stream"
    if streaming and find_spec("torch"):
        import torch  # noqa: F401 (a stream imports it, which says nothing about either builder)

    config: dict[str, object] = {}
    if builder == "mm_neuroonco":
        import mm_neuroonco  # noqa: F401 (registers the name)

        config = {"name": "closed", "test_share": 1.0}
    start = time.perf_counter()
    splits = load_dataset(builder, data_dir=data, cache_dir=cache, streaming=streaming, **config)
    rows = next(iter(splits.values()))
    if streaming:
        next(iter(rows))
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak": peak, "rows": 0 if streaming else len(rows)}))


def report(results: dict[str, dict[str, dict[str, float]]], files: int) -> None:
    """Print what was measured, as ratios to imagefolder and to the first build."""
    print(f"{files:,} pictures; seconds (peak memory in MiB)")
    for name, steps in results.items():
        shown = "; ".join(f"{s}: {m['seconds']:.2f} ({m['peak']:.0f})" for s, m in steps.items())
        print(f"  {name}, {steps['first build']['rows']:,} rows: {shown}")
    peer = results["imagefolder"]["first build"]
    for name, steps in list(results.items())[1:]:
        first = steps["first build"]
        print(f"{name}")
        print(f"  first build / imagefolder's:          {first['seconds'] / peer['seconds']:.2f}")
        print(f"  peak memory / imagefolder's:          {first['peak'] / peer['peak']:.2f}")
        for step in STEPS[1:]:
            seconds = steps[step]["seconds"]
            print(f"  {step + ' / own first build:':<38}{seconds / first['seconds']:.2f}")
            print(f"  {step + ' / imagefolder first build:':<38}{seconds / peer['seconds']:.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        run_step(*sys.argv[2:])
    else:
        main()
