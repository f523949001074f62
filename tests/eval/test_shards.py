import json
import os
import subprocess
import sys
from pathlib import Path

from drawing import draw
from hypothesis import given
from hypothesis import strategies as st
from killed_runs import SlowParrot, make_dataset

import mm_neuroonco
from eval import evaluate, load_model
from eval.items import Item
from eval.models.tiny import make_tiny_vlm
from eval.predictions import Prediction, append_predictions, read_predictions
from eval.questions import Question
from eval.shards import Shard, gather, this_shard
from neuroonco.demo.layouts import write_source

SCRIPT = Path(__file__).with_name("launched.py")
TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
ACCELERATE = (
    *(sys.executable, "-m", "accelerate.commands.accelerate_cli", "launch"),
    *("--multi_gpu", "--num_processes", "2", "--main_process_port", "0"),
)
QUESTIONS = [Question(f"q{n}", f"i{n // 3}", "t", "?", ("x", "y"), "A") for n in range(12)]
ITEMS = [Item(row, question) for row, question in enumerate(QUESTIONS)]


def prediction(n, letter="A"):
    return Prediction(f"q{n}", f"i{n // 3}", "t", None, letter, "letter", letter, "A", True, None)


def lines(out):
    return (out / "predictions.jsonl").read_text().splitlines()


def run(folder, *command):
    offline = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [*command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        env=os.environ | offline | {"HF_HOME": str(folder / "hf")},
    )


@given(st.lists(st.integers(1, 4), max_size=12), st.integers(1, 5))
def test_processes_share_all_requests_by_image(counts, processes):
    asks = [
        (Item(0, Question(f"{image}_{n}", f"{image}", "t", "?", ("x", "y"), "A")),)
        for image, count in enumerate(counts)
        for n in range(count)
    ]
    shares = [Shard(rank, processes).mine(asks) for rank in range(processes)]
    assert sorted(ask[0].key for share in shares for ask in share) == sorted(a[0].key for a in asks)
    images = [{ask[0].question.image_id for ask in share} for share in shares]
    assert sum(map(len, images)) == len(counts), "no image is in two shares"
    assert max(map(len, images)) - min(map(len, images)) <= 1


def test_a_process_alone_has_all_of_it():
    alone = Shard()
    assert alone.is_first
    assert alone.mine([(item,) for item in ITEMS]) == [(item,) for item in ITEMS]
    assert alone.lines(Path("run")) == Path("run/predictions.jsonl")
    assert alone.collect("x") == ["x"]
    assert this_shard() == alone


def test_a_launcher_that_starts_one_process_where_several_were_wanted_is_told(monkeypatch, caplog):
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.setenv("ACCELERATE_USE_CPU", "True")
    assert this_shard() == Shard()
    assert "starts one process on CPUs" in caplog.text


def test_what_processes_wrote_is_gathered_in_order(tmp_path):
    append_predictions(tmp_path / "predictions.jsonl", [prediction(11)])
    append_predictions(tmp_path / "predictions.0.jsonl", map(prediction, (6, 0)))
    append_predictions(tmp_path / "predictions.10.jsonl", map(prediction, (4, 3)))
    with (tmp_path / "predictions.0.jsonl").open("a") as file:
        file.write('{"question_id": "q1", "tor')
    gather(tmp_path, ITEMS)
    found = list(read_predictions(tmp_path / "predictions.jsonl"))
    assert found == [prediction(n) for n in (11, 0, 3, 4, 6)]
    assert [path.name for path in tmp_path.iterdir()] == ["predictions.jsonl"]


def test_what_is_gathered_replaces_what_was_there(tmp_path):
    append_predictions(tmp_path / "predictions.jsonl", [prediction(0, "B")])
    append_predictions(tmp_path / "predictions.1.jsonl", [prediction(0)])
    gather(tmp_path, ITEMS)
    assert list(read_predictions(tmp_path / "predictions.jsonl"))[-1] == prediction(0)


def test_a_process_killed_while_it_gathers_moves_nothing_twice(tmp_path):
    append_predictions(tmp_path / "predictions.0.jsonl", map(prediction, range(6)))
    half = (tmp_path / "predictions.0.jsonl").read_bytes()
    gather(tmp_path, ITEMS)
    (tmp_path / "predictions.0.jsonl").write_bytes(half)  # as if it had not been removed yet
    gather(tmp_path, ITEMS)
    found = list(read_predictions(tmp_path / "predictions.jsonl"))
    assert found == [prediction(n) for n in range(6)]


def test_files_of_the_user_are_left_alone(tmp_path):
    (tmp_path / "predictions.old.jsonl").write_text("mine")
    gather(tmp_path, ITEMS)
    assert [path.name for path in tmp_path.iterdir()] == ["predictions.old.jsonl"]


def test_a_process_that_fails_ends_the_others_and_nothing_is_lost(tmp_path, monkeypatch):
    draw(1).save(tmp_path / "picture.png")
    done = run(tmp_path, *TORCHRUN, str(SCRIPT), "run", "1")
    assert done.returncode != 0
    assert "process 1 of 2" in done.stdout
    assert "error: the model is gone" in done.stderr
    left = sum(len(p.read_text().splitlines()) for p in tmp_path.glob("run/predictions.*.jsonl"))
    assert left >= 6, "the one that failed had answered two batches"
    assert not (tmp_path / "run/results.json").exists()
    monkeypatch.chdir(tmp_path)
    results = evaluate(make_dataset(), SlowParrot(), tmp_path / "run")
    assert results.complete
    assert results.throughput["questions"] == 60 - left
    assert len(lines(tmp_path / "run")) == 60
    assert len({json.loads(line)["question_id"] for line in lines(tmp_path / "run")}) == 60
    assert not list(tmp_path.glob("run/predictions.*.jsonl"))


def test_two_processes_give_the_same_predictions_as_one(tmp_path):
    write_source(tmp_path / "data", "17", per_class=5, size=32)
    tiny = make_tiny_vlm(tmp_path / "tiny")
    asked = ("--model", "tiny", "--data-dir", "data", "--test-share", "1", "--out", "two")
    two = run(tmp_path, *ACCELERATE, "-m", "eval", *asked)
    assert two.returncode == 0, two.stderr
    dataset = mm_neuroonco.load(
        "closed", tmp_path / "data", split="test", test_share=1, cache_dir=str(tmp_path / "cache")
    )
    evaluate(dataset, load_model(str(tiny)), tmp_path / "one")
    n = len(dataset)
    assert two.stdout.count(f"{n} questions expected, {n} scored") == 1, "the first one tells"
    assert len(lines(tmp_path / "one")) == n >= 16
    assert lines(tmp_path / "two") == lines(tmp_path / "one")
    configs = [(tmp_path / name / "config.json").read_text() for name in ("one", "two")]
    assert configs[0] == configs[1]
    results = json.loads((tmp_path / "two/results.json").read_text())
    assert results["throughput"]["questions"] == n, "of both processes"
