"""Which file on disk an annotation means."""

from __future__ import annotations

import posixpath
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from neuroonco import canonical
from neuroonco.annotations import Record
from neuroonco.prepare import is_picture, is_volume
from neuroonco.sources import Found
from neuroonco.sources.pictures import category_of
from neuroonco.tree import File, Tree
from neuroonco.vocabulary import fold

How = Literal["exact", "by rule", "matched", "missing"]

RELEASE_FOLDERS = {"benchmark": "benchmark_images", "instruction": "dataset"}
"""The folder, in lower case, that a zip of the published release unpacks into."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The picture of a record.

    Attributes:
        file: the picture, or None where it is missing.
        mask: the mask that chooses the slice, where the picture is a volume.
        how: ``exact``: the named file, or the release's file of that id. ``by rule``: a raw
            file that a known rule turns into it. ``matched``: the one file whose name differs
            only in letter case, blanks, Unicode form or ending. ``missing``.
    """

    file: File | None
    mask: File | None
    how: How


class Resolver:
    """Finds the pictures of annotation records in a tree."""

    def __init__(self, tree: Tree, found: Iterable[Found], named: Iterable[str]) -> None:
        """Index the tree's pictures by name.

        Args:
            tree: the data_dir.
            found: the raw sources in it.
            named: every path that an annotation names; such a file is nobody else's picture.
        """
        self._tree = tree
        self._all_named = tuple(named)
        self._claimed = {match.file.path for place in found for match in place.matches}
        self._raw: dict[tuple[str, str], list[tuple[File, File | None, str]]] = defaultdict(list)
        self._masks: dict[str, File | None] = {}
        for place in found:
            for match in place.matches:
                self._masks[match.file.path] = tree.files.get(match.mask)
                self._raw[place.source.id, _stem(match.file.name)].append(
                    (match.file, tree.files.get(match.mask), category_of(match, place.layout))
                )

    @cached_property
    def _named(self) -> set[str]:
        return {_squeeze(path) for path in self._all_named}

    @cached_property
    def _by_name(self) -> dict[str, list[File]]:
        """Squeezed file name to pictures; made only when a plain look-up has failed."""
        names: dict[str, list[File]] = defaultdict(list)
        for file in self._tree.files.values():
            if is_picture(file.path):
                names[_squeeze(file.name)].append(file)
        return names

    @cached_property
    def _by_stem(self) -> dict[str, list[File]]:
        """Squeezed file name without its ending to pictures."""
        stems: dict[str, list[File]] = defaultdict(list)
        for name, files in self._by_name.items():
            stems[posixpath.splitext(name)[0]] += files
        return stems

    def resolve(self, record: Record, release: str) -> Resolved:
        """Find a record's picture.

        Args:
            record: names the picture by paths and by its id.
            release: where a bare file name is looked for: a key of `RELEASE_FOLDERS`.
        """
        for path in record.paths:
            if file := self._exact(path, release):
                return Resolved(file, self._masks.get(file.path), "exact")
        if release == "benchmark" and (file := self._by_id(record)):
            return Resolved(file, None, "exact")
        for path in record.paths:
            if found := self._from_raw(path):
                return found
        for path in record.paths:
            if file := self._alike(path):
                return Resolved(file, None, "matched")
        return Resolved(None, None, "missing")

    def _exact(self, path: str, release: str) -> File | None:
        if "/" not in path:
            return self._of_release(self._by_name.get(_squeeze(path), []), release, name=path)
        if file := self._tree.find(path):
            return file
        ending = "/" + _nfc(path)
        candidates = self._by_name.get(_squeeze(posixpath.basename(path)), [])
        return next((file for file in candidates if _nfc(file.path).endswith(ending)), None)

    def _by_id(self, record: Record) -> File | None:
        suffixes = {posixpath.splitext(path)[1].lower() for path in record.paths}
        candidates = self._by_stem.get(record.id.casefold(), [])
        same = [f for f in candidates if posixpath.splitext(f.name)[1].lower() in suffixes]
        return self._of_release(same, "benchmark") or self._of_release(candidates, "benchmark")

    def _of_release(self, files: list[File], release: str, name: str = "") -> File | None:
        """The one of the files that lies in an unpacked folder of the release."""
        folder = RELEASE_FOLDERS[release]
        inside = [
            file
            for file in files
            if file.path not in self._claimed
            and (not name or _nfc(file.name) == _nfc(name))
            and _in_release(file.path, folder)
        ]
        stems = {_nfc(file.name) for file in inside}
        return inside[0] if len(stems) == 1 else None

    def _from_raw(self, path: str) -> Resolved | None:
        published = canonical.parse(path)
        rule = canonical.rules().get(published.folder)
        if rule is None:
            return None
        for source in rule.sources:
            files = self._raw.get((source, _stem(posixpath.basename(path))), [])
            if len(files) > 1:
                files = [entry for entry in files if entry[2] == published.category]
            if len(files) == 1:
                file, mask, _ = files[0]
                how: How = (
                    "exact" if rule.how == "exact" and not is_volume(file.path) else "by rule"
                )
                return Resolved(file, mask, how)
        return None

    def _alike(self, path: str) -> File | None:
        """The one file of that folder and name but for case, blanks, Unicode form or ending."""
        if "/" not in path:
            return None
        squeezed = _squeeze(path)
        name = posixpath.basename(squeezed)
        same_name = [f for f in self._by_name.get(name, []) if _ends_with(f, squeezed)]
        if same_name:
            return same_name[0] if len(same_name) == 1 else None
        stem = posixpath.splitext(squeezed)[0]
        other_ending = [
            file
            for file in self._by_stem.get(posixpath.basename(stem), [])
            if _ends_with(file, stem + posixpath.splitext(_squeeze(file.name))[1])
            and not self._is_named(file)
        ]
        return other_ending[0] if len(other_ending) == 1 else None

    def _is_named(self, file: File) -> bool:
        parts = _squeeze(file.path).split("/")
        return any("/".join(parts[start:]) in self._named for start in range(len(parts)))


def _in_release(path: str, folder: str) -> bool:
    """Whether a path lies in the release's folder; or, unpacked flat, in `images` or the top."""
    parents = path.lower().split("/")[:-1]
    return folder in parents or parents in ([], ["images"])


def _ends_with(file: File, squeezed: str) -> bool:
    return ("/" + _squeeze(file.path)).endswith("/" + squeezed)


def _stem(name: str) -> str:
    lower = fold(name)
    for suffix in (".nii.gz", posixpath.splitext(lower)[1]):
        lower = lower.removesuffix(suffix)
    return lower


def _squeeze(path: str) -> str:
    """A path without blanks, in lower case and one Unicode form."""
    return fold(path.replace("\\", "/")).replace(" ", "")


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
