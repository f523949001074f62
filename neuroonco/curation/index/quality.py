"""Flags for pictures that are no plain MR slice. They say what was seen; they remove nothing.

The rules are simple, with limits set on real downloads so that hardly any MR slice is flagged;
some text, montages and CT go unnoticed. What each flag means stands in `FLAGS`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FLAGS = {
    "nearly_blank": "less than 2 % of it differs from its border",
    "text_or_montage": "it is on white, or blank bands part it into panels or lines of text",
    "colour": "2 % of it or more is coloured, as in maps, screenshots and false-colour composites",
    "ct": "it lies in a folder of CT, or a closed ring of saturated bone surrounds grey tissue",
}
"""Every flag and its reason."""

_BACKGROUND = 32  # grey values this near to the border's are background, JPEG noise included
_BAND, _PANEL = 0.02, 0.15  # least width of a band between panels and of a panel, of the picture's
_LEAD, _LINE, _LINES = 0.01, 0.008, 5  # the same of text, and the least number of its lines
_WHITE = 200
_BONE, _TISSUE = 215, 50
_ANGLES = 72


def find_flags(
    spread: NDArray[np.uint8] | None, blocks: NDArray[np.uint8], thumbnail: NDArray[np.uint8]
) -> tuple[str, ...]:
    """The flags of a picture.

    Args:
        spread: how far apart the channels of sampled pixels are, uint8; None where all are grey.
        blocks: its luminance, averaged over small blocks, uint8 (height, width).
        thumbnail: the same, uint8 (48, 48).
    """
    edges = slice(None, None, len(thumbnail) - 1)
    border = sorted(thumbnail[edges].tobytes() + thumbnail[:, edges].tobytes())
    level = border[len(border) // 2]
    seen = {
        "nearly_blank": _is_blank(thumbnail, level),
        "text_or_montage": level > _WHITE or _is_parted(blocks if level < 128 else 255 - blocks),
        "colour": spread is not None and _is_coloured(spread),
        "ct": level < 128 and _looks_like_ct(thumbnail),
    }
    return tuple(flag for flag in FLAGS if seen[flag])


def _is_blank(thumbnail: NDArray[np.uint8], level: int) -> bool:
    near = _BACKGROUND // 2
    lighter = np.count_nonzero(thumbnail > level + near)
    darker = np.count_nonzero(thumbnail < level - near) if level > near else 0
    return bool(lighter + darker < 0.02 * thumbnail.size)


def _is_coloured(spread: NDArray[np.uint8]) -> bool:
    """Whether 2 % of sampled pixels have channels that differ by more than JPEG makes them."""
    return bool(np.count_nonzero(spread > 24) >= 0.02 * spread.size)


def _is_parted(blocks: NDArray[np.uint8]) -> bool:
    """Whether dark bands cross a picture between panels, or between lines of text."""
    shown = blocks > _BACKGROUND
    columns, rows = (_runs(np.logical_or.reduce(shown, axis)) for axis in (0, 1))
    if max(_count_parts(columns, _BAND, _PANEL), _count_parts(rows, _BAND, _PANEL)) > 1:
        return True
    if len(rows) < _LINES:
        return False
    lines = _runs(np.count_nonzero(shown, axis=1) >= 0.04 * shown.shape[1])  # no speckle
    return _count_parts(lines, _LEAD, _LINE) >= _LINES


def _runs(filled: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Where the runs in a profile start and end, as shares of its length."""
    edges = (np.flatnonzero(filled[1:] != filled[:-1]) + 1).tolist()
    edges = [0] * bool(filled[0]) + edges + [len(filled)] * bool(filled[-1])
    shares = [edge / len(filled) for edge in edges]
    return list(zip(shares[::2], shares[1::2], strict=True))


def _count_parts(runs: list[tuple[float, float]], gap: float, least: float) -> int:
    """How many runs are at least so long, where gaps below `gap` part nothing."""
    parts: list[tuple[float, float]] = []
    for start, end in runs:
        if parts and start - parts[-1][1] < gap:
            start = parts.pop()[0]
        parts.append((start, end))
    return sum(end - start >= least for start, end in parts)


def _looks_like_ct(thumbnail: NDArray[np.uint8]) -> bool:
    """Whether bone rings the head: on MR the skull is dark, and lies inside a thin bright scalp.

    Looks outwards from the middle of the head in all directions, for a saturated outermost layer
    with no dark one just inside it.
    """
    if np.count_nonzero(thumbnail >= _BONE) < 0.04 * thumbnail.size:
        return False
    rows, columns = np.nonzero(thumbnail > _BACKGROUND)
    centre = (rows.min() + rows.max()) / 2, (columns.min() + columns.max()) / 2
    rays = _rays(thumbnail, centre)
    outermost = rays.shape[1] - 1 - np.argmax(rays[:, ::-1] > 60, axis=1)
    outside_in = np.maximum(outermost[:, None] - np.arange(15), 0)
    layers = np.take_along_axis(rays, outside_in, axis=1)  # half pixels, from the scalp inwards
    bone = layers[:, :9] >= _BONE
    innermost = 8 - np.argmax(bone[:, ::-1], axis=1)
    inside = np.minimum(innermost[:, None] + np.arange(1, 7), 14)
    is_grey = np.take_along_axis(layers, inside, axis=1).min(axis=1) > _TISSUE
    return bool(((bone.sum(axis=1) >= 2) & is_grey).mean() >= 0.65)


def _rays(thumbnail: NDArray[np.uint8], centre: tuple[float, float]) -> NDArray[np.uint8]:
    """Values from a centre outwards in all directions, (angles, half pixels)."""
    angle = np.arange(_ANGLES)[:, None] * (2 * np.pi / _ANGLES)
    radius = np.arange(0, len(thumbnail) * 0.75, 0.5)
    limit = len(thumbnail) - 1
    rows = np.clip(np.round(centre[0] + np.sin(angle) * radius), 0, limit).astype(int)
    columns = np.clip(np.round(centre[1] + np.cos(angle) * radius), 0, limit).astype(int)
    rays: NDArray[np.uint8] = thumbnail[rows, columns]
    return rays
