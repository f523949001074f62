"""Finished readings, kept between runs: a run that was stopped goes on where it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neuroonco.curation.index.hashes import SIDE
from neuroonco.curation.index.reading import Reading
from neuroonco.errors import CurationError

_BATCH = 128  # rows a commit; what a killed run loses at most


class Store:
    """A file of readings by key, each with its thumbnail."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.execute(
            "CREATE TABLE IF NOT EXISTS finished (key TEXT PRIMARY KEY, reading TEXT, small BLOB)"
        )

    def readings(self, keys: Set[str]) -> dict[str, Reading]:
        """Those of these readings that are kept, by key."""
        rows = self._connection.execute("SELECT key, reading FROM finished")
        return {key: Reading.from_json(text) for key, text in rows if key in keys}

    def add(self, finished: Iterable[tuple[str, Reading, bytes]]) -> dict[str, Reading]:
        """Keep readings as they come, a few at a time.

        Returns:
            The readings by key.
        """
        added: dict[str, Reading] = {}
        pending = []
        try:
            for key, reading, small in finished:
                added[key] = reading
                pending.append((key, reading.to_json(), small))
                if len(pending) == _BATCH:
                    self._write(pending)
                    pending = []
        finally:
            self._write(pending)
        return added

    def keep_only(self, keys: Set[str]) -> None:
        """Forget the readings of files that are gone or were changed."""
        known = self._connection.execute("SELECT key FROM finished").fetchall()
        with self._connection:
            self._connection.executemany(
                "DELETE FROM finished WHERE key = ?",
                [(key,) for (key,) in known if key not in keys],
            )

    def thumbnails(self, keys: Sequence[str]) -> NDArray[np.uint8]:
        """The thumbnails of readings, uint8 (n, 48, 48), in the order of the keys."""
        query = "SELECT small FROM finished WHERE key = ?"
        rows = (self._connection.execute(query, (key,)).fetchone() for key in keys)
        pixels = b"".join(small for (small,) in rows)
        return np.frombuffer(pixels, np.uint8).reshape(-1, SIDE, SIDE)

    def _write(self, rows: list[tuple[str, str, bytes]]) -> None:
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO finished VALUES (?, ?, ?)", rows)


@contextmanager
def open_store(path: Path) -> Iterator[Store]:
    """Open a store, or make a new one.

    Raises:
        CurationError: the file is damaged or cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = sqlite3.connect(path, timeout=60)
        try:
            connection.execute("PRAGMA page_size = 8192")  # two rows and more
            connection.execute("PRAGMA synchronous = OFF")  # a power cut costs a second reading
            yield Store(connection)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise CurationError(
            f"{path.name}: cannot be used ({error}); delete it, and the pictures are read again"
        ) from error
