"""Masks drawn by formula, at any scale."""

import numpy as np


def grid(height, width):
    """x and y of every pixel's centre."""
    return np.arange(width)[None, :] + 0.5, np.arange(height)[:, None] + 0.5


def ellipse(centre, radii, angle=0.0, shape=(128, 128)):
    x, y = grid(*shape)
    dx, dy = x - centre[0], y - centre[1]
    along = np.cos(angle) * dx + np.sin(angle) * dy
    across = np.cos(angle) * dy - np.sin(angle) * dx
    return (along / radii[0]) ** 2 + (across / radii[1]) ** 2 <= 1


def star(centre, radius, tips=6, depth=0.6, shape=(128, 128)):
    x, y = grid(*shape)
    dx, dy = x - centre[0], y - centre[1]
    border = radius * (1 - depth / 2 * (1 + np.cos(tips * np.arctan2(dy, dx))))
    return np.hypot(dx, dy) <= border


def rectangle(left, top, right, bottom, shape=(100, 100)):
    mask = np.zeros(shape, bool)
    mask[top:bottom, left:right] = True
    return mask
