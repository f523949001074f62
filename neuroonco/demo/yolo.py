"""Source 19: pictures with YOLO labels, in both of its releases."""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neuroonco.demo.canvas import Canvas, outline
from neuroonco.demo.tumour import ED, ET, NCR

_CLASSES = ("glioma", "meningioma", "pituitary")
_REGIONS = (NCR, ED, ET)  # what label0, label1 and label2 of the old release box in
_SPLITS = ("train", "valid", "test")
VERSIONS = ("BrainTumorYolov8", "BrainTumorYolov9", "BrainTumorYolov11")
"""The folders of the new release; all three hold the same pictures."""


def write_19(
    folder: Path,
    *,
    per_class: int = 2,
    seed: int = 0,
    size: int = 128,
    release: str = "new",
    wrapper: bool = True,
    versions: Sequence[str] = VERSIONS,
) -> list[Path]:
    """Write source 19.

    The new release is `BrainTumor/BrainTumorYolov8/train/images/1_jpg.rf.<md5>.jpg` with
    polygons, the old one `Brain Tumor Detection/train/images/volume_1_slice_40_jpg.rf.<md5>.jpg`
    with boxes; every third label of either is the other kind.

    Args:
        folder: Root of the source.
        per_class: Pictures of each class in `train`; `valid` and `test` have half as many.
        seed: Another seed gives other patients.
        size: Height and width in pixels.
        release: "new" or "old".
        wrapper: Whether to make the outer folder (`BrainTumor`, `Brain Tumor Detection`).
        versions: Which of the new release's three folders to write.

    Returns:
        The pictures, in the order written.
    """
    if release == "old":
        root = folder / "Brain Tumor Detection" if wrapper else folder
        return _write_release(Canvas(root, seed, size), per_class, old=True)
    root = folder / "BrainTumor" if wrapper else folder
    first, *others = versions
    paths = _write_release(Canvas(root / first, seed, size), per_class, old=False)
    for other in others:
        shutil.copytree(root / first, root / other, dirs_exist_ok=True)
    return [root / v / path.relative_to(root / first) for v in versions for path in paths]


def _write_release(canvas: Canvas, per_class: int, *, old: bool) -> list[Path]:
    names = [f"label{i}" for i in range(3)] if old else list(_CLASSES)
    canvas.text(
        "data.yaml",
        "train: ../train/images\nval: ../valid/images\ntest: ../test/images\n\n"
        f"nc: {len(names)}\nnames: {names}\n",
    )
    paths: list[Path] = []
    for split in _SPLITS:
        count = per_class if split == "train" else max(1, per_class // 2)
        for kind in range(count * len(_CLASSES)):
            paths.append(_write_pair(canvas, split, kind % len(_CLASSES), len(paths), old=old))
    return paths


def _write_pair(canvas: Canvas, split: str, kind: int, index: int, *, old: bool) -> Path:
    stem = f"volume_{index + 1}_slice_{40 + 7 * index % 80}" if old else str(index + 1)
    tumour = "glioma" if old else _CLASSES[kind]
    seen = canvas.slice(stem, "t1ce", tumour, stripped=old)
    name = f"{stem}_jpg.rf.{hashlib.md5(stem.encode(), usedforsecurity=False).hexdigest()}"
    odd_one = index % 3 == 2
    if old:
        found = [(i, seen.labels == region) for i, region in enumerate(_REGIONS)]
    else:
        found = [(kind, seen.mask)]
    lines = [
        f"{label} {box(mask) if old != odd_one else polygon(mask)}"
        for label, mask in found
        if mask.any()
    ]
    canvas.text(f"{split}/labels/{name}.txt", "\n".join(lines))
    return canvas.save(f"{split}/images/{name}.jpg", seen.picture, "RGB")


def polygon(mask: NDArray[np.bool_]) -> str:
    """A mask, bool (H, W), as YOLO's `x1 y1 x2 y2 …`, fractions of width and height."""
    corners = (outline(mask) + 0.5) / np.array(mask.shape[::-1])
    return " ".join(f"{value:.6f}" for value in corners.ravel())


def box(mask: NDArray[np.bool_]) -> str:
    """A mask, bool (H, W), as YOLO's `centre-x centre-y width height`, fractions as above."""
    height, width = mask.shape
    rows, columns = np.nonzero(mask)
    top, bottom, left, right = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    values = (
        (left + right) / 2 / width,
        (top + bottom) / 2 / height,
        (right - left) / width,
        (bottom - top) / height,
    )
    return " ".join(f"{value:.6f}" for value in values)
