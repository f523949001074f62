"""The curation beside the plain work it cannot avoid, in one run.

index   `build_index` beside Pillow's decoding of the same files, one core's time divided by the
        cores, each the best of two; the same of processor time, which other work on the machine
        disturbs less; a second run on unchanged data; a run after a few files were added
memory  the same on very many small pictures: peak memory of all processes together, shared pages
        counted once (PSS)
masks   `build_attributes` of 1,000 masks beside Pillow's decoding of the same files, one core's
        time divided by the cores; a second run on unchanged masks
volumes a case as BraTS has it, five .nii.gz of 240 x 240 x 155: its four pictures at the slice of
        the mask, and the mask's attributes, beside decompressing the five files to nowhere

Each step has a process of its own; its time is without imports.

    python benchmarks/curate.py
    python benchmarks/curate.py --parts index --files 20000
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import psutil
from PIL import Image, ImageDraw

ROOT = Path(__file__).parents[1]
CLASSES = ("brain_glioma", "brain_menin", "brain_tumor")


class Kind(NamedTuple):
    """What a picture file is like: Pillow's format and mode, pixels a side."""

    format: str
    mode: str
    size: int


MIX = (  # as the sources have them: most are JPEG of 512 pixels, some larger, smaller or PNG
    *[Kind("JPEG", "RGB", 512)] * 5,
    Kind("JPEG", "L", 512),
    Kind("JPEG", "RGB", 630),
    Kind("JPEG", "RGB", 630),
    Kind("JPEG", "RGB", 256),
    Kind("PNG", "L", 512),
)


