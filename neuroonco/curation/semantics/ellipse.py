"""The ellipse that fits an outline, or the one that has a component's spread."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_SINGULAR = 1e-6  # smallest singular value over the largest, below which points determine nothing

Axes = tuple[float, float]
"""The long and the short axis of an ellipse, in pixels."""


def fit_ellipse(border: NDArray[np.integer[Any]]) -> Axes | None:
    """Fit an ellipse to points by least squares.

    A general conic is fitted for its centre, then its quadratic part again around that centre, as
    OpenCV's fitEllipse does; where points determine an ellipse, both give the same. Elsewhere
    OpenCV shifts the points at random, and its answer differs from call to call.

    Args:
        border: (n, 2), x and y of each pixel of an outline.

    Returns:
        Its axes; None where the points lie on a line or two, or fit another conic, or an ellipse
        thinner than a pixel, better.
    """
    centred = border - border.mean(axis=0)
    scale = np.abs(centred).mean()
    if not scale:
        return None
    x, y = (centred / scale).T
    conic = _solve(x * x, x * y, y * y, x, y)
    if conic is None:
        return None
    a, b, c, d, e = conic
    if abs(4 * a * c - b * b) < _SINGULAR:
        return None
    centre = np.linalg.solve([[2 * a, b], [b, 2 * c]], [-d, -e])
    x, y = x - centre[0], y - centre[1]
    quadratic = _solve(x * x, x * y, y * y)
    if quadratic is None:
        return None
    a, b, c = quadratic
    curvatures = np.linalg.eigvalsh([[a, b / 2], [b / 2, c]])
    if curvatures[0] <= 0:
        return None
    long, short = 2 * scale / np.sqrt(curvatures)
    return (float(long), float(short)) if short >= 1 else None


def spread_ellipse(component: NDArray[np.bool_]) -> Axes:
    """The ellipse with the same second moments as a component; each pixel counts as a square.

    Its axes are in the ratio of the sides for a rectangle: 1 for one pixel, 4 for four in a row.

    Args:
        component: bool (height, width), with at least one True.
    """
    points = np.argwhere(component)
    centred = points - points.mean(axis=0)
    moments = centred.T @ centred / len(points) + np.eye(2) / 12
    short, long = 4 * np.sqrt(np.linalg.eigvalsh(moments))
    return float(long), float(short)


def _solve(*columns: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The factors with which the columns add up to 1 in each row, nearly; None if many do."""
    matrix = np.column_stack(columns)
    # Few columns, and values near 1: precise enough. Not by @, which starts threads for it.
    normal = np.einsum("ij,ik->jk", matrix, matrix)
    eigenvalues = np.linalg.eigvalsh(normal)
    if eigenvalues[0] <= _SINGULAR**2 * eigenvalues[-1]:
        return None
    factors: NDArray[np.float64] = np.linalg.solve(normal, matrix.sum(axis=0))
    return factors
