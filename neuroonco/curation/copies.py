"""Groups of files by patient and by equal bytes, for data that is not indexed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from neuroonco.curation.groups import close, links_of
from neuroonco.tree import File

_HEAD = 2048


def group_files(root: Path, files: Sequence[File], patients: Sequence[str]) -> list[str]:
    """Group files that are of one patient or byte for byte the same.

    Args:
        root: the data_dir.
        files: may name a file more than once.
        patients: of each, "" where none is named.

    Returns:
        For each the path of the first file of its group.
    """
    twins = _same_bytes(root, files)
    links = [
        *links_of([file.path for file in files]),
        *links_of([twins.get(file.path) for file in files]),
        *links_of([patient or None for patient in patients]),
    ]
    return [files[first].path for first in close(len(files), links)]


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