def main() -> None:
    """Run the parts that were asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--files", type=int, default=12_000, help="pictures of the part index")
    parser.add_argument("--many", type=int, default=70_000, help="pictures of the part memory")
    parser.add_argument("--masks", type=int, default=1_000, help="masks of the part masks")
    parser.add_argument("--cases", type=int, default=8, help="cases of the part volumes")
    arguments = parser.parse_args()
    for part in arguments.parts:
        with tempfile.TemporaryDirectory() as folder:
            PARTS[part](Path(folder), arguments)


def index(folder: Path, arguments: argparse.Namespace) -> None:
    """Compare the index with decoding alone; each the best of two, in turn."""
    raw, out = folder / "raw", folder / "out"
    write_pictures(raw, range(arguments.files), MIX)
    cores = len(os.sched_getaffinity(0))
    measure("decode", raw)  # warms the disk's cache
    decoded, firsts = [], []
    for _ in range(2):
        decoded.append(measure("decode", raw))
        shutil.rmtree(out, ignore_errors=True)
        firsts.append(measure("index", raw, out))
    alone, first = (min(m, key=lambda one: one["seconds"]) for m in (decoded, firsts))
    plain = alone["seconds"] / cores
    second = measure("index", raw, out)
    write_pictures(raw, range(arguments.files, arguments.files + 20), MIX)
    grown = measure("index", raw, out)
    print(f"index: {arguments.files:,} pictures, most JPEG of 512 pixels; {cores} cores")
    print(f"  decoding alone, one core / cores:      {plain:.2f} s")
    print(f"  first run:                             {first['seconds']:.2f} s")
    print(f"  second run:                            {second['seconds']:.3f} s")
    print(f"  with 20 files more:                    {grown['seconds']:.2f} s")
    print(f"  first run / decoding alone:            {first['seconds'] / plain:.2f}")
    print(f"  the same of processor time:            {first['busy'] / alone['busy']:.2f}")
    print(f"  first run / second run:                {first['seconds'] / second['seconds']:.0f}")
    print(f"  peak memory, all processes:            {first['peak']:.0f} MiB")


def memory(folder: Path, arguments: argparse.Namespace) -> None:
    """Measure the memory that the index of very many pictures takes."""
    write_pictures(folder / "raw", range(arguments.many), [Kind("JPEG", "L", 96)])
    first = measure("index", folder / "raw", folder / "out")
    second = measure("index", folder / "raw", folder / "out")
    print(f"memory: {arguments.many:,} JPEG pictures of 96 pixels")
    print(f"  peak memory, all processes:            {first['peak']:.0f} MiB")
    print(f"  first run, second run:                 {first['seconds']:.1f} s, ", end="")
    print(f"{second['seconds']:.2f} s ({first['seconds'] / second['seconds']:.0f} times)")


def masks(folder: Path, arguments: argparse.Namespace) -> None:
    """Compare the semantics of masks with decoding them alone."""
    raw, out = folder / "raw", folder / "out"
    write_masks(raw, arguments.masks)
    cores = len(os.sched_getaffinity(0))
    measure("decode masks", raw)  # warms the disk's cache
    plain = measure("decode masks", raw)["seconds"] / cores
    first = measure("masks", raw, out)
    second = measure("masks", raw, out)
    print(f"masks: {arguments.masks:,} PNG masks of 512 pixels, {cores} cores")
    print(f"  decoding alone, one core / cores:      {plain:.2f} s")
    print(f"  first run:                             {first['seconds']:.2f} s")
    print(f"  second run:                            {second['seconds']:.3f} s")
    print(f"  first run / decoding alone:            {first['seconds'] / plain:.2f}")
    print(f"  first run / second run:                {first['seconds'] / second['seconds']:.0f}")
    print(f"  peak memory, all processes:            {first['peak']:.0f} MiB")


def volumes(folder: Path, arguments: argparse.Namespace) -> None:
    """Compare a case of BraTS with decompressing its files."""
    write_cases(folder, arguments.cases)
    measure("unpack", folder)  # warms the disk's cache
    plain = measure("unpack", folder)["seconds"] / arguments.cases
    read = measure("volumes", folder)["seconds"] / arguments.cases
    print(f"volumes: {arguments.cases} cases of five 240 x 240 x 155 .nii.gz, one core")
    print(f"  decompressing alone:                   {plain:.3f} s a case")
    print(f"  four pictures and the attributes:      {read:.3f} s a case")
    print(f"  with pictures / decompressing alone:   {read / plain:.2f}")


PARTS: dict[str, Callable[[Path, argparse.Namespace], None]] = {
    "index": index,
    "memory": memory,
    "masks": masks,
    "volumes": volumes,
}


def write_pictures(folder: Path, numbers: range, kinds: Sequence[Kind]) -> None:
    """Write pictures as source 04 lies on disk: phantoms, each turned, stretched and noisy.

    One in fifty is a copy of the one before, re-encoded.
    """
    for label in CLASSES:
        (folder / label).mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor() as pool:
        write = partial(write_picture, folder, tuple(kinds))
        for _ in pool.map(write, numbers, chunksize=64):
            pass


def write_picture(folder: Path, kinds: tuple[Kind, ...], number: int) -> None:
    """Write one of them."""
    draw = np.random.default_rng(number - 1 if number % 50 == 0 < number else number)
    label, kind = CLASSES[number % 3], kinds[number % len(kinds)]
    picture = vary(head(int(draw.integers(48))), kind.size, draw)
    path = folder / label / f"{label}_{number + 10_000}.jpg"
    picture.convert(kind.mode).save(path, kind.format, quality=75 + number % 20)


@lru_cache
def head(number: int) -> Image.Image:
    """One of the phantoms that all pictures are made from."""
    from neuroonco.demo.phantom import SEQUENCES, TYPES, make_slice

    seen = make_slice(number, 512, SEQUENCES[number % 4], TYPES[number % len(TYPES)])
    return Image.fromarray(seen.picture)


def write_masks(folder: Path, count: int) -> None:
    """Write PNG masks of 512 pixels, white on black, of one to three lesions each."""
    folder.mkdir(parents=True)
    for number in range(count):
        draw = np.random.default_rng(number)
        picture = Image.new("L", (512, 512))
        pen = ImageDraw.Draw(picture)
        for _ in range(draw.integers(1, 4)):
            x, y = draw.uniform(100, 400, 2)
            angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
            radii = draw.uniform(10, 60) * draw.uniform(0.7, 1.3, 24)
            outline = np.stack([x + radii * np.cos(angles), y + radii * np.sin(angles)], axis=1)
            pen.polygon([tuple(point) for point in outline], fill=255)
        picture.save(folder / f"{number:05}.png")


def write_cases(folder: Path, count: int) -> None:
    """Write cases as BraTS has them: four sequences and the labels, 240 x 240 x 155 each."""
    import nibabel as nib

    from neuroonco.demo.phantom import make_volume

    phantom = make_volume(1, (240, 240, 155))
    for number in range(count):
        case = folder / f"case{number}"
        if number:
            shutil.copytree(folder / "case0", case)
            continue
        case.mkdir(parents=True)
        for name, voxels in {**phantom.images, "seg": phantom.seg}.items():
            nib.save(nib.Nifti1Image(voxels, phantom.affine), case / f"{name}.nii.gz")


def vary(shown: Image.Image, size: int, draw: np.random.Generator) -> Image.Image:
    """Another patient at a glance: turned, moved, stretched and noisy."""
    angle, stretch, skew = draw.uniform(-3, 3), draw.uniform(0.7, 1.4), draw.uniform(-0.3, 0.3)
    scale = shown.width / size
    matrix = np.array([[np.cos(angle), np.sin(angle)], [skew - np.sin(angle), np.cos(angle)]])
    matrix *= np.array([scale, scale * stretch])
    shift = shown.width / 2 - matrix @ (size / 2 + draw.uniform(-0.08, 0.08, 2) * size)
    turned = shown.transform(
        (size, size),
        Image.Transform.AFFINE,
        (*matrix[0], shift[0], *matrix[1], shift[1]),
        Image.Resampling.BILINEAR,
    )
    noise = np.frombuffer(draw.bytes(size * size), np.uint8).reshape(size, size) // 32
    return Image.fromarray(np.asarray(turned) // 9 * 8 + noise)


def measure(step: str, *paths: Path) -> dict[str, float]:
    """Do a step in a process of its own; watch the memory of it and its children."""
    command = [sys.executable, __file__, "--step", step, *map(str, paths)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        peak = Peak(process.pid)
        output, _ = process.communicate()
        peak.stop()
    if process.returncode:
        sys.exit(f"{step} failed")
    measured: dict[str, float] = json.loads(output.splitlines()[-1])
    return measured | {"peak": peak.mebibytes}


class Peak:
    """Watches how much memory a process and its children hold together."""

    def __init__(self, pid: int) -> None:
        self.mebibytes = 0.0
        self._process = psutil.Process(pid)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(0.2):
            try:
                family = [self._process, *self._process.children(recursive=True)]
            except psutil.Error:
                return
            self.mebibytes = max(self.mebibytes, sum(map(_held, family)) / 2**20)


def _held(process: psutil.Process) -> float:
    try:
        held: float = process.memory_full_info().pss
    except psutil.Error:
        return 0.0
    return held


def run_step(step: str, *paths: str) -> None:
    """Do one step in this process and print how long it took."""
    work = STEPS[step](*map(Path, paths))
    start, before = time.perf_counter(), processor_seconds()
    work()
    seconds, busy = time.perf_counter() - start, processor_seconds() - before
    print(json.dumps({"seconds": seconds, "busy": busy}))


def processor_seconds() -> float:
    """What this process and its finished children have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def decode(pattern: str, raw: Path) -> Callable[[], object]:
    """Decode every picture with Pillow, one after the other."""

    def work() -> None:
        for path in sorted(raw.rglob(pattern)):
            with Image.open(path) as picture:
                picture.load()

    return work


