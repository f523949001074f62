"""What the labels of BraTS say of a tumour's parts (Baid et al. 2021, arXiv:2107.02314)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroonco.errors import PictureError

CORE, OEDEMA, ENHANCING = 1, 2, 4
REMAPPED_ENHANCING = 3  # in copies that number the labels without a gap


@dataclass(frozen=True, slots=True)
class Shares:
    """The parts of a whole tumour in one slice; they add up to 1.

    Attributes:
        enhancing: enhancing tumour, 0 to 1.
        core: necrotic and not enhancing core, 0 to 1. With the enhancing part it makes up what
            BraTS calls the tumour core.
        oedema: oedema and infiltrated tissue around, 0 to 1.
    """

    enhancing: float
    core: float
    oedema: float


def shares_of(labels: NDArray[Any], shown: str) -> Shares | None:
    """The shares of a tumour's parts.

    Args:
        labels: of a slice, any shape: 0, 1, 2 and 4, or 3 for 4.
        shown: what an error calls them.

    Returns:
        The shares, or None where there is no tumour.

    Raises:
        PictureError: there is another label.
    """
    found, sizes = np.unique(labels[labels != 0], return_counts=True)
    counts = dict(zip(found.tolist(), sizes.tolist(), strict=True))
    if unknown := set(counts) - {CORE, OEDEMA, REMAPPED_ENHANCING, ENHANCING}:
        raise PictureError(
            f"{shown}: the label {min(unknown)} is none of BraTS (0, 1, 2, 4, or 3 for 4); "
            "download it again"
        )
    total = sum(counts.values())
    if not total:
        return None
    enhancing = counts.get(ENHANCING, 0) + counts.get(REMAPPED_ENHANCING, 0)
    return Shares(enhancing / total, counts.get(CORE, 0) / total, counts.get(OEDEMA, 0) / total)
