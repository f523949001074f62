"""Pictures that show the same: copies that were re-encoded, resized, cropped or turned to grey.

Two steps, because slices of one plane look alike and a hash alone would merge them. Perceptual
hashes that differ in few bits give the candidates, found by an index of parts of the hashes and
not by comparing all pairs. Thumbnails then decide, by how well their fine structure agrees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_BITS = 8
"""Most bits of 64 in which the hashes of a candidate pair differ. JPEG down to quality 10 and
resizing to a third change at most 8."""

SAME = 0.985
"""Likeness from which two pictures are one. JPEG of quality 30 or a third of the size leave more;
slices of a real scan that are 2 mm or more apart have less."""

ALIKE = 0.9
"""Likeness from which two pictures are kept together without being called one: another crop or
contrast, or a neighbouring slice. Between different heads none was seen above 0.88."""

_BANDS = ((0, 13), (13, 13), (26, 13), (39, 13), (52, 12))  # first bit, width
_PAIRS = 2_000_000  # candidate pairs handled at a time: some 50 MB
_THUMBNAILS = 2_000  # pairs of thumbnails compared at a time: some 130 MB
_WORTH_A_LOOK = 0.9  # agreement at a glance; what is `ALIKE` has more, but for crops of 2 %
_UNSURE = 0.6  # correlation from which a shift is looked for; what is `ALIKE` has more


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of pictures with hashes that are near, and how alike they are.

    Attributes:
        first, second: int (n,), places in the list of pictures, first < second.
        bits: int (n,), in how many bits the hashes differ.
        likeness: float (n,), as `likeness` has it; 0 where a glance told the two apart.
    """

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    bits: NDArray[np.uint8]
    likeness: NDArray[np.float32]


def find_pairs(
    hashes: NDArray[np.uint64], thumbnails: Callable[[NDArray[np.intp]], NDArray[np.uint8]]
) -> Pairs:
    """Find the pairs of pictures whose hashes are near, and compare their thumbnails.

    Args:
        hashes: uint64 (n,).
        thumbnails: gives those of the pictures at these places, uint8 (m, height, width).
    """
    first, second = near_hashes(hashes)
    bits = np.bitwise_count(hashes[first] ^ hashes[second])
    alike = np.zeros(len(first), np.float32)
    close = np.flatnonzero(_glance(first, second, thumbnails) >= _WORTH_A_LOOK)
    for piece in _pieces(close, _THUMBNAILS):
        places = np.stack([first[piece], second[piece]])
        unique, where = np.unique(places, return_inverse=True)
        fine = _fine(thumbnails(unique))
        one, other = where.reshape(places.shape)
        alike[piece] = _agreement(fine[one], fine[other])
    return Pairs(first, second, bits, alike)


def _glance(
    first: NDArray[np.intp],
    second: NDArray[np.intp],
    thumbnails: Callable[[NDArray[np.intp]], NDArray[np.uint8]],
) -> NDArray[np.float32]:
    """How well pairs agree at a third of the size, where a slight shift matters little, (n,).

    It costs a hundredth of `likeness`, and most pairs of different pictures need no more.
    """
    unique, where = np.unique(np.stack([first, second]), return_inverse=True)
    one, other = where.reshape(2, -1)
    agree = np.zeros(len(first), np.float32)
    coarse = [_coarse(thumbnails(piece)) for piece in _pieces(unique, _THUMBNAILS)]
    if coarse:
        values = np.concatenate(coarse)
        for piece in _pieces(np.arange(len(first)), 8 * _THUMBNAILS):
            agree[piece] = np.einsum("np,np->n", values[one[piece]], values[other[piece]])
    return agree


