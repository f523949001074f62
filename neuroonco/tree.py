"""What lies under `data_dir`: one walk of the disk, and nothing outside it."""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from neuroonco.errors import DataDirError

_SKIPPED_FOLDERS = frozenset({"__MACOSX"})


@dataclass(frozen=True, slots=True)
class File:
    """One file under the root.

    Attributes:
        path: relative to the root, with forward slashes, spelt as on disk.
        size: bytes.
        mtime_ns: time of the last change of its content, nanoseconds; tools can set it back.
        ctime_ns: time of the last change of its inode, nanoseconds; tools can't set it back.
    """

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def stamp(self) -> str:
        """Changes whenever the file is written, moved or replaced, even if its mtime is kept."""
        return f"{self.path}\0{self.size}\0{self.mtime_ns}\0{self.ctime_ns}"


@dataclass(frozen=True, slots=True)
class Tree:
    """All files under `root`, sorted by path.

    Attributes:
        root: absolute, with links resolved.
        files: by relative path.
        folders: relative folder to the files right in it; "" is the root itself.
        refused: links that lead out of the root; they are not followed.
    """

    root: Path
    files: dict[str, File] = field(repr=False)
    folders: dict[str, list[File]] = field(repr=False)
    refused: tuple[str, ...]

    def find(self, path: str) -> File | None:
        """The file at a relative path, whichever Unicode form either is spelt in.

        Raises:
            DataDirError: the path is absolute or climbs out of the root.
        """
        check_relative(path)
        if path in self.files:
            return self.files[path]
        clean = str(PurePosixPath(path.replace("\\", "/")))
        spellings = (unicodedata.normalize(form, clean) for form in ("NFC", "NFD"))
        return next((self.files[name] for name in (clean, *spellings) if name in self.files), None)

    def without(self, folders: Iterable[str]) -> Tree:
        """The same tree but for some folders, given relative to the root, and all below them."""
        barred = tuple(f"{folder}/" for folder in folders)
        return Tree(
            self.root,
            {path: file for path, file in self.files.items() if not path.startswith(barred)},
            {
                folder: files
                for folder, files in self.folders.items()
                if not f"{folder}/".startswith(barred)
            },
            self.refused,
        )

    def absolute(self, path: str) -> str:
        """The absolute path of a file of this tree."""
        return os.path.join(self.root, path)  # noqa: PTH118 (called once a row; Path is ten times slower)


def scan(data_dir: str | os.PathLike[str]) -> Tree:
    """Walk `data_dir` once. Hidden files and folders are passed over.

    Raises:
        DataDirError: it does not exist, is not a folder, or cannot be read.
    """
    root = Path(data_dir).expanduser().resolve()
    if not root.is_dir():
        raise DataDirError(
            f"data_dir {str(data_dir)!r} is not a folder; give the folder that holds your downloads"
        )
    refused: list[str] = []
    files = sorted(_walk(root, refused), key=lambda file: file.path)
    folders: dict[str, list[File]] = defaultdict(list)
    for file in files:
        folders[file.path.rpartition("/")[0]].append(file)
    return Tree(root, {file.path: file for file in files}, dict(folders), tuple(sorted(refused)))


def check_relative(path: str) -> None:
    """Refuse a path that an annotation uses to leave `data_dir`.

    Raises:
        DataDirError: the path is absolute (on any system) or contains `..`.
    """
    parts = path.replace("\\", "/").split("/")
    if parts[0] == "" or ".." in parts or parts[0].endswith(":") or "\0" in path:
        raise DataDirError(
            f"the path {path!r} leads out of data_dir; paths must be relative and without '..'"
        )


def _walk(root: Path, refused: list[str]) -> Iterator[File]:
    pending = [""]
    seen = {root}  # a link to a folder above itself would otherwise never end
    while pending:
        folder = pending.pop()
        try:
            entries = os.scandir(root / folder)
        except OSError as error:
            raise DataDirError(
                f"{folder or root.name}: cannot be read ({error.strerror})"
            ) from error
        with entries:
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.name.startswith(".") or entry.name in _SKIPPED_FOLDERS:
                    continue
                if entry.is_symlink() and not _stays_inside(root, path, seen, refused):
                    continue
                if entry.is_dir():
                    pending.append(path)
                elif entry.is_file():
                    stat = entry.stat()
                    yield File(path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)


def _stays_inside(root: Path, path: str, seen: set[Path], refused: list[str]) -> bool:
    target = (root / path).resolve()
    if not target.is_relative_to(root):
        refused.append(path)
        return False
    if target.is_dir():
        new = target not in seen
        seen.add(target)
        return new
    return target.exists()
