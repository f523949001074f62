"""Groups of pictures that must stay together, and labels within them that contradict each other."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

from neuroonco.vocabulary import TUMOUR_TYPES

T = TypeVar("T", bound=Hashable)


def close(count: int, links: Iterable[tuple[int, int]]) -> list[int]:
    """Join what is linked, directly or over others.

    Args:
        count: how many things there are, numbered from 0.
        links: pairs of them.

    Returns:
        For each the smallest number in its group.
    """
    parent = list(range(count))

    def find(number: int) -> int:
        while parent[number] != number:
            parent[number] = number = parent[parent[number]]
        return number

    for one, other in links:
        low, high = sorted((find(one), find(other)))
        parent[high] = low
    return [find(number) for number in range(count)]


def links_of(keys: Sequence[T | None]) -> Iterable[tuple[int, int]]:
    """Link the things that share a key; those with None are linked to nothing."""
    first: dict[T, int] = {}
    for number, key in enumerate(keys):
        if key is not None:
            yield first.setdefault(key, number), number


def contradict(categories: Iterable[str]) -> bool:
    """Whether labels of one group cannot all be true.

    Two tumour types contradict each other, and a healthy brain any tumour; a tumour of no given
    type contradicts no type.
    """
    labels = set(categories) - {""}
    is_healthy_too = "healthy" in labels and len(labels) > 1
    return is_healthy_too or len(labels.intersection(TUMOUR_TYPES)) > 1
