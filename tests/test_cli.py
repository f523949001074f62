"""The command as a user runs it: in a process of its own, from an empty folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from neuroonco import __version__
from neuroonco.demo.layouts import write_source

COMMAND = str(Path(sys.executable).with_name("mm-neuroonco"))


def run(folder, *arguments, command=(COMMAND,)):
    return subprocess.run(
        [*command, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HF_HOME": str(folder / "hf"), "COLUMNS": "100"},
    )


@pytest.fixture
def data(tmp_path):
    write_source(tmp_path / "data", "17", per_class=4, size=32)
    return tmp_path / "data"


@pytest.mark.parametrize(
    "arguments", [(), ("demo",), ("check",), ("eval",), ("score",), ("report",), ("compare",)]
)
def test_help(tmp_path, arguments):
    done = run(tmp_path, *arguments, "--help")
    assert done.returncode == 0
    assert "Usage: mm-neuroonco" in done.stdout
    assert not arguments or "Example: mm-neuroonco" in done.stdout


@pytest.mark.parametrize("command", [(COMMAND,), (sys.executable, "-m", "mm_neuroonco_cli")])
def test_version(tmp_path, command):
    done = run(tmp_path, "--version", command=command)
    assert (done.returncode, done.stdout) == (0, f"mm-neuroonco {__version__}\n")


@pytest.mark.parametrize(
    "arguments",
    [("unknown",), ("eval", "--out", "x"), ("eval", "--model", "baseline:prior", "--config", "x")],
)
def test_wrong_usage_exits_with_2(tmp_path, arguments):
    assert run(tmp_path, *arguments).returncode == 2


def test_check(tmp_path, data):
    done = run(tmp_path, "check", data)
    assert done.returncode == 0
    assert "glioma_tumor 4, meningioma_tumor 4, normal 4, pituitary_tumor 4" in done.stdout
    assert "https://www.kaggle.com/datasets/ahmedhamada0/brain-tumor-detection" in done.stdout
    assert done.stderr == ""
    found = json.loads(run(tmp_path, "check", data, "--deep", "--json").stdout)
    assert found["sources"][16]["pictures"] == 16


def test_check_exits_with_1_where_a_picture_is_broken_or_nothing_is_there(tmp_path, data):
    (data / "Data/normal/N_1.jpg").write_bytes(b"")
    done = run(tmp_path, "check", data)
    assert done.returncode == 1
    assert "broken: Data/normal/N_1.jpg: the file is empty" in done.stdout
    (tmp_path / "nothing").mkdir()
    assert run(tmp_path, "check", "nothing").returncode == 1


@pytest.mark.parametrize("command", [(COMMAND, "eval"), (sys.executable, "-m", "eval")])
def test_eval(tmp_path, data, command):
    arguments = ("--model", "baseline:prior", "--data-dir", data, "--out", tmp_path / "run")
    done = run(tmp_path, *arguments, "--test-share", "1", command=command)
    assert done.returncode == 0, done.stderr
    assert "diagnosis" in done.stdout
    results = json.loads((tmp_path / "run/results.json").read_text())
    asked = results["counts"]["scored"]
    assert f"{asked} questions expected, {asked} scored" in done.stdout
    assert asked >= 12, "nearly all of 16 pictures are asked one question"
    assert "raw 17 Brain tumors 256x256 (16 pictures)" in done.stderr
    assert len(done.stderr.splitlines()) == 1, "no progress bar where nobody looks"


def test_errors_are_short_and_tracebacks_are_for_debugging(tmp_path):
    arguments = ("eval", "--model", "baseline:prior", "--data-dir", "none", "--out", "run")
    done = run(tmp_path, *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("error: data_dir 'none' is not a folder")
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" in run(tmp_path, "--debug", *arguments).stderr


def test_missing_pictures(tmp_path, data):
    for picture in data.glob("Data/*/*.jpg"):
        if picture.name.endswith("_2.jpg"):
            picture.write_bytes(b"no picture")
    arguments = ("eval", "--model", "baseline:random", "--data-dir", data, "--test-share", "1")
    done = run(tmp_path, *arguments, "--out", "run")
    assert done.returncode == 1
    assert "4 of 16 pictures are missing or broken" in done.stderr
    done = run(tmp_path, *arguments, "--out", "run", "--missing", "skip")
    assert done.returncode == 0
    assert "left out: 4 of 16 pictures are missing or broken" in done.stderr
