"""A coarse description of a picture in words; the words are in `prompts/descriptions/`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from neuroonco.curation.semantics.table import AttributeRow
from neuroonco.files import write_text
from neuroonco.prompts import load_words

if TYPE_CHECKING:
    from neuroonco.curation.index import IndexRow

FILE = "descriptions.jsonl"


def write_descriptions(
    rows: Iterable[IndexRow], masks: Mapping[str, AttributeRow], out: Path
) -> None:
    """Write `descriptions.jsonl`: the image_id and the sentence of every picture of a source.

    Args:
        rows: of the index; those with a reason to ask nothing, and CT, are left out.
        masks: image_id to what the picture's mask tells.
        out: the folder of the curation's files.
    """
    lines = []
    for row in rows:
        if row.category and not row.reason and "ct" not in row.flags:
            words = describe_in_words(row.category, row.modality, masks.get(row.image_id))
            line = {"image_id": row.image_id, "description": words}
            lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    write_text(out / FILE, "".join(lines))


def describe_in_words(category: str, modality: str, row: AttributeRow | None) -> str:
    """Say what class, sequence and mask tell of a picture.

    Args:
        category: one of `neuroonco.vocabulary.CATEGORIES`, or "" where none is known.
        modality: one of `neuroonco.vocabulary.MODALITIES`.
        row: what its mask says, if it has a readable one.

    Returns:
        A sentence; two where there is a mask, three where an atlas named the region.
    """
    words = load_words("descriptions/coarse")
    known = {"sequence": words["sequences"][modality]}
    if category == "healthy":
        return str(words["healthy"].format(**known))
    known["finding"] = words["findings"][category]
    if row is None or row.error:
        return str(words["picture"].format(**known))
    known |= {
        "size": words["sizes"][row.size],
        "shape": words["shapes"][row.shape],
        "spread": words["spreads"][row.spread],
        "place": words["places"][row.location],
    }
    form = words["boxed" if row.mask_kind == "box" else "outlined"]
    if row.region:
        form += words["region"]
    return str(form.format(**known, area_share=row.area_share, region=row.region))
