"""Read silver labels: signs that models saw in a picture, one picture a line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from neuroonco.curation.questions.subjects import SIGNS
from neuroonco.curation.questions.wording import canonical
from neuroonco.errors import AnnotationError
from neuroonco.json_records import read_records

NAME = "silver.jsonl"

_NOT_GIVEN = {"", "none given", "unknown", "not visible"}


@dataclass(slots=True)
class Silver:
    """Silver labels.

    Attributes:
        signs: image_id to sign to value, spelt as in `prompts/questions/closed.yaml`.
        unread: values that no question can offer, and how often each occurs.
    """

    signs: dict[str, dict[str, str]] = field(default_factory=dict)
    unread: Counter[str] = field(default_factory=Counter)


def read_silver(path: Path) -> Silver:
    """Read `silver.jsonl`; a file that is not there holds none.

    Raises:
        AnnotationError: a line is no JSON object with an image_id.
    """
    silver = Silver()
    if not path.exists():
        return silver
    for raw, where in read_records(str(path), path.name):
        if not isinstance(raw, dict) or not isinstance(raw.get("image_id"), str):
            raise AnnotationError(f"{where}: a silver label needs an image_id; label again")
        signs = silver.signs.setdefault(raw["image_id"], {})
        for name in SIGNS:
            given = str(raw.get(name) or "").strip()
            if given.casefold() in _NOT_GIVEN:
                continue
            if value := canonical(name, given):
                signs[name] = value
            else:
                silver.unread[f"{name}: {given}"] += 1
    return silver
