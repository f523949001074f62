from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.quantities import numbers_within_tolerance, quantities

hundredths = st.integers(0, 100_00).map(lambda n: Decimal(n) / 100)
# Each kind of number: how it is written, and how far off it may be.
KINDS = {
    "{}%": Decimal("0.5"),
    "{} percent": Decimal("0.5"),
    "{} pixels": Decimal(2),
    "(x = {}, elsewhere)": Decimal(2),
    "{} mm": Decimal("0.02"),
    "a circularity of {}.": Decimal("0.02"),
}


def found(text):
    return sorted((str(one.value), one.unit) for one in quantities(text))


@given(st.sampled_from(sorted(KINDS)), hundredths, hundredths)
def test_a_number_agrees_up_to_the_tolerance_of_its_kind(kind, said, wanted):
    answer, reference = kind.format(f"{said:.2f}"), kind.format(f"{wanted:.2f}")
    agrees = abs(said - wanted) <= KINDS[kind]
    assert numbers_within_tolerance(f"It is {answer}", f"About {reference}") == agrees


@given(st.sampled_from(sorted(KINDS)), hundredths, st.sampled_from([1, -1]))
def test_the_tolerance_itself_is_within(kind, wanted, sign):
    for beyond, agrees in ((Decimal(0), True), (Decimal("0.01"), False)):
        said = wanted + sign * (KINDS[kind] + beyond)
        if said >= 0:
            answer, reference = kind.format(f"{said:.2f}"), kind.format(f"{wanted:.2f}")
            assert numbers_within_tolerance(answer, reference) == agrees


@given(st.integers(0, 300), st.integers(0, 300))
def test_counts_have_to_be_exact(said, wanted):
    found = numbers_within_tolerance(f"{said} lesions", f"there are {wanted} lesions")
    assert found == (said == wanted)


@given(st.lists(hundredths, max_size=6), st.lists(hundredths, max_size=6), st.randoms())
def test_each_number_of_the_answer_serves_once(said, wanted, random):
    answer = " and ".join(f"{value}%" for value in said)
    reference = " and ".join(f"{value}%" for value in wanted)
    share = numbers_within_tolerance(answer, reference)
    shuffled = " and ".join(f"{value}%" for value in random.sample(said, len(said)))
    assert numbers_within_tolerance(shuffled, reference) == share
    if not wanted:
        assert share is None
    else:
        assert 0 <= share * len(set(wanted)) <= min(len(set(said)), len(set(wanted))) + 1e-9
        assert numbers_within_tolerance(reference, reference) == 1


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("occupying 6.31% of the area, above the ≥5% threshold", ["5 percent", "6.31 percent"]),
        ("between 1% and 5%", ["1 percent", "5 percent"]),
        ("between 1 and 5 percent", ["1 percent", "5 percent"]),
        ("1-5%", ["1 percent", "5 percent"]),
        ("20 to 25 px", ["20 pixels", "25 pixels"]),
        ("at (x=91, y = 93)", ["91 pixels", "93 pixels"]),
        ("at (91, 93)", ["91 pixels", "93 pixels"]),
        ("120 x 80", ["120 pixels", "80 pixels"]),
        ("120x80 px", ["120 pixels", "80 pixels"]),
        ("20 x 15 mm", ["15 mm", "20 mm"]),
        ("1,234 voxels", ["1234 pixels"]),
        ("0,5 %", ["0.5 percent"]),
        ("a 3-cm mass turned by 90°", ["3 cm", "90 degrees"]),
        ("circularity 0.56, elongation 1.21", ["0.56", "1.21"]),
        ("2 of 7 foci", ["2", "7"]),
        ("T2-weighted 3D image at 1.5T, see 3.5.2", []),
        ("two lesions", []),
        ("", []),
    ],
)
def test_numbers_are_read_with_their_units(text, numbers):
    assert found(text) == sorted((*number.split(), "")[:2] for number in numbers)


def test_a_number_in_another_unit_is_another_number():
    assert numbers_within_tolerance("5 mm", "5%") == 0
    assert numbers_within_tolerance("the size is 5", "5%") == 0
    assert numbers_within_tolerance("5.2% in 2 foci", "5% in 3 foci") == 0.5


def test_pairs_are_made_so_that_most_agree():
    assert numbers_within_tolerance("5.4% and 4.6%", "5% and 5.8%") == 1
    assert numbers_within_tolerance("5%", "4.8% and 5.2%") == 0.5
