import pickle
import subprocess
import sys

import pytest

from eval.predictions import Prediction
from eval.throughput import Stopwatch, peak_memory_mib


def answered(name, image, tokens=3):
    return Prediction(name, image, "t", None, "A", "letter", "A", "A", True, None, tokens=tokens)


def stopped(*batches):
    watch = Stopwatch()
    for batch in batches:
        watch.count(batch)
    watch.stop()
    return watch


def test_questions_images_and_tokens_are_counted_by_the_second():
    found = stopped([answered("a", "1"), answered("b", "1")], [answered("c", "2", 0)]).to_dict()
    assert found["questions"] == 3
    seconds = 3 / found["questions_per_second"]
    assert found["images_per_second"] == pytest.approx(2 / seconds, rel=0.01)
    assert found["tokens_per_second"] == pytest.approx(6 / seconds, rel=0.01)
    assert 10 < found["peak_memory_mib"] <= peak_memory_mib()
    assert "peak_device_memory_mib" in found


def test_nothing_asked_is_no_throughput():
    assert Stopwatch().to_dict() is None
    assert stopped([]).to_dict() is None


def test_processes_count_together_and_the_slowest_sets_the_time():
    watches = [
        stopped([answered("a", "1"), answered("b", "1")]),
        stopped([answered("c", "2")]),
        stopped(),
    ]
    alone = [watch.to_dict() for watch in watches]
    together = Stopwatch.together(pickle.loads(pickle.dumps(watches))).to_dict()  # noqa: S301
    assert together["questions"] == 3
    assert together["seconds"] == max(found["seconds"] for found in alone if found)
    assert together["peak_memory_mib"] == max(f["peak_memory_mib"] for f in alone if f)
    assert together["images_per_second"] / together["questions_per_second"] == pytest.approx(2 / 3)
    assert Stopwatch.together([Stopwatch()]).to_dict() is None


def test_the_memory_of_the_starting_program_is_not_counted():
    """A child of a large process starts with the parent's peak where `ru_maxrss` is read."""
    held = bytearray(400 * 2**20)
    code = "from eval.throughput import peak_memory_mib; print(peak_memory_mib())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 5 < int(done.stdout) < len(held) // 2**20
