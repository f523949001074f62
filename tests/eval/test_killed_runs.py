"""A run that was killed at any moment and started again is as one that was not."""

import json
import subprocess
import sys
from pathlib import Path

from drawing import draw

SCRIPT = Path(__file__).with_name("killed_runs.py")


def lines(out):
    return (out / "predictions.jsonl").read_text().splitlines()


def test_a_run_killed_at_twenty_random_moments_loses_nothing(tmp_path):
    draw(1).save(tmp_path / "picture.png")
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path), "3"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10, "most were killed before they had ended"
    straight = lines(tmp_path / "straight")
    assert len(straight) == 60
    killed = sorted(tmp_path.glob("killed-*"))
    assert len(killed) == 20
    for out in killed:
        assert sorted(lines(out)) == sorted(straight), "none lost, none twice"
        results = json.loads((out / "results.json").read_text())
        assert results["counts"]["scored"] == 60
