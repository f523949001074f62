"""`mm-neuroonco eval` with all its flags, against a server on loopback."""

import json

import pytest

from neuroonco.demo.layouts import write_source
from tests.eval.models.faulty_server import FaultyServer


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Some questions of several types, and an instruction split."""
    folder = tmp_path_factory.mktemp("data")
    write_source(folder / "a", "03", per_class=2, size=32)
    write_source(folder / "b", "10", per_class=2, size=32)
    return folder


@pytest.fixture
def server(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FaultyServer(says="B") as server:
        yield server


@pytest.fixture
def evaluate(command, data, server, tmp_path, monkeypatch):
    """Run `eval` on the data and the server; the flags given come last and so win."""
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")

    def run(*flags, out="run", model="openai:tiny"):
        where = ("--data-dir", data, "--test-share", "0.5", "--out", tmp_path / out)
        return command(
            *("eval", "--model", model, *where, "--base-url", server.base_url, "--timeout", 20),
            *flags,
        )

    return run


def count(folder):
    """How many questions there are."""
    return read(folder / "run", "config.json")["dataset"]["n"]


def read(folder, name):
    return json.loads((folder / name).read_text())


def lines(folder):
    return [json.loads(line) for line in (folder / "predictions.jsonl").read_text().splitlines()]


def test_a_run_is_made_and_printed(evaluate, server, tmp_path):
    status, out, _ = evaluate("--batch-size", 4, "--concurrency", 2, "--requests-per-minute", 1e6)
    n = count(tmp_path)
    assert status == 0
    assert f"{n} questions expected, {n} scored" in out
    assert "0 failed" in out
    assert "0 missing" in out
    assert len(server.arrivals) == n > 10
    assert server.most <= 2
    assert read(tmp_path / "run", "config.json")["batch_size"] == 4
    assert read(tmp_path / "run", "results.json")["counts"]["scored"] == n


def test_what_failed_makes_the_exit_status_1_and_is_asked_again(evaluate, server, tmp_path):
    own = tmp_path / "own.md"
    own.write_text(
        "---\nname: own\nversion: 1\nconfig: closed\n---\n"
        "{{ question }} {{ 'bad' if options|length > 2 else '' }}\n"
    )
    status, out, _ = evaluate("--prompt", own)
    failed = sum(arrival.prompt.endswith("bad") for arrival in server.arrivals)
    n = count(tmp_path)
    assert 0 < failed < n
    assert status == 1
    assert f"{n} questions expected, {n - failed} scored" in out
    assert f"{failed} failed" in out
    server.well = True
    server.arrivals.clear()
    status, out, _ = evaluate("--prompt", own)
    assert status == 0
    assert len(server.arrivals) == failed
    assert f"{n} questions expected, {n} scored" in out


def test_questions_are_chosen_by_id_type_and_number(evaluate, server, tmp_path):
    evaluate()
    ids = [line["question_id"] for line in lines(tmp_path / "run")]
    types = [line["question_type"] for line in lines(tmp_path / "run")]
    (tmp_path / "ids.txt").write_text(f"{ids[3]}\n\n {ids[5]} \n")

    def asked(*flags):
        out = f"run {flags}"
        assert evaluate(*flags, out=out)[0] == 0
        return [line["question_id"] for line in lines(tmp_path / out)]

    assert asked("--ids", f"{ids[0]},{ids[2]}") == [ids[0], ids[2]]
    assert asked("--ids", tmp_path / "ids.txt") == [ids[3], ids[5]]
    assert asked("--limit", 2) == ids[:2]
    modality = [name for name, kind in zip(ids, types, strict=True) if kind == "modality"]
    assert asked("--question-type", "modality") == modality
    both = [
        name for name, kind in zip(ids, types, strict=True) if kind in {"modality", "diagnosis"}
    ]
    assert asked("--question-type", "modality", "--question-type", "diagnosis") == both
    assert len(both) > len(modality)
    assert asked("--ids", ",".join(ids)) == ids
    server.arrivals.clear()
    assert evaluate("--limit", 3)[0] == 0
    assert evaluate("--question-type", "modality")[0] == 0
    assert not server.arrivals, "a run may go on with another choice"


@pytest.mark.parametrize(
    ("flags", "error"),
    [
        (("--ids", "nothing"), "the dataset has no question 'nothing'"),
        (("--ids", " , "), "names no question"),
        (("--question-type", "colour"), "no question type 'colour'; it has diagnosis, "),
        (("--prompt", "eval/none"), "there is no prompt 'eval/none'"),
        (("--prompt", "none.md"), "none.md: cannot be read as a prompt"),
        (("--prompt", "eval/open_direct"), "written for the config open"),
        (("--config", "open", "--circular"), "open questions have no options"),
        (("--method", "likelihood"), "use --method generate"),
        (("--judge", "openai:judge"), "leave --judge"),
        (("--judge", "baseline:prior", "--config", "open"), "cannot grade answers"),
        (("--blind", "nowhere"), "nowhere: no run is here"),
        (("--few-shot", "900"), "too few for --few-shot 900"),
        (("--base-url", "localhost"), "--base-url must be an address"),
        (("--timeout", "0"), "above zero"),
        (("--data-dir", "nowhere"), "'nowhere' is not a folder"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(evaluate, server, tmp_path, flags, error):
    status, out, err = evaluate(*flags)
    assert status == 1
    assert out == ""
    last = err.splitlines()[-1]
    assert last.startswith("error: ")
    assert error in last
    assert not (tmp_path / "run").exists()
    assert not server.arrivals


@pytest.mark.parametrize(
    "flags",
    [
        ("--limit", "0"),
        ("--batch-size", "0"),
        ("--few-shot", "-1"),
        ("--concurrency", "0"),
        ("--picture", "black"),
        ("--method", "guess"),
        ("--config", "instruction"),
        ("--missing", "ignore"),
        ("--unknown",),
    ],
)
def test_wrong_flags_exit_with_2(evaluate, flags):
    assert evaluate(*flags)[0] == 2


def test_other_settings_are_refused_with_the_difference(evaluate):
    assert evaluate("--limit", 1)[0] == 0
    status, _, err = evaluate("--limit", 1, "--picture", "blank", "--max-new-tokens", 7)
    assert status == 1
    assert "picture: real there, blank now" in err
    assert "model.decoding.max_new_tokens: 64 there, 7 now" in err


def test_a_prompt_says_how_long_its_answers_get(evaluate, server):
    evaluate("--prompt", "eval/closed_cot", "--limit", 1)
    evaluate("--prompt", "eval/closed_cot", "--limit", 1, "--max-new-tokens", 9, out="short")
    assert [arrival.body["max_tokens"] for arrival in server.arrivals] == [768, 9]
    assert "Answer: <letter>" in server.arrivals[0].prompt


def test_the_blind_run_and_what_the_pictures_bring(evaluate, server, tmp_path):
    assert evaluate("--picture", "swapped", "--seed", 5, out="blind")[0] == 0
    swapped = [arrival.body["messages"][0]["content"][0] for arrival in server.arrivals]
    server.arrivals.clear()
    status, out, _ = evaluate("--seed", 5, "--blind", tmp_path / "blind")
    real = [arrival.body["messages"][0]["content"][0] for arrival in server.arrivals]
    assert status == 0
    assert "visual gain" in out
    assert read(tmp_path / "run", "results.json")["visual_gain"]["picture"] == "swapped"
    assert len(swapped) == len(real) == count(tmp_path)
    assert json.dumps(swapped) != json.dumps(real)


def test_every_rotation_of_the_options(evaluate, tmp_path):
    status, out, _ = evaluate("--circular")
    assert status == 0
    expected = len(lines(tmp_path / "run"))
    assert expected > 2 * count(tmp_path)
    assert f"{expected} questions expected, {expected} scored" in out
    assert read(tmp_path / "run", "results.json")["circular"]["n"] == count(tmp_path)


def test_examples_come_first(evaluate, server, tmp_path):
    assert evaluate("--few-shot", 2, "--limit", 1)[0] == 0
    turns = server.arrivals[0].body["messages"]
    assert [turn["role"] for turn in turns] == ["user", "assistant"] * 2 + ["user"]
    assert read(tmp_path / "run", "config.json")["few_shot"]["count"] == 2


def test_open_answers_are_judged_by_another_server(evaluate, server, tmp_path):
    with FaultyServer(says='{"reason": "x", "score": 3}') as judge:
        status, out, _ = evaluate(
            *("--config", "open", "--judge", "openai:judge", "--judge-url", judge.base_url)
        )
        n = count(tmp_path)
        assert status == 0
        assert f"{n} questions expected, {n} scored" in out
        assert len(judge.arrivals) == len(server.arrivals) == n > 10
        assert judge.arrivals[0].body["model"] == "judge"
        assert judge.arrivals[0].body["max_tokens"] == 256
    assert len((tmp_path / "run/judgements.jsonl").read_text().splitlines()) == n
    assert "judge judge" in (tmp_path / "run/results.json").read_text()


def test_a_judge_is_asked_where_the_model_is_unless_said_otherwise(evaluate, server):
    assert evaluate("--config", "open", "--judge", "openai:judge", "--limit", 1)[0] == 0
    assert [arrival.body["model"] for arrival in server.arrivals] == ["tiny", "judge"]


@pytest.mark.parametrize("name", ["random", "majority", "prior"])
def test_baselines_need_no_server(evaluate, server, tmp_path, name):
    status, out, _ = evaluate("--seed", 3, model=f"baseline:{name}")
    assert status == 0
    assert f"baseline:{name}" in out
    assert not server.arrivals
    assert read(tmp_path / "run", "config.json")["seed"] == 3


def test_the_key_is_in_no_file_and_no_output(evaluate, server, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-SECRETKEY")
    shown = evaluate("--limit", 2)
    assert {arrival.authorization for arrival in server.arrivals} == {"Bearer sk-SECRETKEY"}
    written = [path.read_text() for path in (tmp_path / "run").iterdir()]
    assert not any("SECRETKEY" in text for text in [*written, *map(str, shown)])
    assert not any(str(tmp_path) in text for text in written), "nor is there an absolute path"
