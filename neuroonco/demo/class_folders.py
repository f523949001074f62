"""Sources that are pictures in class folders: 01, 02, 03, 04, 13 and 17.

Each writer lays a source out as it unpacks, with phantoms in place of patients, and returns the
pictures it wrote in the order written: masks, labels and tables are not among them. `per_class` is
the number of pictures in each class folder, `size` their height and width in pixels.
"""

import json
from pathlib import Path

from neuroonco.demo.canvas import Canvas, outline
from neuroonco.demo.phantom import HEALTHY

_MIXED = ("t1ce", "t1", "t2")  # the sequences of sources that don't name any

_FOUR_01 = {
    "glioma_tumor": ("glioma", ("gg ({n}).jpg",)),
    "meningioma_tumor": ("meningioma", ("m ({n}).jpg", "m1({n}).jpg", "m3 ({n}).jpg")),
    "no_tumor": (HEALTHY, ("{n}.jpg", "image({n}).jpg", "image ({n}).jpg")),
    "pituitary_tumor": ("pituitary", ("p ({n}).jpg",)),
}
_FOUR_03 = {
    "glioma": ("gl", "glioma"),
    "meningioma": ("me", "meningioma"),
    "notumor": ("no", HEALTHY),
    "pituitary": ("pi", "pituitary"),
}
_THREE_04 = {"brain_glioma": "glioma", "brain_menin": "meningioma", "brain_tumor": "metastasis"}
_FOUR_17 = {
    "glioma_tumor": ("G", "glioma"),
    "meningioma_tumor": ("M", "meningioma"),
    "normal": ("N", HEALTHY),
    "pituitary_tumor": ("P", "pituitary"),
}


def _draw(canvas: Canvas, name: str, tumour: str, index: int, mode: str) -> Path:
    """Draw a picture of one of the usual sequences, its own path being the patient's name."""
    sequence = _MIXED[index % len(_MIXED)]
    return canvas.save(name, canvas.slice(name, sequence, tumour).picture, mode)


def write_01(folder: Path, *, per_class: int = 2, seed: int = 0, size: int = 128) -> list[Path]:
    """Write source 01: `Training/glioma_tumor/gg (1).jpg`, `Testing/no_tumor/image.jpg`."""
    canvas, paths = Canvas(folder, seed, size), []
    for label, (tumour, patterns) in _FOUR_01.items():
        for i in range(per_class):
            mode = "L" if i % 8 == 7 else "RGB"
            train = patterns[i % len(patterns)].format(n=i + 1)
            test = f"image({i}).jpg" if i else "image.jpg"
            paths.append(_draw(canvas, f"Training/{label}/{train}", tumour, i, mode))
            paths.append(_draw(canvas, f"Testing/{label}/{test}", tumour, i + 1, mode))
    return paths


def write_02(folder: Path, *, per_class: int = 2, seed: int = 0, size: int = 128) -> list[Path]:
    """Write source 02: `yes/`, `no/`, the unlabelled `pred/` and the copies for Mask R-CNN."""
    canvas, paths = Canvas(folder, seed, size), []
    kinds = ("glioma", "meningioma", "pituitary")
    regions: dict[str, object] = {}
    for i in range(per_class):
        n, kind = i + 1, kinds[i % 3]
        healthy = f"no/{'No1' if i % 2 else 'no'}{n}.jpg"
        seen = canvas.slice(f"yes/y{n}.jpg", "t1ce", kind)
        part = ("TRAIN", "VAL", "TEST")[i % 3]
        copy = canvas.save(f"Br35H-Mask-RCNN/{part}/y{n}.jpg", seen.picture, "RGB")
        paths += [
            canvas.save(f"yes/y{n}.jpg", seen.picture, "RGB"),
            _draw(canvas, healthy, HEALTHY, i, "L" if i % 2 else "RGB"),
            _draw(canvas, f"pred/pred{n}.jpg", kind, i, "RGB"),
            copy,
        ]
        xs, ys = outline(seen.mask).astype(int).T.tolist()
        shape = {"name": "polygon", "all_points_x": xs, "all_points_y": ys}
        regions[f"{copy.name}{copy.stat().st_size}"] = {
            "filename": copy.name,
            "size": copy.stat().st_size,
            "regions": [{"shape_attributes": shape, "region_attributes": {}}],
            "file_attributes": {},
        }
    canvas.text("Br35H-Mask-RCNN/annotations_all.json", json.dumps(regions))
    return paths


