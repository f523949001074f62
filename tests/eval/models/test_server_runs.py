"""Runs against a server that fails: what it did not answer, and only that, is asked again."""

import json
import re

import datasets
import pytest
from drawing import draw
from faulty_server import FaultyServer

from eval import Settings, evaluate
from eval.models.server import ServerModel
from neuroonco.errors import ModelError

FAULTS = {1: "limit-always", 4: "cut-always", 5: "not-json", 8: "hang-always", 11: "no-text"}


@pytest.fixture(autouse=True)
def _no_key(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server():
    with FaultyServer(says="B") as server:
        yield server


def connect(server, **settings):
    return ServerModel(
        "tiny", base_url=server.base_url, retries=1, first_pause=0.01, timeout=2, **settings
    )


def with_faults(dataset, faults):
    questions = [
        f"{faults.get(n, 'plain')} {question}" for n, question in enumerate(dataset["question"])
    ]
    return dataset.remove_columns("question").add_column("question", questions)


def last_lines(out):
    lines = [json.loads(line) for line in (out / "predictions.jsonl").read_text().splitlines()]
    return {line["question_id"]: line for line in lines}


def test_a_second_run_asks_only_what_failed(dataset, tmp_path, server):
    dataset = with_faults(dataset, FAULTS)
    ids = dataset["question_id"][:]
    first = evaluate(dataset, connect(server), tmp_path / "run")
    assert not first.complete
    assert (first.expected, first.scored, first.failed) == (12, 7, 5)
    lines = last_lines(tmp_path / "run")
    assert {n for n, name in enumerate(ids) if lines[name]["error"]} == FAULTS.keys()
    assert "HTTP 429" in lines[ids[1]]["error"]

    server.well = True
    server.arrivals.clear()
    second = evaluate(dataset, connect(server, concurrency=2), tmp_path / "run")
    assert second.complete
    assert (second.scored, second.failed) == (12, 0)
    asked = sorted(word for a in server.arrivals for word in a.prompt.split() if "-" in word)
    assert asked == sorted(FAULTS.values())
    lines = last_lines(tmp_path / "run")
    assert [lines[name]["raw"] for name in ids] == ["B"] * 12
    assert [lines[name]["error"] for name in ids] == [None] * 12

    server.arrivals.clear()
    evaluate(dataset, connect(server), tmp_path / "run")
    assert server.arrivals == []


def test_a_run_that_no_server_answers_records_no_answers(dataset, tmp_path, server):
    dataset = with_faults(dataset, dict.fromkeys(range(12), "no-key"))
    with pytest.raises(ModelError, match="OPENAI_API_KEY"):
        evaluate(dataset, connect(server), tmp_path / "run")
    server.well = True
    results = evaluate(dataset, connect(server), tmp_path / "run")
    assert results.complete
    assert results.scored == 12


def test_no_key_is_in_a_run(dataset, tmp_path, server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-SECRETKEY")
    dataset = with_faults(dataset, {3: "bad", 7: "no-key"})
    evaluate(dataset, connect(server), tmp_path / "run")
    assert {arrival.authorization for arrival in server.arrivals} == {"Bearer sk-SECRETKEY"}
    written = [path.read_text() for path in (tmp_path / "run").rglob("*") if path.is_file()]
    assert written
    assert not any("SECRETKEY" in text for text in written)
    assert not any("iVBORw0" in text for text in written)


def bodies(server):
    """What was sent, without the pictures' own data."""
    sent = "".join(json.dumps(arrival.body) for arrival in server.arrivals)
    return re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "", sent)


def test_no_name_path_or_id_is_sent(dataset, tmp_path, server):
    solved = draw(9)
    solved.save(tmp_path / "SECRETEXAMPLE.png")
    turns = ["Which?\nOptions:\nA. glioma\nB. cyst", "A"]
    roles = ["user", "assistant"]
    row = {
        "images": [str(tmp_path / "SECRETEXAMPLE.png")],
        "image_path": "SECRETEXAMPLE.png",
        "task": "closed",
        "messages": [{"role": r, "content": c} for r, c in zip(roles, turns, strict=True)],
    }
    examples = datasets.Dataset.from_list([row])
    examples = examples.cast_column("images", datasets.Sequence(datasets.Image()))
    settings = Settings(few_shot=1)
    evaluate(dataset, connect(server), tmp_path / "run", settings, examples=examples)
    assert len(server.arrivals) == 12
    assert bodies(server).count("Which?") == 12
    assert not re.search(r"SECRET|\.png|08_t1|/tmp|_q\d", bodies(server))


def test_no_name_path_or_id_is_sent_to_a_judge(open_dataset, tmp_path, server):
    settings = Settings(config="open")
    evaluate(open_dataset, connect(server), tmp_path / "run", settings, judge=connect(server))
    asked, judged = server.arrivals[:6], server.arrivals[6:]
    assert len(judged) == 6
    assert all("image_url" in json.dumps(arrival.body) for arrival in asked)
    assert not any("image_url" in json.dumps(arrival.body) for arrival in judged)
    assert not re.search(r"SECRET|\.png|08_t1|/tmp|_q\d", bodies(server))


def test_what_a_judge_failed_to_grade_is_graded_by_the_second_run(open_dataset, tmp_path, server):
    settings = Settings(config="open")
    questions = [
        f"{q} limit-always" if n == 2 else q for n, q in enumerate(open_dataset["question"])
    ]
    open_dataset = open_dataset.remove_columns("question").add_column("question", questions)
    with FaultyServer(says='{"score": 3}') as graders:
        server.well = True
        judge = connect(graders)
        first = evaluate(open_dataset, connect(server), tmp_path / "run", settings, judge=judge)
        assert first.judges["judge tiny"].unscored == 1
        graders.well = True
        graders.arrivals.clear()
        second = evaluate(open_dataset, connect(server), tmp_path / "run", settings, judge=judge)
        assert len(graders.arrivals) == 1
        assert "limit-always" in graders.arrivals[0].prompt
        assert second.judges["judge tiny"].unscored == 0
    assert len(server.arrivals) == 6, "the model is not asked again"