def build(raw: Path, out: Path) -> Callable[[], object]:
    """Survey the downloads and write the index."""
    from neuroonco.curation.index import build_index
    from neuroonco.layout import survey

    return lambda: build_index(survey(raw), out)


def build_masks(raw: Path, out: Path) -> Callable[[], object]:
    """Measure every mask."""
    from neuroonco.curation.semantics import build_attributes

    rows = [
        SimpleNamespace(
            image_id=path.name,
            path=path.name,
            source="15",
            category="tumor",
            modality="t1ce",
            mask=path.name,
            width=512,
            height=512,
        )
        for path in sorted(raw.glob("*.png"))
    ]
    return lambda: build_attributes(rows, raw, out)


def unpack(folder: Path) -> Callable[[], object]:
    """Decompress every volume, and keep nothing of it."""

    def work() -> None:
        for path in sorted(folder.rglob("*.nii.gz")):
            with gzip.open(path) as volume:
                while volume.read(1 << 20):
                    pass

    return work


def read_cases(folder: Path) -> Callable[[], object]:
    """Read the four pictures of every case at the slice of its mask, and describe the mask."""
    from neuroonco.curation.semantics.measure import Job, measure_all
    from neuroonco.demo.phantom import SEQUENCES
    from neuroonco.nifti import read_slice

    def work() -> None:
        for case in sorted(folder.iterdir()):
            for name in SEQUENCES:
                read_slice(case / f"{name}.nii.gz", name, case / "seg.nii.gz")
            jobs = [Job(name, "seg.nii.gz", (240, 240), True, "") for name in SEQUENCES]
            rows = measure_all(jobs, case, None)
            assert not any(row.error for row in rows)  # noqa: S101

    return work


STEPS: dict[str, Callable[..., Callable[[], object]]] = {
    "decode": partial(decode, "*.jpg"),
    "index": build,
    "decode masks": partial(decode, "*.png"),
    "masks": build_masks,
    "unpack": unpack,
    "volumes": read_cases,
}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        run_step(*sys.argv[2:])
    else:
        main()
