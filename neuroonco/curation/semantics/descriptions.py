"""A coarse description of a picture in words; the words are in `prompts/descriptions/`."""

from __future__ import annotations

from neuroonco.curation.semantics.table import AttributeRow
from neuroonco.prompts import load_words


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
