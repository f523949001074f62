"""The limits stand exactly where they should, and the values are spelt as published."""

import json

import numpy as np
import pytest

from neuroonco.curation.semantics import rules


@pytest.mark.parametrize(
    ("share", "size"),
    [
        (0.0099999, "Small/Focal"),
        (0.01, "Medium"),
        (0.0499999, "Medium"),
        (0.05, "Large/Extensive"),
        (1.0, "Large/Extensive"),
    ],
)
def test_size(share, size):
    assert rules.size_of(share) == size


@pytest.mark.parametrize(
    ("circularity", "elongation", "shape"),
    [
        (0.4999, 1.0, "Irregular/Spiculated"),
        (0.5, 1.0, "Lobulated"),
        (0.7999, 1.0, "Lobulated"),
        (0.8, 1.5, "Round/Oval"),
        (0.8, 1.5001, "Lobulated"),
        (2.0, 1.0, "Round/Oval"),
    ],
)
def test_shape(circularity, elongation, shape):
    assert rules.shape_of(circularity, elongation) == shape


@pytest.mark.parametrize(
    ("components", "largest_share", "spread"),
    [
        (1, 1.0, "Solitary Lesion"),
        (2, 0.7, "Dominant Core with Satellites"),
        (2, 0.6999, "Scattered/Multifocal"),
        (40, 0.9, "Dominant Core with Satellites"),
    ],
)
def test_spread(components, largest_share, spread):
    assert rules.spread_of(components, largest_share) == spread


def test_location_in_thirds_with_borders_in_the_middle():
    below, above = np.nextafter(1 / 3, 0), np.nextafter(2 / 3, 1)
    assert rules.location_of(below, below) == "Upper-Left Region"
    assert rules.location_of(1 / 3, 1 / 3) == "Center of the Image"
    assert rules.location_of(2 / 3, 2 / 3) == "Center of the Image"
    assert rules.location_of(above, above) == "Lower-Right Region"
    assert rules.location_of(0.5, 0.1) == "Upper-Center Region"
    assert rules.location_of(0.9, 0.5) == "Center-Right Region"


def test_nine_locations():
    assert len(set(rules.LOCATIONS)) == 9
    places = [rules.location_of(x, y) for y in (0.1, 0.5, 0.9) for x in (0.1, 0.5, 0.9)]
    assert tuple(places) == rules.LOCATIONS


def test_values_are_spelt_as_in_the_published_questions(shared):
    records = json.loads((shared / "mm_neuroonco_v1.0" / "closed.json").read_text("utf-8"))
    questions = [question for record in records for question in record["vqa_pairs"]]
    options = {option for question in questions for option in question["options"].values()}
    truths = {question.get("meta_original_answer") for question in questions} | options
    values = {*rules.SIZES, *rules.SHAPES, *rules.SPREADS, *rules.LOCATIONS}
    assert values <= truths
