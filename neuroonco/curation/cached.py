"""Index and masks of a data_dir without annotations, kept in the cache for the builder."""

from __future__ import annotations

import hashlib

from neuroonco.curation.index import IndexRow, build_index, read_index
from neuroonco.curation.semantics import AttributeRow, build_attributes
from neuroonco.curation.splits import Shares
from neuroonco.layout import Layout
from neuroonco.prepare import default_cache


def curate(layout: Layout, shares: Shares) -> tuple[list[IndexRow], dict[str, AttributeRow]]:
    """Stages I and II of the curation. Nothing is read again that has not changed.

    Args:
        layout: what data_dir holds.
        shares: of pictures for test and validation.

    Returns:
        The index, and image_id to what a picture's mask tells.

    Raises:
        NeuroOncoError: annotations are broken, or the cache cannot be used.
    """
    root = layout.tree.root
    name = hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    out = default_cache() / "index" / name
    rows = read_index(build_index(layout, out, shares=shares))
    return rows, build_attributes(rows, root, out)
