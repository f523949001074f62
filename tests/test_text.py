"""Texts that say the same compare equal, and others do not."""

import pytest

from neuroonco.text import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [("T1_CE", "t1-ce"), ("None of the above.", "none of the above"), ("2 cm\u00b2", "2 CM2")],
)
def test_spelling_does_not_matter(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("3.5 cm", "3-5 cm"), ("< 1 cm", "> 1 cm")])
def test_decimals_and_comparisons_do(one, other):
    assert fold(one) != fold(other)
