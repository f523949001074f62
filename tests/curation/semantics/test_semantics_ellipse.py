"""Fits agree with OpenCV wherever points determine an ellipse, and are the same each time."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lesions import ellipse, star

from neuroonco.curation.semantics.ellipse import fit_ellipse, spread_ellipse


def border(mask):
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return found[0][:, 0]


@given(st.floats(5, 30), st.floats(1, 2), st.floats(0, 3.2), st.floats(0, 0.6), st.integers(3, 8))
def test_as_opencv_fits(radius, ratio, angle, depth, tips):
    smooth = ellipse((64, 60), (radius * ratio, radius), angle)
    for points in (border(smooth), border(star((60, 64), 20 + radius, tips, depth))):
        assert fit_ellipse(points) == pytest.approx(sorted(cv2.fitEllipse(points)[1])[::-1], 1e-4)


@pytest.mark.parametrize(
    "mask",
    [np.ones(shape, bool) for shape in ((1, 1), (1, 2), (1, 9), (2, 2), (2, 9), (9, 2))]
    + [np.eye(9, dtype=bool), np.eye(9, dtype=bool)[::-1], np.tri(2, dtype=bool)],
)
def test_lines_and_pairs_of_lines_are_no_ellipses(mask):
    assert fit_ellipse(border(mask)) is None


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 7), (3, 8), (20, 20)])
def test_rectangles_have_the_ratio_of_their_sides(height, width):
    long, short = spread_ellipse(np.ones((height, width), bool))
    assert long / short == pytest.approx(width / height)


def test_spread_of_a_disk():
    assert spread_ellipse(ellipse((64, 64), (30, 30))) == pytest.approx((60, 60), rel=0.01)
