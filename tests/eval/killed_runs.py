"""Runs in processes of their own that are killed; a script, so that nothing else is in them.

Imports once, then forks a child for each run: `python killed_runs.py FOLDER SEED` prints the number
of kills that hit a run, after each of which the run was finished by another child.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

import datasets

from eval import Answer, Settings, evaluate

QUESTIONS = 60
KILLS = 20
PICTURE = Path("picture.png")


class SlowParrot:
    """Takes a moment for each question; what it says hangs on the question."""

    name = "slow parrot"

    def describe(self):
        return {"name": self.name}

    def generate(self, requests):
        time.sleep(0.004)
        return [Answer("ABC"[len(request.prompt) % 3]) for request in requests]


def make_dataset():
    rows = [
        {
            "question_id": f"q{n}",
            "image_id": f"i{n // 3}",
            "image": str(PICTURE),
            "question_type": "size",
            "question": "How large is it" + " now" * (n % 7) + "?",
            "options": ["small", "medium", "large"],
            "answer": "ABC"[n % 3],
        }
        for n in range(QUESTIONS)
    ]
    return datasets.Dataset.from_list(rows).cast_column("image", datasets.Image())


def start(dataset, out):
    """Evaluate in a child."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        status = not evaluate(dataset, SlowParrot(), out, Settings(batch_size=3)).complete
    finally:
        os._exit(status)


def finish(child):
    _, status = os.waitpid(child, 0)
    return status


def main(folder, seed):
    os.chdir(folder)
    dataset = make_dataset()
    begin = time.monotonic()
    assert finish(start(dataset, Path("straight"))) == 0
    longest = time.monotonic() - begin
    moment = random.Random(seed)
    hit = 0
    for number in range(KILLS):
        out = Path(f"killed-{number:02}")
        child = start(dataset, out)
        time.sleep(moment.uniform(0, longest))
        os.kill(child, signal.SIGKILL)
        hit += finish(child) == signal.SIGKILL
        assert finish(start(dataset, out)) == 0
    print(hit)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
