"""What a mask alone says of a lesion: size, shape, spread, location, the numbers behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroonco.curation.semantics import rules
from neuroonco.curation.semantics.geometry import find_components

WHITE_ABOVE = 127
"""A pixel brighter than this is lesion, in a mask drawn white on black."""

LABELS_UP_TO = 4
"""A mask without a brighter pixel than this holds labels: 0 and 1, or those of BraTS."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """A lesion as its mask shows it. Left and right are those of the picture.

    Attributes:
        size: one of `rules.SIZES`.
        shape: one of `rules.SHAPES`.
        spread: one of `rules.SPREADS`.
        location: one of `rules.LOCATIONS`.
        area_share: of the picture's area, 0 to 1.
        circularity: of the largest component (`geometry.Outline.circularity`).
        elongation: long axis over short one of the largest component, from 1.
        components: how many parts the lesion has, 8-connected.
        largest_share: the share of the lesion's area that its largest component has, 0 to 1.
        centroid_x: of the whole lesion, 0 (left edge) to 1 (right edge).
        centroid_y: of the whole lesion, 0 (upper edge) to 1 (lower edge).
        bbox: left, top, right, bottom of the whole lesion in pixels; right and bottom are the
            first column and row without lesion.
        mask_width: pixels.
        mask_height: pixels.
    """

    size: str
    shape: str
    spread: str
    location: str
    area_share: float
    circularity: float
    elongation: float
    components: int
    largest_share: float
    centroid_x: float
    centroid_y: float
    bbox: tuple[int, int, int, int]
    mask_width: int
    mask_height: int


def describe(mask: NDArray[Any]) -> Attributes | None:
    """Describe the lesion that a mask marks.

    Args:
        mask: (height, width), any dtype, read as `lesion_of` says.

    Returns:
        What it says, or None where no pixel is lesion.

    Raises:
        ValueError: the mask has not two axes.
    """
    lesion = lesion_of(mask)
    if not lesion.any():
        return None
    height, width = lesion.shape
    left, top, right, bottom = bbox = _bounding_box(lesion)
    inside = lesion[top:bottom, left:right]
    found = find_components(inside)
    area = int(found.areas.sum())
    largest = found.largest
    x = _centre(inside.sum(axis=0), left, width)
    y = _centre(inside.sum(axis=1), top, height)
    return Attributes(
        size=rules.size_of(area / lesion.size),
        shape=rules.shape_of(largest.circularity, largest.elongation),
        spread=rules.spread_of(len(found.areas), largest.area / area),
        location=rules.location_of(x, y),
        area_share=area / lesion.size,
        circularity=largest.circularity,
        elongation=largest.elongation,
        components=len(found.areas),
        largest_share=largest.area / area,
        centroid_x=x,
        centroid_y=y,
        bbox=bbox,
        mask_width=width,
        mask_height=height,
    )


def lesion_of(mask: NDArray[Any]) -> NDArray[np.bool_]:
    """Which pixels of a mask are lesion.

    Of a bool mask those that are True; of a mask without a value above 4, which holds labels, those
    above 0; of any other mask those above 127. NaN is no lesion.

    Args:
        mask: (height, width).

    Returns:
        bool, same shape.

    Raises:
        ValueError: the mask has not two axes.
    """
    if mask.ndim != 2:
        raise ValueError(f"a mask has two axes (height, width), not the shape {mask.shape}")
    if mask.dtype == np.bool_:
        return mask
    values = np.nan_to_num(mask)
    limit = WHITE_ABOVE if values.max(initial=0) > LABELS_UP_TO else 0
    lesion: NDArray[np.bool_] = values > limit
    return lesion


def _bounding_box(lesion: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    columns = np.flatnonzero(lesion.any(axis=0))
    rows = np.flatnonzero(lesion.any(axis=1))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _centre(counts: NDArray[np.integer], first: int, length: int) -> float:
    """The mean position of pixels' centres, 0 to 1, from their number in each row or column.

    One division of whole numbers, so that the border of two thirds is met exactly.
    """
    total = int(counts.sum())
    offsets = int(counts @ np.arange(len(counts)))
    return (2 * (offsets + first * total) + total) / (2 * total * length)
