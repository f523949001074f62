"""Sources with mask pictures: 05, 10, 15 and 18.

Each writer returns the pictures it wrote, without the masks, in the order written.
"""

import json
from pathlib import Path

from neuroonco.demo.canvas import Canvas
from neuroonco.demo.phantom import HEALTHY

_FOUR_05 = {
    "glioma": ("gl", "glioma"),
    "meningioma": ("me", "meningioma"),
    "pituitary": ("pi", "pituitary"),
    "no_tumor": ("no", HEALTHY),
}

# File stem, suffix of the mask's stem and sequence, by class folder.
_STEMS_10 = {
    "Astrocytoma": (
        ("Astrocytoma_T1CE_{n:03}", "_mask", "t1ce"),
        ("Astrocytoma_T2_{n:03}", "_mask", "t2"),
        ("Astrocytoma_T1_{n:03}", "_mask", "t1"),
    ),
    "Glioblastoma": (
        ("Glioblastoma_flair_{n:03}", "mask_", "flair"),
        ("Glioblastoma_t1ce_{n:03}", "_mask", "t1ce"),
        ("Glioblastoma_t2_{n:03}", "_mask", "t2"),
    ),
    "Gliomas": (
        ("TCGA_CS_4941_19960909_{n}", "_mask", "flair"),
        ("{n}_flair", "_mask", "flair"),
    ),
    "Meningioma": (("{n}", "_mask", "t1"),),
    "Neurocytoma": (("T2_{n}", "_mask", "t2"),),
}


def write_05(folder: Path, *, per_class: int = 2, seed: int = 0, size: int = 128) -> list[Path]:
    """Write source 05: `brisc2025/classification_task/…`, `segmentation_task/…` and manifests.

    The pictures of the segmentation task repeat those of the classification task byte for byte.
    The manifest's columns are invented: nobody has described them.
    """
    canvas, paths = Canvas(folder / "brisc2025", seed, size), []
    manifest: list[dict[str, str]] = []
    for part in ("train", "test"):
        number = 0
        for label, (code, tumour) in _FOUR_05.items():
            for i in range(per_class):
                number += 1
                stem = f"brisc2025_{part}_{number:05}_{code}_ax_t1"
                seen = canvas.slice(stem, "t1", tumour)
                mode = "RGB" if tumour == HEALTHY or i % 2 else "L"
                names = [f"classification_task/{part}/{label}/{stem}.jpg"]
                if tumour != HEALTHY:
                    names.append(f"segmentation_task/{part}/images/{stem}.jpg")
                    canvas.save_mask(f"segmentation_task/{part}/masks/{stem}.png", seen.mask)
                paths += [canvas.save(name, seen.picture, mode) for name in names]
                manifest.append({"filename": f"{stem}.jpg", "split": part, "class": label})
    rows = ["filename,split,class", *(",".join(row.values()) for row in manifest)]
    canvas.text("manifest.csv", "\n".join(rows) + "\n")
    canvas.text("manifest.json", json.dumps(manifest, indent=2))
    return paths


def write_10(
    folder: Path,
    *,
    per_class: int = 2,
    seed: int = 0,
    size: int = 128,
    meningioma: str = "Meningioma",
) -> list[Path]:
    """Write source 10: TIFF pictures (RGB) with TIFF masks (L) beside them, in both spellings.

    Args:
        folder: Root of the source.
        per_class: Pictures in each folder.
        seed: Another seed gives other patients.
        size: Height and width in pixels.
        meningioma: Name of the meningioma folder, "Meningioma" or "Meningiomas".

    Returns:
        The pictures, in the order written.
    """
    canvas, paths = Canvas(folder, seed, size), []
    tumours = {"Meningioma": "meningioma", "Neurocytoma": "neuronal_tumor"}
    for label, stems in _STEMS_10.items():
        place = meningioma if label == "Meningioma" else label
        for i in range(per_class):
            pattern, mask, sequence = stems[i % len(stems)]
            stem = pattern.format(n=i + 1)
            stripped = sequence == "flair" and label == "Glioblastoma"
            seen = canvas.slice(stem, sequence, tumours.get(label, "glioma"), stripped=stripped)
            paths.append(canvas.save(f"{place}/{stem}.tif", seen.picture, "RGB"))
            canvas.save_mask(f"{place}/{stem}{mask}.tif", seen.mask)
    return paths


def write_15(folder: Path, *, per_class: int = 2, seed: int = 0, size: int = 128) -> list[Path]:
    """Write source 15: `images/1.png` with `masks/1.png`, three tumour types in one pool."""
    canvas, paths = Canvas(folder, seed, size), []
    for i in range(3 * per_class):
        tumour = ("meningioma", "glioma", "pituitary")[i % 3]
        seen = canvas.slice(str(i + 1), "t1ce", tumour)
        paths.append(canvas.save(f"images/{i + 1}.png", seen.picture))
        canvas.save_mask(f"masks/{i + 1}.png", seen.mask)
    return paths


def write_18(folder: Path, *, per_class: int = 2, seed: int = 0, size: int = 128) -> list[Path]:
    """Write source 18: `data/data/images/1.png` with `data/data/masks/1.png`, and a script."""
    script = '"""A prediction script that comes with the pictures."""\n'
    Canvas(folder, seed, size).text("predict_all.py", script)
    return write_15(folder / "data" / "data", per_class=per_class, seed=seed, size=size)
