"""The rules that put a mask's numbers into words: limits and values, as the published labels have.

Every limit belongs to the class that the comparison here names: a lesion of exactly 1 % is Medium.
"""

from __future__ import annotations

SMALL, MEDIUM, LARGE = "Small/Focal", "Medium", "Large/Extensive"
ROUND, LOBULATED, IRREGULAR = "Round/Oval", "Lobulated", "Irregular/Spiculated"
SOLITARY, DOMINANT = "Solitary Lesion", "Dominant Core with Satellites"
SCATTERED = "Scattered/Multifocal"
CENTRE = "Center of the Image"

SIZES = (SMALL, MEDIUM, LARGE)
SHAPES = (ROUND, LOBULATED, IRREGULAR)
SPREADS = (SOLITARY, DOMINANT, SCATTERED)

ROWS = ("Upper", "Center", "Lower")
COLUMNS = ("Left", "Center", "Right")

MEDIUM_FROM, LARGE_FROM = 0.01, 0.05
"""Shares of the picture's area."""

LOBULATED_FROM, ROUND_FROM = 0.5, 0.8
"""Circularities, 4 pi A / P^2."""

ROUND_UP_TO = 1.5
"""The elongation, long axis over short one, up to which a lesion can be round or oval."""

DOMINANT_FROM = 0.7
"""The share of the lesion that its largest component has."""


def size_of(area_share: float) -> str:
    """One of `SIZES`, by the whole lesion's share of the picture's area, 0 to 1."""
    if area_share < MEDIUM_FROM:
        return SMALL
    return MEDIUM if area_share < LARGE_FROM else LARGE


def shape_of(circularity: float, elongation: float) -> str:
    """One of `SHAPES`, by the outline of the largest component."""
    if circularity < LOBULATED_FROM:
        return IRREGULAR
    is_round = circularity >= ROUND_FROM and elongation <= ROUND_UP_TO
    return ROUND if is_round else LOBULATED


def spread_of(components: int, largest_share: float) -> str:
    """One of `SPREADS`, by the number of components and the largest one's share, 0 to 1."""
    if components == 1:
        return SOLITARY
    return DOMINANT if largest_share >= DOMINANT_FROM else SCATTERED


def location_of(x: float, y: float) -> str:
    """One of `LOCATIONS`, by the third of the picture that a point lies in.

    A point on the border of two thirds lies in the middle one, so that a flipped picture has the
    flipped location.

    Args:
        x: 0 (left edge) to 1 (right edge).
        y: 0 (upper edge) to 1 (lower edge).
    """
    return _location(ROWS[_third(y)], COLUMNS[_third(x)])


def _third(position: float) -> int:
    return int(position >= 1 / 3) + int(position > 2 / 3)


def _location(row: str, column: str) -> str:
    return CENTRE if row == column == "Center" else f"{row}-{column} Region"


LOCATIONS = tuple(_location(row, column) for row in ROWS for column in COLUMNS)