def write_03(
    folder: Path, *, per_class: int = 2, seed: int = 0, size: int = 128, release: str = "old"
) -> list[Path]:
    """Write source 03: `Training/glioma/Tr-gl_0010.jpg`, or `Tr-gl_1.jpg` in the "new" release."""
    canvas, paths = Canvas(folder, seed, size), []
    for part in ("Training", "Testing"):
        for label, (code, tumour) in _FOUR_03.items():
            for i in range(per_class):
                middle = f"{code}Tr_{i:04}" if i % 2 else f"{code}_{i + 10:04}"
                name = middle if release == "old" else f"{code}_{i + 1}"
                mode = "L" if i % 2 == 0 and tumour != HEALTHY else "RGB"
                path = f"{part}/{label}/{part[:2]}-{name}.jpg"
                paths.append(_draw(canvas, path, tumour, i, mode))
    return paths


def write_04(folder: Path, *, per_class: int = 2, seed: int = 0, size: int = 128) -> list[Path]:
    """Write source 04: `Brain_Cancer raw MRI data/Brain_Cancer/brain_glioma/…`, `dataset.csv`.

    The columns of `dataset.csv` are invented: nobody has described them.
    """
    canvas, paths = Canvas(folder, seed, size), []
    rows = ["image,label"]
    for label, tumour in _THREE_04.items():
        for n in range(1, per_class + 1):
            name = f"{label}_{n:04}.jpg"
            inside = f"Brain_Cancer raw MRI data/Brain_Cancer/{label}/{name}"
            paths.append(_draw(canvas, inside, tumour, n, "RGB"))
            rows.append(f"{name},{label}")
    canvas.text("dataset.csv", "\n".join(rows) + "\n")
    return paths


def write_13(folder: Path, *, per_class: int = 2, seed: int = 0, size: int = 128) -> list[Path]:
    """Write source 13: `Dataset/Brain Tumor MRI images/Tumor/glioma (1).jpg`, and CT beside it."""
    canvas, paths = Canvas(folder, seed, size), []
    ct, mri = "Dataset/Brain Tumor CT scan Images", "Dataset/Brain Tumor MRI images"
    for n in range(1, per_class + 1):
        for name, tumour in (("Healthy/ct_healthy", HEALTHY), ("Tumor/ct_tumor", "glioma")):
            picture = canvas.slice(f"{name} {n}", "ct", tumour).picture
            paths.append(canvas.save(f"{ct}/{name} ({n}).jpg", picture, "RGB"))
        paths.append(_draw(canvas, f"{mri}/Healthy/mri_healthy ({n}).jpg", HEALTHY, n, "RGB"))
        for tumour in ("glioma", "meningioma", "pituitary"):
            paths.append(_draw(canvas, f"{mri}/Tumor/{tumour} ({n}).jpg", tumour, n, "RGB"))
    return paths


def write_17(
    folder: Path, *, per_class: int = 2, seed: int = 0, size: int = 128, wrapper: bool = True
) -> list[Path]:
    """Write source 17: `Data/glioma_tumor/G_1.jpg`, or without `Data/`."""
    canvas, paths = Canvas(folder / "Data" if wrapper else folder, seed, size), []
    for label, (letter, tumour) in _FOUR_17.items():
        for n in range(1, per_class + 1):
            paths.append(_draw(canvas, f"{label}/{letter}_{n}.jpg", tumour, n, "RGB"))
    return paths
