"""How fast a run went and how much memory it took."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from eval.predictions import Prediction

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]


class Stopwatch:
    """Counts what is answered from when it is made until it is stopped."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._seconds = 0.0
        self._questions = 0
        self._tokens = 0
        self._images: set[str] = set()
        self._peaks: dict[str, int | None] = {}

    def count(self, predictions: Sequence[Prediction]) -> None:
        """Add a batch."""
        self._questions += len(predictions)
        self._tokens += sum(prediction.tokens for prediction in predictions)
        self._images.update(prediction.image_id for prediction in predictions)

    def stop(self) -> None:
        """Stop the time, and see how much memory was needed."""
        self._seconds = time.perf_counter() - self._start
        self._peaks = {name: measure() for name, measure in _PEAKS.items()}

    @classmethod
    def together(cls, watches: Sequence[Self]) -> Self:
        """Add up what processes have done side by side; the memory is that of the largest."""
        total = cls()
        total._questions = sum(watch._questions for watch in watches)
        total._tokens = sum(watch._tokens for watch in watches)
        total._images = set().union(*(watch._images for watch in watches))
        total._seconds = max(watch._seconds for watch in watches)
        for name in _PEAKS:
            peaks = (watch._peaks.get(name) for watch in watches)
            total._peaks[name] = max((peak for peak in peaks if peak is not None), default=None)
        return total

    def to_dict(self) -> dict[str, Any] | None:
        """Counts and rates, and the peak memory in MiB; None where nothing was asked."""
        if not self._questions or not self._seconds:
            return None
        return {
            "questions": self._questions,
            "seconds": round(self._seconds, 3),
            "questions_per_second": round(self._questions / self._seconds, 3),
            "images_per_second": round(len(self._images) / self._seconds, 3),
            "tokens_per_second": round(self._tokens / self._seconds, 3),
            **self._peaks,
        }


def peak_memory_mib() -> int | None:
    """The most memory this process has held at once, in MiB; None where that isn't told.

    Linux tells it of this program alone; elsewhere it may be that of the program that started it.
    """
    if (status := Path("/proc/self/status")).exists():
        found = re.search(
            r"VmHWM:\s*(\d+) kB", status.read_text(encoding="ascii", errors="replace")
        )
        if found:
            return int(found[1]) // 2**10
    if resource is None:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (2**20 if sys.platform == "darwin" else 2**10)


def _peak_device_memory_mib() -> int | None:
    """The same of the GPU, None where none was used."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return None
    return int(torch.cuda.max_memory_allocated() // 2**20)


_PEAKS = {
    "peak_memory_mib": peak_memory_mib,
    "peak_device_memory_mib": _peak_device_memory_mib,
}
