"""The mean over a corpus of what was measured answer by answer."""

from __future__ import annotations

from collections.abc import Iterable


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of the values that could be measured; None where none could.

    Args:
        values: one an answer; those that are None, such as the keyword recall of a question without
            a keyword, are left out and not taken for 0.
    """
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
