import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from neuroonco.demo.published import write_canonical, write_release

PATHS = (
    "ependymoma/08_t1ce/ependymoma_08_t1ce (1).jpg",
    "ependymoma/08_t1ce/ependymoma_08_t1ce (1).jpeg",
    "metastasis/08_t2/metastasis_08_t2  (55).JPG",
    "meningioma/07_t1ce/meningioma_07_t1 (617).png",
    "tumor/05_t1_mask/brisc2025_train_04787_pi_sa_t1.jpg",
    "tumor/14_t1ce_mask/2280.png",
    "neuronal_tumor/10_t1_t2_mask/T2_96.png",
    "glioma/16_t1_t2_t1ce_flair_mask/BraTS2021_01648/BraTS2021_01648_flair.png",
)
MASKS = (
    "tumor/05_t1_mask/brisc2025_train_04787_pi_sa_t1.png",
    "tumor/14_t1ce_mask/mask  (2280).png",
    "neuronal_tumor/10_t1_t2_mask/T2_96_mask.png",
    "glioma/16_t1_t2_t1ce_flair_mask/BraTS2021_01648/BraTS2021_01648_seg.png",
)
CLOSED: list[dict[str, Any]] = [
    {"id": i, "image_path": path, "vqa_pairs": [{"question": "?", "answer": "A"}]}
    for i, path in enumerate(PATHS, 1)
]
OPEN: list[dict[str, Any]] = [{"id": 8, "image_path": PATHS[7], "qa_pairs": []}]


def test_canonical_writes_each_picture_where_the_json_says(tmp_path: Path) -> None:
    paths = write_canonical(tmp_path, CLOSED, OPEN, size=32)
    assert [p.relative_to(tmp_path).as_posix() for p in paths] == list(PATHS)
    for path in paths:
        with Image.open(path) as picture:
            assert picture.format == ("PNG" if path.suffix == ".png" else "JPEG")
            assert picture.size == (32, 32)
    assert len({Image.open(p).convert("L").tobytes() for p in paths}) == len(paths)
    assert json.loads((tmp_path / "benchmark/closed/closed.json").read_text()) == CLOSED
    assert json.loads((tmp_path / "benchmark/open/open.json").read_text()) == OPEN


def test_canonical_masks_lie_beside_their_pictures(tmp_path: Path) -> None:
    write_canonical(tmp_path / "with", CLOSED, size=48)
    write_canonical(tmp_path / "without", CLOSED, size=48, masks=False)
    for mask in MASKS:
        assert set(np.unique(np.asarray(Image.open(tmp_path / "with" / mask)))) == {0, 255}
        assert not (tmp_path / "without" / mask).exists()


def test_release_is_flat_and_renames_in_the_json(tmp_path: Path) -> None:
    paths = write_release(tmp_path, CLOSED, OPEN, size=32)
    root = tmp_path / "images/Benchmark_Images/Benchmark_Images"
    assert paths == [root / f"{r['id']}{Path(r['image_path']).suffix}" for r in CLOSED]
    assert all(p.is_file() for p in paths)
    closed = json.loads((tmp_path / "Benchmark/Benchmark_VQA_Closed.json").read_text())
    assert closed[0] == {**CLOSED[0], "image_path": "1.jpg"}
    opened = json.loads((tmp_path / "Benchmark/Benchmark_VQA_Open.json").read_text())
    assert opened[0]["image_path"] == "8.png"


@pytest.mark.parametrize("doubled", [True, False])
@pytest.mark.parametrize("spelling", ["train", "instruction"])
def test_release_training_rows_name_pictures_that_exist(
    doubled: bool, spelling: str, tmp_path: Path
) -> None:
    write_release(tmp_path, CLOSED[:1], size=32, training=5, doubled=doubled, spelling=spelling)
    files = sorted((tmp_path / "training").glob("*.jsonl"))
    assert len(files) == 3
    assert all(f.stem.startswith(spelling) for f in files)
    for file in files:
        rows = [json.loads(line) for line in file.read_text().splitlines()]
        assert len(rows) == 5
        for row in rows:
            root = tmp_path / "images/Dataset" / ("Dataset" if doubled else "")
            assert (root / row["images"][0]).is_file()
            assert [m["role"] for m in row["messages"]] == ["user", "assistant"]
            assert row["messages"][0]["content"].startswith("<image>\n")
            assert ("meta" in row) == ("open" in file.stem)


def test_a_written_answer_is_the_right_letter(tmp_path: Path) -> None:
    write_release(tmp_path, (), training=5, size=32)
    for line in (tmp_path / "training/train_no_cot_closed.jsonl").read_text().splitlines():
        row = json.loads(line)
        question, answer = (m["content"] for m in row["messages"])
        assert f"\n{answer}. {row['images'][0].split('/')[0]}\n" in question
