import numpy as np
import pytest
from heads import COPIES, cropped, fingerprints, head, slices
from hypothesis import given
from hypothesis import strategies as st

from neuroonco.curation.index.duplicates import (
    ALIKE,
    MAX_BITS,
    SAME,
    find_pairs,
    likeness,
    near_hashes,
)

bits = st.sets(st.integers(0, 63), max_size=MAX_BITS + 4)


@given(st.lists(st.integers(0, 2**64 - 1), max_size=6), st.lists(st.tuples(bits, bits), max_size=6))
def test_all_near_hashes_are_found_and_no_others(alone, planted):
    """Against comparing all pairs, with hashes planted about as far as counts."""
    numbers = list(alone)
    for base, changed in planted:
        first = sum(1 << bit for bit in base) * 0x9E3779B97F4A7C15 % 2**64
        numbers += [first, first ^ sum(1 << bit for bit in changed)]
    hashes = np.array(numbers, np.uint64)
    one, other = near_hashes(hashes)
    distance = np.bitwise_count(hashes[:, None] ^ hashes[None, :])
    expected = np.argwhere(np.triu(distance <= MAX_BITS, 1))
    assert np.stack([one, other], axis=1).tolist() == expected.tolist()


def test_many_equal_hashes_are_paired_in_pieces(monkeypatch):
    monkeypatch.setattr("neuroonco.curation.index.duplicates._PAIRS", 50)
    one, other = near_hashes(np.full(40, 7, np.uint64))
    assert len(one) == 40 * 39 // 2
    assert (one < other).all()


def pairs_of(pictures):
    hashes, thumbnails = fingerprints(pictures)
    pairs = find_pairs(hashes, lambda places: thumbnails[places])
    return {
        (int(one), int(other)): float(alike)
        for one, other, alike in zip(pairs.first, pairs.second, pairs.likeness, strict=True)
    }


@pytest.mark.parametrize("name", COPIES)
def test_copies_are_one_picture(name):
    for seed in range(12):
        original = head(seed)
        assert pairs_of([original, COPIES[name](original)])[0, 1] >= SAME


def test_a_lost_border_keeps_pictures_together():
    for seed in range(12):
        original = head(seed)
        assert pairs_of([original, cropped(original)])[0, 1] >= ALIKE


def test_other_heads_are_told_apart():
    heads = [head(seed, sequence=sequence) for seed in range(60) for sequence in ("t1", "t1ce")]
    same_head = {(n, n + 1) for n in range(0, 120, 2)}
    found = pairs_of(heads)
    assert all(alike < ALIKE for pair, alike in found.items() if pair not in same_head)
    assert all(alike < SAME for alike in found.values())


def test_slices_of_one_head_are_no_duplicates():
    found = pairs_of(slices())
    assert found, "slices of one head look alike"
    assert max(found.values()) < SAME


def test_likeness_is_the_same_both_ways_and_for_a_picture_itself_one():
    _, thumbnails = fingerprints([head(1), head(2), cropped(head(1))])
    there, back = (
        likeness(thumbnails, thumbnails[[1, 2, 0]]),
        likeness(thumbnails[[1, 2, 0]], thumbnails),
    )
    assert there == pytest.approx(back, abs=1e-5)
    assert likeness(thumbnails, thumbnails) == pytest.approx(1, abs=1e-5)


def test_a_thumbnail_without_structure_is_like_nothing():
    flat = np.full((2, 48, 48), 90, np.uint8)
    assert likeness(flat, flat).tolist() == [0, 0]


def test_no_pictures_no_pairs():
    pairs = find_pairs(np.empty(0, np.uint64), lambda _: np.empty((0, 48, 48), np.uint8))
    assert len(pairs.first) == len(pairs.likeness) == 0
