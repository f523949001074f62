"""Known shapes get the words and numbers they should; turning and scaling change what they must."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from lesions import ellipse, rectangle, star

from neuroonco.curation.semantics import describe
from neuroonco.curation.semantics.rules import LOCATIONS

SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=24)
MASKS = hnp.arrays(np.bool_, SHAPES).filter(np.any)


def test_disk():
    found = describe(ellipse((64, 64), (20, 20)))
    assert (found.size, found.shape) == ("Large/Extensive", "Round/Oval")
    assert (found.spread, found.location) == ("Solitary Lesion", "Center of the Image")
    assert found.area_share == pytest.approx(math.pi * 20**2 / 128**2, rel=0.01)
    assert found.circularity == pytest.approx(0.93, abs=0.02)
    assert found.elongation == pytest.approx(1, abs=0.01)
    assert (found.centroid_x, found.centroid_y) == (0.5, 0.5)
    assert found.bbox == (44, 44, 84, 84)
    assert (found.mask_width, found.mask_height) == (128, 128)


@pytest.mark.parametrize(("ratio", "shape"), [(1.4, "Round/Oval"), (1.7, "Lobulated")])
@pytest.mark.parametrize("angle", [0, 0.5, 1.2])
def test_ellipse(ratio, shape, angle):
    found = describe(ellipse((64, 64), (20 * ratio, 20), angle))
    assert found.elongation == pytest.approx(ratio, rel=0.03)
    assert found.circularity >= 0.8
    assert found.shape == shape


def test_star_is_irregular():
    found = describe(star((64, 64), 40))
    assert found.circularity < 0.5
    assert found.shape == "Irregular/Spiculated"


@pytest.mark.parametrize(
    ("radius", "spread"), [(7, "Dominant Core with Satellites"), (16, "Scattered/Multifocal")]
)
def test_two_disks(radius, spread):
    found = describe(ellipse((40, 40), (20, 20)) | ellipse((90, 90), (radius, radius)))
    assert (found.components, found.spread) == (2, spread)
    assert found.largest_share == pytest.approx(400 / (400 + radius**2), rel=0.02)
    assert found.circularity == describe(ellipse((40, 40), (20, 20))).circularity


def test_components_that_touch_at_a_corner_are_one():
    assert describe(np.eye(8, dtype=bool)).components == 1


def test_exact_limits():
    assert describe(rectangle(0, 0, 10, 10)).size == "Medium"  # 1.00 % of 100 x 100
    assert describe(rectangle(0, 0, 9, 11)).size == "Small/Focal"
    assert describe(rectangle(0, 0, 20, 25)).size == "Large/Extensive"  # 5.00 %
    seven_of_ten = rectangle(0, 0, 7, 1) | rectangle(20, 0, 23, 1)
    assert describe(seven_of_ten).spread == "Dominant Core with Satellites"
    assert describe(seven_of_ten | rectangle(30, 0, 31, 1)).spread == "Scattered/Multifocal"
    on_the_border = rectangle(29, 44, 31, 46, (90, 90))  # its centre is at x = 30 of 90
    assert describe(on_the_border).centroid_x == 1 / 3
    assert describe(on_the_border).location == "Center of the Image"
    assert describe(on_the_border[:, ::-1]).location == "Center of the Image"
    assert describe(rectangle(28, 44, 31, 46, (90, 90))).location == "Center-Left Region"


def test_holes_count_for_the_area_only():
    ring = ellipse((64, 64), (30, 30)) & ~ellipse((64, 64), (15, 15))
    whole = describe(ellipse((64, 64), (30, 30)))
    found = describe(ring)
    assert found.elongation == whole.elongation
    assert found.circularity == pytest.approx(whole.circularity * 0.75, rel=0.02)


@pytest.mark.parametrize(
    ("height", "width", "circularity", "elongation", "shape"),
    [
        (1, 1, 1.0, 1, "Round/Oval"),
        (1, 2, 2 * math.pi, 2, "Lobulated"),
        (2, 2, math.pi, 1, "Round/Oval"),
        (2, 3, 2 * math.pi / 3, 1.5, "Round/Oval"),
        (1, 4, 4 * math.pi / 9, 4, "Lobulated"),
        (2, 9, 4 * math.pi * 18 / 18**2, 4.5, "Lobulated"),
        (1, 30, 4 * math.pi * 30 / 58**2, 30, "Irregular/Spiculated"),
    ],
)
def test_where_no_ellipse_fits_the_second_moments_tell(
    height, width, circularity, elongation, shape
):
    for mask in (rectangle(5, 5, 5 + width, 5 + height), rectangle(5, 5, 5 + height, 5 + width)):
        found = describe(mask)
        assert found.circularity == pytest.approx(circularity)
        assert found.elongation == pytest.approx(elongation)
        assert found.shape == shape


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (7, 9)])
def test_nothing_marked(shape):
    assert describe(np.zeros(shape, np.uint8)) is None


@pytest.mark.parametrize(
    ("values", "lesion"),
    [
        ([[0, 127, 128, 255]], [2, 3]),
        ([[0, 1, 1, 0]], [1, 2]),
        ([[0, 1, 2, 4]], [1, 2, 3]),
        ([[0, 5, 100, 127]], []),
        ([[0.0, np.nan, 1.0, 0.0]], [2]),
        ([[-1, 0, 3, 0]], [2]),
    ],
)
def test_what_is_lesion(values, lesion):
    found = describe(np.array(values))
    if not lesion:
        assert found is None
    else:
        assert found.bbox[::2] == (lesion[0], lesion[-1] + 1)
        assert found.area_share == len(lesion) / 4


@pytest.mark.parametrize("shape", [(4,), (4, 4, 3)])
def test_other_axes_are_refused(shape):
    with pytest.raises(ValueError, match="two axes"):
        describe(np.ones(shape))


def moved(location, move):
    """Where a location goes when `move` is done to a picture of nine thirds."""
    thirds = np.arange(9).reshape(3, 3)
    return LOCATIONS[int(np.flatnonzero(move(thirds) == LOCATIONS.index(location))[0])]


MOVES = [np.rot90, lambda mask: np.rot90(mask, 2), np.fliplr, np.flipud, np.transpose]


@given(MASKS, st.sampled_from(MOVES))
def test_turned_and_flipped_pictures_have_turned_and_flipped_locations(mask, move):
    before, after = describe(mask), describe(move(mask))
    assert after.location == moved(before.location, move)
    assert (after.size, after.spread) == (before.size, before.spread)
    assert after.circularity == pytest.approx(before.circularity, rel=1e-5)
    assert after.elongation == pytest.approx(before.elongation, rel=1e-5)
    assert after.shape == before.shape


@given(MASKS, st.integers(1, 4))
def test_enlarged_pixels_change_neither_size_nor_spread_nor_location(mask, times):
    before = describe(mask)
    after = describe(np.kron(mask, np.ones((times, times), bool)))
    for name in ("size", "spread", "location", "area_share", "components", "largest_share"):
        assert getattr(after, name) == getattr(before, name)
    assert (after.centroid_x, after.centroid_y) == (before.centroid_x, before.centroid_y)
    assert after.bbox == tuple(times * side for side in before.bbox)


@given(st.sampled_from([1.0, 1.2, 1.3, 1.9]), st.floats(0, math.pi), st.sampled_from([0, 0.3, 0.6]))
def test_the_same_lesion_at_a_higher_resolution_keeps_all_its_words(ratio, angle, depth):
    found = []
    for times in (1, 2, 3):
        place, shape = (40 * times, 70 * times), (128 * times, 128 * times)
        lesion = ellipse(place, (14 * ratio * times, 14 * times), angle, shape)
        if depth:
            lesion = star(place, 30 * times, 5, depth, shape)
        found.append(describe(lesion))
    for low, high in pairwise(found):
        assert (low.shape, low.spread, low.location) == (high.shape, high.spread, high.location)


@given(st.lists(hnp.arrays(np.bool_, (12, 12)), min_size=2, max_size=4), st.randoms())
def test_the_order_of_a_union_does_not_matter(masks, draw):
    shuffled = draw.sample(masks, len(masks))
    assert describe(np.any(masks, axis=0)) == describe(np.any(shuffled, axis=0))


@given(MASKS)
def test_numbers_lie_where_they_can(mask):
    found = describe(mask)
    left, top, right, bottom = found.bbox
    height, width = mask.shape
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert left / width < found.centroid_x < right / width
    assert top / height < found.centroid_y < bottom / height
    assert 0 < found.area_share <= 1
    assert 0 < found.largest_share <= 1
    assert found.components >= 1
    assert found.elongation >= 1
    assert found.circularity > 0