def _coarse(thumbnails: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The structure of thumbnails at a third of their size, float32 (n, pixels), length 1."""
    values = thumbnails.astype(np.float32)
    rows = values[:, ::3] + values[:, 1::3] + values[:, 2::3]
    fine = _fine(rows[:, :, ::3] + rows[:, :, 1::3] + rows[:, :, 2::3], blur=3)
    flat = fine.reshape(len(fine), -1)
    return np.asarray(flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1))


def _pieces(items: NDArray[np.intp], length: int) -> Iterator[NDArray[np.intp]]:
    for start in range(0, len(items), length):
        yield items[start : start + length]


def near_hashes(hashes: NDArray[np.uint64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All pairs of hashes that differ in at most `MAX_BITS` bits.

    The 64 bits are cut into five bands. Of nine changed bits some band holds no more than one
    (pigeonhole), so that it is enough to compare hashes that agree in a band but for one bit.

    Args:
        hashes: uint64 (n,).

    Returns:
        The places of the first and the second of each pair, int (m,), in order, without repeats.
    """
    found = [np.empty(0, np.intp)]
    for start, width in _BANDS:
        band = (hashes >> np.uint64(start)) & np.uint64((1 << width) - 1)
        for one, other in _sharing(band.astype(np.intp), width):
            near = np.bitwise_count(hashes[one] ^ hashes[other]) <= MAX_BITS
            low, high = np.minimum(one, other)[near], np.maximum(one, other)[near]
            found.append(np.unique(low * len(hashes) + high))
    pairs = np.unique(np.concatenate(found))
    return pairs // max(len(hashes), 1), pairs % max(len(hashes), 1)


def _sharing(
    band: NDArray[np.intp], width: int
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Pairs of places whose values in a band are equal or differ in one bit, piece by piece."""
    order = np.argsort(band, kind="stable")
    ends = np.cumsum(np.bincount(band, minlength=1 << width))
    starts = np.concatenate(([0], ends[:-1]))
    places = np.arange(len(band))
    rank = np.empty_like(order)
    rank[order] = places
    # Equal values: each with those behind it in the order. One bit off: each that lacks the bit
    # with all that have it, so that no pair is met twice.
    yield from _products(places, order, rank + 1, ends[band])
    for bit in range(width):
        lacking = places[(band >> bit) & 1 == 0]
        partner = band[lacking] | (1 << bit)
        yield from _products(lacking, order, starts[partner], ends[partner])


def _products(
    items: NDArray[np.intp], order: NDArray[np.intp], start: NDArray[np.intp], end: NDArray[np.intp]
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Each item with every one of ``order[start:end]``, at most about `_PAIRS` at a time."""
    counts = end - start
    pieces = np.cumsum(counts) // _PAIRS
    for piece in np.unique(pieces):
        here = pieces == piece
        many = counts[here]
        offset = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        yield np.repeat(items[here], many), order[np.repeat(start[here], many) + offset]


def likeness(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How well the fine structure of two thumbnails agrees, where a slight shift counts nothing.

    Each thumbnail loses its coarse structure. The likeness is the correlation of what is left; or,
    where that leaves it open, the multiple correlation of one with the other and with the
    other's derivatives, which stand for a small shift and change of scale (the first order of
    image registration, Lucas and Kanade 1981), the smaller one of both directions.

    Args:
        one: uint8 (n, height, width).
        other: the same.

    Returns:
        float32 (n,), up to 1; 0 where a thumbnail has no structure.
    """
    return _agreement(_fine(one), _fine(other))


def _agreement(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    common = np.einsum("nhw,nhw->n", a, b)
    power = np.einsum("nhw,nhw->n", a, a) * np.einsum("nhw,nhw->n", b, b)
    alike = np.asarray(common / np.sqrt(np.maximum(power, 1)), np.float32)
    unsure = (alike >= _UNSURE) & (alike < SAME)
    if unsure.any():
        a, b = a[unsure], b[unsure]
        alike[unsure] = np.minimum(_fit(a, b), _fit(b, a))
    return alike


def _fine(thumbnails: NDArray[np.generic], blur: int = 5) -> NDArray[np.float32]:
    """Thumbnails without the coarse structure that all heads share.

    Returns:
        float32 (n, height, width), less the means over squares of `blur` pixels, each with mean 0.
    """
    _, height, width = thumbnails.shape
    margin = (blur // 2, blur // 2)
    values = np.pad(thumbnails, ((0, 0), margin, margin), "edge").astype(np.float32)
    rows = np.zeros_like(values[:, :height])
    squares = np.zeros(thumbnails.shape, np.float32)
    for shift in range(blur):
        rows += values[:, shift : shift + height]
    for shift in range(blur):
        squares += rows[:, :, shift : shift + width]
    middle = values[:, blur // 2 : blur // 2 + height, blur // 2 : blur // 2 + width]
    fine = middle - squares / blur**2
    return np.asarray(fine - fine.mean(axis=(1, 2), keepdims=True))


def _fit(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """The multiple correlation of b with a and its shifts and scalings of first order, (n,)."""
    n, height, width = a.shape
    down, right = np.gradient(a, axis=(1, 2))
    y = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None]
    x = np.linspace(-0.5, 0.5, width, dtype=np.float32)
    basis = np.stack([a, right, down, right * x, down * y], axis=1).reshape(n, 5, -1)
    target = b.reshape(n, -1)
    gram = basis @ basis.transpose(0, 2, 1)
    diagonal = np.arange(5)
    gram[:, diagonal, diagonal] = gram[:, diagonal, diagonal] * np.float32(1.0001) + 1  # solvable
    common = np.einsum("nip,np->ni", basis, target)
    weights = np.linalg.solve(gram, common[..., None])[..., 0]
    explained = np.einsum("ni,ni->n", weights, common)
    total = np.einsum("np,np->n", target, target)
    return np.asarray(np.sqrt(np.clip(explained / np.maximum(total, 1), 0, 1)), np.float32)
