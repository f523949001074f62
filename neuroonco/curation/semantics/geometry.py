"""Components of a lesion and their outlines, measured as the published labels were: with OpenCV."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from neuroonco.curation.semantics.ellipse import fit_ellipse, spread_ellipse


@dataclass(frozen=True, slots=True)
class Outline:
    """How one component looks from outside; its holes count for its area only.

    Attributes:
        area: pixels.
        perimeter: length of the closed line through the centres of its outer pixels, in pixels.
        elongation: long axis over short one, from 1.
    """

    area: int
    perimeter: float
    elongation: float

    @property
    def circularity(self) -> float:
        """4 pi A / P^2: near 1 for a disk, above it for a few pixels; 1 for a single pixel.

        The formula is Cox's (Journal of Paleontology 1, 1927). A line through pixel centres is
        shorter than the pixels' own edge, so a small disk has more than 1.
        """
        return 4 * math.pi * self.area / self.perimeter**2 if self.perimeter else 1.0


@dataclass(frozen=True, slots=True)
class Components:
    """The parts of a lesion that don't touch, not even at a corner.

    Attributes:
        areas: pixels of each, int64 (n,).
        largest: the outline of the one with most pixels; of equal ones that with the longest
            perimeter, then the most elongated.
    """

    areas: NDArray[np.int64]
    largest: Outline


def find_components(lesion: NDArray[np.bool_]) -> Components:
    """Take a lesion apart, 8-connected.

    Args:
        lesion: bool (height, width), with at least one True.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(lesion.astype(np.uint8), connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA].astype(np.int64)
    outlines = []
    for index in np.flatnonzero(areas == areas.max()) + 1:
        left, top, width, height = stats[index, : cv2.CC_STAT_AREA]
        part = labels[top : top + height, left : left + width] == index
        outlines.append(outline(part))
    return Components(areas, max(outlines, key=lambda o: (round(o.perimeter, 3), o.elongation)))


def outline(component: NDArray[np.bool_]) -> Outline:
    """Measure one 8-connected component, bool (height, width).

    Where its outline determines no ellipse, its elongation is that of its second moments.
    """
    contours, _ = cv2.findContours(
        component.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    border = contours[0].astype(np.int32)
    long, short = fit_ellipse(border[:, 0]) or spread_ellipse(component)
    return Outline(
        area=int(np.count_nonzero(component)),
        perimeter=float(cv2.arcLength(border, closed=True)),
        elongation=round(long / short, 9),  # so that 3 x 2 pixels are exactly on the limit
    )
