"""Do the same to many things on all cores, with a bar where somebody looks."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from neuroonco.errors import CurationError

_FEW = 64  # for fewer items, starting processes takes longer than the work
_CHUNK = 16

T = TypeVar("T")
R = TypeVar("R")


def map_all(
    work: Callable[[T], R], items: Sequence[T], title: str, workers: int | None = None
) -> Iterator[R]:
    """Apply a function to every item.

    Args:
        work: a function at a module's top level, or a partial of one; it should not raise.
        items: what to apply it to; like the results, they travel between processes.
        title: what the bar says.
        workers: processes; None for one a core. One works in this process.

    Yields:
        The results, in the order of the items.
    """
    size = 1 if _stays_here(items, workers) else _CHUNK
    yield from map_batches(partial(_each, work), items, title, workers, size)


def map_batches(
    work: Callable[[Sequence[T]], Sequence[R]],
    items: Sequence[T],
    title: str,
    workers: int | None = None,
    size: int = _CHUNK,
) -> Iterator[R]:
    """Apply a function to all items, so many at a time; as `map_all`, else.

    Args:
        work: gives a result for each of the items it gets.
        items: what to apply it to.
        title: what the bar says.
        workers: processes; None for one a core. One works in this process.
        size: of a batch.

    Yields:
        The results, in the order of the items.

    Raises:
        CurationError: a process was killed.
    """
    batches = [items[start : start + size] for start in range(0, len(items), size)]
    with _bar(title, len(items)) as advance:
        if _stays_here(items, workers):
            yield from _counted(chain.from_iterable(map(work, batches)), advance)
            return
        pool = ProcessPoolExecutor(workers or count_cores())
        gc.freeze()  # else each process goes through all objects of this one again and again
        try:
            results = chain.from_iterable(pool.map(work, batches))
            yield from _counted(results, advance)
        except BrokenProcessPool as error:
            raise CurationError(
                f"{title}: a process was killed, most likely for want of memory; run it again, and "
                "it goes on where it was"
            ) from error
        finally:
            gc.unfreeze()
            pool.shutdown(cancel_futures=True)


def count_cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _stays_here(items: Sequence[T], workers: int | None) -> bool:
    """Whether everything is done in this process."""
    return len(items) < _FEW or (count_cores() if workers is None else workers) <= 1


def _each(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    return [work(item) for item in items]


def _counted(results: Iterator[R], advance: Callable[[], None]) -> Iterator[R]:
    for result in results:
        advance()
        yield result


@contextmanager
def _bar(title: str, total: int) -> Iterator[Callable[[], None]]:
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    ) as progress:
        task = progress.add_task(title, total=total)
        yield lambda: progress.advance(task)
