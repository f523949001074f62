"""A run shared by processes: `torchrun ... launched.py FOLDER [FAILING_RANK]`."""

import sys
from pathlib import Path

import datasets
from killed_runs import SlowParrot, make_dataset

from eval import Settings, evaluate
from eval.shards import this_shard
from neuroonco.errors import ModelError


class Failing(SlowParrot):
    """Fails for good at its third batch."""

    left = 2

    def generate(self, requests):
        if self.left == 0:
            raise ModelError("the model is gone")
        self.left -= 1
        return super().generate(requests)


def main(folder, failing_rank=None):
    datasets.disable_progress_bars()
    shard = this_shard()
    print(f"process {shard.rank} of {shard.count}", flush=True)
    model = Failing() if str(shard.rank) == failing_rank else SlowParrot()
    try:
        evaluate(make_dataset(), model, Path(folder), Settings(batch_size=3))
    except Exception as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
