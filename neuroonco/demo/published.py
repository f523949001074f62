"""Phantoms under the names of the published annotations: the canonical and the release layout."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from neuroonco.demo.canvas import Canvas
from neuroonco.demo.phantom import SEQUENCES, TYPES, Slice

Record = Mapping[str, Any]
"""One image of the published JSON: `id`, `image_path`, and `vqa_pairs` or `qa_pairs`."""

_CODES_05 = {"gl": "glioma", "me": "meningioma", "pi": "pituitary"}
_TRAINING = (
    "glioma/01/glioma_01 ({n}).jpg",
    "meningioma/08_t1ce/meningioma_08_t1ce ({n}).jpeg",
    "pituitary/07_t1ce/pituitary_07_t1ce ({n}).png",
    "glioma/16_t1_t2_t1ce_flair_mask/BraTS2021_{n:05}/BraTS2021_{n:05}_t2.png",
    "healthy/09_t2/healthy_09_t2 ({n}).jpeg",
)
_SPELLINGS = {
    "train": ("train_open", "train_cot_closed", "train_no_cot_closed"),
    "instruction": (
        "instruction_open_train",
        "instruction_closed_cot_train",
        "instruction_closed_nocot_train",
    ),
}


def write_canonical(
    folder: Path,
    closed: Sequence[Record],
    open_records: Sequence[Record] = (),
    *,
    seed: int = 0,
    size: int = 64,
    masks: bool = True,
) -> list[Path]:
    """Write the canonical layout: `category/NN_…/file`, the JSON in `benchmark/`.

    Args:
        folder: The data_dir, made if missing.
        closed: Records of the closed benchmark, written as given to `benchmark/closed/`.
        open_records: Records of the open benchmark, written as given to `benchmark/open/`.
        seed: Another seed gives other patients.
        size: Height and width in pixels.
        masks: Whether to put masks beside the pictures of 05, 10, 14 and 16.

    Returns:
        One picture for each different `image_path`, in the order of the records.
    """
    canvas = Canvas(folder, seed, size)
    paths = []
    for name in dict.fromkeys(str(r["image_path"]) for r in (*closed, *open_records)):
        seen = _draw(canvas, name)
        paths.append(canvas.save(name, seen.picture, _mode(name)))
        mask = _mask_name(name) if masks else None
        if mask:
            whole = "/16_" in name
            canvas.save_mask(mask, seen.labels > 0 if whole else seen.mask)
    _write_json(canvas, "benchmark/closed/closed.json", closed)
    _write_json(canvas, "benchmark/open/open.json", open_records)
    return paths


def write_release(
    folder: Path,
    closed: Sequence[Record],
    open_records: Sequence[Record] = (),
    *,
    seed: int = 0,
    size: int = 64,
    doubled: bool = True,
    training: int = 10,
    spelling: str = "train",
) -> list[Path]:
    """Write the release layout: flat `<id>.<ext>`, JSON in `Benchmark/`, JSONL in `training/`.

    Args:
        folder: The data_dir, made if missing.
        closed: Records of the closed benchmark; their `image_path` becomes `<id>.<ext>`.
        open_records: Records of the open benchmark, changed likewise.
        seed: Another seed gives other patients.
        size: Height and width in pixels.
        doubled: Whether the zips unpacked into doubled folders
            (`images/Benchmark_Images/Benchmark_Images/`).
        training: Pictures of the training set, each with one row in each JSONL file.
        spelling: Names of the JSONL files, "train" or "instruction".

    Returns:
        One picture for each different id, in the order of the records; no training pictures.
    """
    canvas = Canvas(folder, seed, size)
    place = "images/Benchmark_Images/" + ("Benchmark_Images/" if doubled else "")
    paths = []
    for name, flat in {str(r["image_path"]): _flat(r) for r in (*closed, *open_records)}.items():
        paths.append(canvas.save(place + flat, _draw(canvas, name).picture, _mode(name)))
    for part, records in (("Closed", closed), ("Open", open_records)):
        flat_records = [{**record, "image_path": _flat(record)} for record in records]
        _write_json(canvas, f"Benchmark/Benchmark_VQA_{part}.json", flat_records)
    _write_training(canvas, training, doubled=doubled, spelling=spelling)
    return paths


def _flat(record: Record) -> str:
    return f"{record['id']}{PurePosixPath(record['image_path']).suffix}"


def _write_json(canvas: Canvas, name: str, records: Sequence[Record]) -> None:
    if records:
        canvas.text(name, json.dumps(list(records), ensure_ascii=False))


def _draw(canvas: Canvas, name: str) -> Slice:
    """Draw what an image_path promises: the category and the sequence stand in its name."""
    case = re.search(r"BraTS2021_\d+", name)
    patient = case[0] if case else name
    return canvas.slice(patient, _sequence(name), _tumour(name), stripped=case is not None)


def _sequence(name: str) -> str:
    path = PurePosixPath(name)
    for text in (path.stem, *path.parts[1:2]):
        found = [word for word in re.split(r"[^a-z0-9]+", text.lower()) if word in SEQUENCES]
        if found:
            return found[-1]
    return "t1"


def _tumour(name: str) -> str:
    category = name.split("/", 1)[0]
    if category in TYPES:
        return category
    code = re.search(r"_(gl|me|pi)_", name)
    return _CODES_05[code[1]] if code else "glioma"


def _mode(name: str) -> str:
    """A mixture of L and RGB, as in the sources; the 2-D copy of BraTS is all RGB."""
    return "RGB" if "/16_" in name or len(name) % 2 else "L"


def _mask_name(name: str) -> str | None:
    """Where the canonical layout keeps the mask of a picture, if it has one."""
    path = PurePosixPath(name)
    folder = path.parts[1] if len(path.parts) > 2 else ""
    if "mask" not in folder.split("_"):
        return None
    names = {
        "05": f"{path.stem}.png",
        "10": f"{path.stem}_mask{path.suffix}",
        "14": f"mask  ({path.stem}).png",
        "16": f"{path.stem.rsplit('_', 1)[0]}_seg.png",
    }
    mask = names.get(folder[:2])
    return str(path.with_name(mask)) if mask else None


def _write_training(canvas: Canvas, count: int, *, doubled: bool, spelling: str) -> None:
    place = "images/Dataset/" + ("Dataset/" if doubled else "")
    rows: tuple[list[Record], list[Record], list[Record]] = ([], [], [])
    for n in range(1, count + 1):
        name = _TRAINING[n % len(_TRAINING)].format(n=n)
        canvas.save(place + name, _draw(canvas, name).picture, _mode(name))
        for file, row in zip(rows, _conversations(name, n), strict=True):
            file.append(row)
    if count:
        for stem, file in zip(_SPELLINGS[spelling], rows, strict=True):
            lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in file)
            canvas.text(f"training/{stem}.jsonl", "".join(lines))


def _conversations(name: str, number: int) -> Iterable[Record]:
    """One row each of open, closed with explanation, closed without, as the release has them."""
    truth = _tumour(name)
    options = [truth, *(t for t in ("glioma", "healthy", "schwannoma", "metastasis") if t != truth)]
    options = [*options[number % 4 : 4], *options[: number % 4], "None of the above"]
    letter = "ABCDE"[options.index(truth)]
    listed = "\n".join(f"{'ABCDE'[i]}. {option}" for i, option in enumerate(options))
    asked = f"<image>\nWhat is the most likely diagnosis?\nOptions:\n{listed}"
    meta = {
        "id": number,
        "pair_index": 0,
        "question_type": "diagnosis",
        "subtype": truth,
        "source": name.split("/")[1][:2],
    }
    yield {
        **_row(name, "<image>\nWhat does this slice show?", f"It shows: {truth}."),
        "meta": meta,
    }
    yield _row(name, asked, f"Final: {letter}\nExplanation: The slice shows {truth}.")
    yield _row(name, asked, letter)


def _row(name: str, question: str, answer: str) -> Record:
    return {
        "images": [name],
        "messages": [
            {"role": "user", "content": question},
            {"role": "assistant", "content": answer},
        ],
    }
