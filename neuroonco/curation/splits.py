"""Which pictures may be learnt from and which are for testing: no group stands in two splits."""

from __future__ import annotations

import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from neuroonco.tree import File

_CASE = re.compile(r"BraTS2021_\d{5}|volume_\d+(?=_slice)", re.IGNORECASE)
_HEAD = 2048


@dataclass(frozen=True, slots=True)
class Member:
    """A picture to be put into a split: its file, and its patient ("" where none is named)."""

    file: File
    patient: str


@dataclass(frozen=True, slots=True)
class Shares:
    """The share of groups that go to test and to validation; the rest is for training."""

    test: float
    validation: float


def assign(
    root: Path, members: Sequence[Member], held_out: Iterable[Member], shares: Shares
) -> list[str]:
    """Put pictures into splits, by groups of one patient or of the same bytes.

    Groups are ordered by a hash of their first picture's path and cut at the shares, so the
    result depends on what lies in data_dir alone. A test share above zero gets at least one group.

    Args:
        root: the data_dir.
        members: the pictures.
        held_out: pictures of the benchmark; a group that has one of them is in no split.
        shares: how many groups are for test and for validation.

    Returns:
        For each member ``test``, ``validation``, ``train``, or "" where its group is held out.
    """
    others = tuple(held_out)
    if shares.test >= 1 and not others:
        return ["test"] * len(members)
    groups = _groups(root, [*members, *others])
    barred = set(groups[len(members) :])
    free = sorted({group for group in groups[: len(members)] if group not in barred}, key=_hash)
    test = math.ceil(shares.test * len(free))
    validation = test + round(shares.validation * (len(free) - test))
    split = {
        group: "test" if place < test else "validation" if place < validation else "train"
        for place, group in enumerate(free)
    }
    return [split.get(group, "") for group in groups[: len(members)]]


def case_of(path: str) -> str:
    """The patient or case that a file's name gives away; empty where it names none."""
    match = _CASE.search(path)
    return match[0].lower() if match else ""


def _groups(root: Path, members: Sequence[Member]) -> list[str]:
    """For each member the name of its group: closed under same patient and same bytes."""
    parent: dict[str, str] = {}

    def find(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    twins = _same_bytes(root, [member.file for member in members])
    for member in members:
        for link in (member.patient and f"patient {member.patient}", twins.get(member.file.path)):
            if link:
                a, b = find(f"file {member.file.path}"), find(link)
                parent[max(a, b)] = min(a, b)
    return [find(f"file {member.file.path}") for member in members]


def _same_bytes(root: Path, files: Iterable[File]) -> dict[str, str]:
    """Path to digest, for files that have a byte-for-byte copy. Few are read: sizes tell most."""
    paths = {file.path: file for file in files}
    alike = _repeated(paths, lambda path: str(paths[path].size))
    alike = _repeated(alike, lambda path: _digest(root / path, _HEAD) + str(paths[path].size))
    return _repeated(alike, lambda path: _digest(root / path, None))


def _repeated(paths: Iterable[str], key: Callable[[str], str]) -> dict[str, str]:
    by_key: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        by_key[key(path)].append(path)
    return {path: name for name, same in by_key.items() if len(same) > 1 for path in same}


def _digest(path: Path, length: int | None) -> str:
    with path.open("rb") as file:
        if length is None:
            return hashlib.file_digest(file, "sha256").hexdigest()
        return hashlib.sha256(file.read(length)).hexdigest()


def _hash(group: str) -> str:
    return hashlib.sha256(group.encode("utf-8", "surrogateescape")).hexdigest()
