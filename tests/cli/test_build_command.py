"""The command build, as `main` runs it, and what check says of leakage."""

import json

import numpy as np
import pytest
from PIL import Image

from neuroonco.demo.layouts import write_source
from tests.published import closed_record, conversation, write_json, write_picture


@pytest.fixture
def downloads(tmp_path):
    write_source(tmp_path / "downloads", "10", per_class=4, size=48)
    return tmp_path / "downloads"


def test_build_says_what_it_made_and_how_to_load_it(command, downloads, tmp_path):
    out = tmp_path / "built"
    status, printed, err = command("build", downloads, out, "--test-share", "1")
    assert (status, err) == (0, "")
    assert "20 pictures, 0 broken" in printed
    assert "masks, 0 of them broken" in printed
    assert "blind floors" in printed
    assert f'data_dir="{downloads}", annotations="{out}"' in printed
    assert (out / "statistics.html").exists()


def test_build_until_the_index(command, downloads, tmp_path):
    status, printed, _ = command("build", downloads, tmp_path / "out", "--until", "index")
    assert status == 0
    assert "masks" not in printed
    assert not (tmp_path / "out/attributes.parquet").exists()


def test_build_exits_with_1_where_texts_give_answers_away(command, tmp_path):
    draw = np.random.default_rng(0)
    for number in range(320):
        label = ("glioma", "meningioma", "pituitary", "normal")[number % 4]
        name = {"normal": "normal"}.get(label, f"{label}_tumor")
        path = tmp_path / f"raw/Data/{name}/{label[0].upper()}_{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        coarse = Image.fromarray(draw.integers(0, 255, (8, 8), dtype=np.uint8))
        coarse.resize((64, 64), Image.Resampling.BICUBIC).save(path)
    arguments = ("build", tmp_path / "raw", tmp_path / "out", "--test-share", "1")
    status, printed, _ = command(*arguments)
    assert status == 0, printed
    status, printed, _ = command(*arguments, "--trap-share", "0.5")
    assert status == 1
    assert "Blind floors more than three points above chance: diagnosis" in printed


def test_check_leakage(command, tmp_path):
    shared = "glioma/01/glioma_01 (1).jpg"
    write_picture(tmp_path / "data" / shared)
    write_json(tmp_path / "data/benchmark/closed/closed.json", [closed_record(1, shared)])
    write_json(tmp_path / "data/training/train_open.jsonl", [conversation(shared)])
    status, printed, _ = command("check", tmp_path / "data", "--leakage")
    assert status == 1
    assert "| same path | 1 |" in printed
    status, printed, _ = command("check", tmp_path / "data", "--leakage", "--json")
    assert json.loads(printed)["paths"] == [shared]
    other = "glioma/01/glioma_01 (2).jpg"
    write_json(tmp_path / "data/training/train_open.jsonl", [conversation(other)])
    assert command("check", tmp_path / "data", "--leakage")[0] == 0


def test_check_leakage_needs_both_sides(command, tmp_path):
    (tmp_path / "data").mkdir()
    status, _, err = command("check", tmp_path / "data", "--leakage")
    assert status == 1
    assert "annotations for testing and for training are needed" in err


def test_eval_asks_what_was_built(command, downloads, tmp_path):
    out = tmp_path / "built"
    command("build", downloads, out, "--test-share", "1")
    arguments = ("eval", "--model", "baseline:prior", "--data-dir", downloads)
    status, printed, err = command(*arguments, "--annotations", out, "--out", tmp_path / "run")
    assert status == 0, err
    records = json.loads((out / "benchmark/closed/closed.json").read_text())
    asked = sum(len(record["vqa_pairs"]) for record in records)
    assert f"{asked} questions expected, {asked} scored" in printed


def test_check_leakage_against_other_files(command, tmp_path):
    shared = "glioma/01/glioma_01 (1).jpg"
    write_json(tmp_path / "data/benchmark/closed/closed.json", [closed_record(1, shared)])
    write_json(tmp_path / "metadata.json", [{"sample_id": "1", "image_path": shared}])
    status, printed, _ = command(
        "check", tmp_path / "data", "--leakage", "--training", tmp_path / "metadata.json"
    )
    assert status == 1
    assert "| same path | 1 |" in printed
