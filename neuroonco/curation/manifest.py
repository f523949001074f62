"""What the questions of a build were made from and what came out, so that none is made twice."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from neuroonco.curation.questions import TypeCount, Written
from neuroonco.files import write_text
from neuroonco.fingerprint import code_digest
from neuroonco.floors import Floor

FILE = "build.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The last stage of a build.

    Attributes:
        made_from: see `mark`.
        files: each file that was written, relative to the build's folder, to its size in bytes.
        unread: silver values that no question can offer, and how often each occurs.
        written: how much was asked.
        floors: of the closed questions of the test split.
    """

    made_from: str
    files: dict[str, int]
    unread: Counter[str]
    written: Written
    floors: Sequence[Floor]


def mark(inputs: Iterable[Path], *settings: object) -> str:
    """A digest that changes whenever the questions could.

    Args:
        inputs: the files they are made from; one that is missing counts as such.
        settings: what was chosen.
    """
    total = hashlib.sha256(repr((code_digest(), *settings)).encode())
    for path in inputs:
        content = path.read_bytes() if path.exists() else b"missing"
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()


def sizes(out: Path, names: Iterable[str]) -> dict[str, int]:
    """The sizes in bytes of those files of a build that exist."""
    return {name: (out / name).stat().st_size for name in names if (out / name).exists()}


def write_manifest(out: Path, manifest: Manifest) -> None:
    """Write it beside the files it names."""
    written = manifest.written
    held = {
        "made_from": manifest.made_from,
        "files": manifest.files,
        "unread": manifest.unread,
        "written": {
            "closed": {
                split: [asdict(count) for count in counts]
                for split, counts in written.closed.items()
            },
            "opened": written.opened,
            "conversations": written.conversations,
        },
        "floors": [asdict(floor) for floor in manifest.floors],
    }
    write_text(out / FILE, json.dumps(held, indent=1) + "\n")


def read_manifest(out: Path, made_from: str) -> Manifest | None:
    """What a build left that was made from the same; None if there is none, or a file is gone."""
    try:
        manifest = _manifest(json.loads((out / FILE).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):  # none yet, or of another version
        return None
    is_whole = sizes(out, manifest.files) == manifest.files
    return manifest if is_whole and manifest.made_from == made_from else None


def _manifest(held: dict[str, Any]) -> Manifest:
    written = held["written"]
    return Manifest(
        made_from=held["made_from"],
        files=held["files"],
        unread=Counter(held["unread"]),
        written=Written(
            closed={
                split: [TypeCount(**count) for count in counts]
                for split, counts in written["closed"].items()
            },
            opened=Counter(written["opened"]),
            conversations={
                split: Counter(tasks) for split, tasks in written["conversations"].items()
            },
        ),
        floors=[Floor(**floor) for floor in held["floors"]],
    )
