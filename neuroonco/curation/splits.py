"""Which groups may be learnt from and which are for testing."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

SPLITS = ("test", "validation", "train")

TEST_SHARE = 0.2
VALIDATION_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Member:
    """A picture to be put into a split: its group, and the stratum it is counted in."""

    group: str
    stratum: str


@dataclass(frozen=True, slots=True)
class Shares:
    """The shares of pictures for test and for validation; the rest is for training."""

    test: float = TEST_SHARE
    validation: float = VALIDATION_SHARE


def assign(members: Iterable[Member], shares: Shares, seed: int = 0) -> dict[str, str]:
    """Put groups into splits, whole, so that each stratum is parted as `shares` says.

    Groups go stratum by stratum, in an order that a hash of seed and name gives, each to the split
    that lacks most pictures at that moment. So every run of groups is parted as evenly as its
    groups allow, and what a small stratum cannot give, its neighbours make up for. The result
    depends on the members alone, not on their order. The first group is for testing where
    anything is.

    Args:
        members: the pictures; a group belongs to the first of its members' strata.
        shares: of pictures.
        seed: another one gives other splits.

    Returns:
        Group to ``test``, ``validation`` or ``train``.
    """
    strata: dict[str, str] = {}
    sizes: Counter[str] = Counter()
    for member in members:
        strata[member.group] = min(strata.get(member.group, member.stratum), member.stratum)
        sizes[member.group] += 1
    validation = min(shares.validation, 1 - shares.test)
    wanted = {
        "test": shares.test,
        "validation": validation,
        "train": max(0.0, 1 - shares.test - validation),
    }
    lacking = dict.fromkeys(SPLITS, 0.0)
    placed: dict[str, str] = {}
    for group in sorted(strata, key=lambda name: (strata[name], _hash(seed, name))):
        for split in SPLITS:
            lacking[split] += wanted[split] * sizes[group]
        is_first_test = shares.test > 0 and not placed
        chosen = "test" if is_first_test else max(SPLITS, key=lambda split: lacking[split])
        placed[group] = chosen
        lacking[chosen] -= sizes[group]
    return placed


def _hash(seed: int, group: str) -> str:
    return hashlib.sha256(f"{seed} {group}".encode("utf-8", "surrogateescape")).hexdigest()
