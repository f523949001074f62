"""How far a draw of questions lies from chance, before there are any words.

`eval.floors` measures finished questions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from neuroonco.floors import rate


@dataclass(frozen=True, slots=True)
class Asked:
    """A question without its words: whose it is, what it offers, what is right."""

    group: str
    options: tuple[str, ...]
    answer: str


def distance_from_chance(asked: Sequence[Asked]) -> float:
    """How far blind rules lie from chance: the worst of three, 0 to 1.

    Each learns from the other groups and chooses the option that was most often right: over all;
    as a share of the times it was offered; or among questions with the very same options. There are
    few of the last to learn from, so that rule counts half, and only where it is above chance.
    """
    if not asked:
        return 0.0
    everyone = _Tally(asked)
    hits = [0, 0, 0]
    for members in _by_group(asked):
        own = _Tally(members)
        for one in members:
            for rule, scores in enumerate(_rules(one, everyone, own)):
                hits[rule] += one.options[scores.index(max(scores))] == one.answer
    chance = sum(1 / len(one.options) for one in asked) / len(asked)
    most_frequent, prior, same_set = (hit / len(asked) - chance for hit in hits)
    return max(abs(most_frequent), abs(prior), same_set / 2)


class _Tally:
    """How often each option was right, was offered, and was right beside the same other options."""

    def __init__(self, asked: Iterable[Asked]) -> None:
        self.right: Counter[str] = Counter()
        self.offered: Counter[str] = Counter()
        self.beside: Counter[tuple[frozenset[str], str]] = Counter()
        for one in asked:
            self.right[one.answer] += 1
            self.offered.update(one.options)
            self.beside[frozenset(one.options), one.answer] += 1


def _rules(one: Asked, everyone: _Tally, own: _Tally) -> tuple[Sequence[float], ...]:
    """What each rule gives for each option."""
    together = frozenset(one.options)
    right = [everyone.right[option] - own.right[option] for option in one.options]
    offered = [everyone.offered[option] - own.offered[option] for option in one.options]
    prior = [rate(r, o) for r, o in zip(right, offered, strict=True)]
    keys = [(together, option) for option in one.options]
    return right, prior, [everyone.beside[key] - own.beside[key] for key in keys]


def _by_group(asked: Iterable[Asked]) -> Iterable[list[Asked]]:
    groups: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        groups[one.group].append(one)
    return groups.values()
