"""Share a run between processes: each asks about images of its own, and the first one gathers.

``accelerate launch`` or ``torchrun`` starts the processes and tells them apart. They speak through
the run's folder: each appends to a file of its own, so one that is killed loses a batch at most.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from eval.items import Item, Key
from eval.jsonl import cut_torn_line
from eval.predictions import append_predictions, read_predictions
from neuroonco.errors import RunError

if TYPE_CHECKING:
    from eval.prompting import Ask

logger = logging.getLogger("mm_neuroonco")

T = TypeVar("T")

# How torchrun, and MPI in its three kinds, tell a process how many there are.
_COUNTS = ("WORLD_SIZE", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE")
_PATIENCE = timedelta(days=30)  # the first may judge for hours while the others wait


@dataclass(frozen=True, slots=True)
class Shard:
    """One process's share.

    Attributes:
        rank: of this process, from 0.
        count: of processes.
    """

    rank: int = 0
    count: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this process gathers, prints and writes the results."""
        return self.rank == 0

    def mine(self, asks: Sequence[Ask]) -> list[Ask]:
        """The requests of this process: every so-manieth image."""
        images = {ask[0].question.image_id: None for ask in asks}
        mine = set(list(images)[self.rank :: self.count])
        return [ask for ask in asks if ask[0].question.image_id in mine]

    def lines(self, folder: Path) -> Path:
        """The file that this process appends its predictions to."""
        if self.count == 1:
            return folder / "predictions.jsonl"
        return folder / f"predictions.{self.rank}.jsonl"

    def wait(self) -> None:
        """Wait until every process has come this far.

        Raises:
            RunError: another process has stopped.
        """
        self.collect(None)

    def collect(self, thing: T) -> list[T]:
        """What every process has, in the order of their ranks; waits for all of them.

        Raises:
            RunError: another process has stopped.
        """
        if self.count == 1:
            return [thing]
        from accelerate.utils import gather_object

        try:
            things: list[T] = gather_object([thing])
        except RuntimeError as error:
            raise RunError(
                "another process of this run has stopped; its own message says why. Start the run "
                "again: what was answered is kept"
            ) from error
        return things

    @contextmanager
    def first_goes_first(self) -> Iterator[None]:
        """Let the first process through, then the others."""
        if not self.is_first:
            self.wait()
        yield
        if self.is_first:
            self.wait()


def this_shard() -> Shard:
    """The share of this process, by what its launcher says; all of it without a launcher."""
    if max(int(os.environ.get(name, "1")) for name in _COUNTS) < 2:
        if "MASTER_ADDR" in os.environ and "ACCELERATE_USE_CPU" in os.environ:
            _warn_of_one_process()
        return Shard()
    import torch
    from accelerate import PartialState

    state = PartialState(cpu=not torch.cuda.is_available(), timeout=_PATIENCE)
    return Shard(state.process_index, state.num_processes)


def gather(folder: Path, items: Sequence[Item]) -> None:
    """Move what processes have written into predictions.jsonl, in the order of the items.

    Also what those of an earlier run left behind, whatever their number was.
    """
    whole = folder / "predictions.jsonl"
    files = sorted(file for file in folder.glob("predictions.*.jsonl") if _rank(file).isdecimal())
    if not files:
        return
    for file in files:
        cut_torn_line(file)
    # A run killed in the midst of this has moved some of them already.
    moved = {line.key: line for line in read_predictions(whole)}
    found = {line.key: line for file in files for line in read_predictions(file)}
    order: dict[Key, int] = {item.key: place for place, item in enumerate(items)}
    known = sorted((key for key in found if key in order), key=order.__getitem__)
    append_predictions(whole, [found[key] for key in known if found[key] != moved.get(key)])
    for file in files:
        file.unlink()


def _rank(file: Path) -> str:
    return file.name.split(".")[1]


@cache
def _warn_of_one_process() -> None:
    """Say it once where a launcher was asked for several processes and has started one."""
    logger.warning(
        "accelerate launch starts one process on CPUs; for several, `torchrun --nproc-per-node N "
        "-m eval` or `accelerate launch --multi_gpu --num_processes N -m eval`"
    )
