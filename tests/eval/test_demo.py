"""The demo: all configs, the baselines and a tiny model, in a few seconds."""

import json

from tests.test_cli import run


def test_demo(tmp_path):
    done = run(tmp_path, "demo", "--out", tmp_path / "demo")
    assert done.returncode == 0, done.stderr
    for line in ("closed: ", "open: ", "instruction: ", "baseline:majority", "tiny-vlm"):
        assert line in done.stdout
    assert "says anything about medicine" in done.stdout
    results = json.loads((tmp_path / "demo/runs/tiny-vlm/results.json").read_text())
    low, high = results["overall"]["interval"]
    assert low <= results["overall"]["chance"] <= high
    assert results["counts"]["missing"] == 0
    for text in (tmp_path / "demo/runs").rglob("*.json*"):
        assert str(tmp_path) not in text.read_text()
    for report in ("report.html", "report.md"):
        assert str(tmp_path / "demo" / report) in done.stdout
        text = (tmp_path / "demo" / report).read_text()
        assert "tiny-vlm" in text
        assert str(tmp_path) not in text
