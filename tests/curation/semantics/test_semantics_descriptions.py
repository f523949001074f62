"""A coarse sentence for every picture that the index can hold."""

import itertools
import json
from types import SimpleNamespace

import pytest

from neuroonco.curation.semantics import (
    AttributeRow,
    describe_in_words,
    rules,
    write_descriptions,
)
from neuroonco.vocabulary import CATEGORIES, MODALITIES

ROW = AttributeRow(
    image_id="a",
    mask_kind="mask",
    size="Medium",
    shape="Lobulated",
    spread="Solitary Lesion",
    location="Upper-Left Region",
    area_share=0.0231,
)


def test_with_a_mask():
    assert describe_in_words("glioma", "t1ce", ROW) == (
        "T1-weighted MRI with contrast of the brain with a glioma: a medium-sized, lobulated "
        "lesion in the upper left of the picture, in one piece. It covers 2.31% of the picture."
    )


def test_with_a_region():
    row = AttributeRow(
        **{name: getattr(ROW, name) for name in ROW.__slots__} | {"region": "left insula"}
    )
    assert describe_in_words("glioma", "t1ce", row).endswith(
        "picture. By an atlas it lies in the left insula."
    )


def test_a_box_has_no_shape():
    row = AttributeRow(
        **{name: getattr(ROW, name) for name in ROW.__slots__} | {"mask_kind": "box"}
    )
    words = describe_in_words("tumor", "unknown", row)
    assert "box" in words
    assert "upper left" in words
    assert "lobulated" not in words
    assert "medium" not in words


@pytest.mark.parametrize("row", [None, AttributeRow(image_id="a", error="broken")])
def test_without_a_readable_mask(row):
    assert describe_in_words("schwannoma", "t2", row) == (
        "T2-weighted MRI of the brain with a schwannoma."
    )
    assert describe_in_words("healthy", "flair", row) == (
        "FLAIR MRI of the brain without a visible lesion."
    )


def test_every_value_has_its_words():
    values = itertools.product(rules.SIZES, rules.SHAPES, rules.SPREADS, rules.LOCATIONS)
    rows = [
        AttributeRow(
            image_id="a", size=size, shape=shape, spread=spread, location=place, area_share=0.1
        )
        for size, shape, spread, place in values
    ]
    sentences = {describe_in_words("glioma", "t1", row) for row in rows}
    assert len(sentences) == len(rows)
    for category, modality in itertools.product((*CATEGORIES, ""), MODALITIES):
        assert describe_in_words(category, modality, rows[0]).endswith(".")


def test_every_picture_of_a_source_has_a_sentence(tmp_path):
    def row(image_id, category="glioma", reason="", flags=()):
        return SimpleNamespace(
            image_id=image_id, category=category, modality="t1", reason=reason, flags=flags
        )

    rows = [
        row("a"),
        row("no mask", "healthy"),
        row("broken", "", "broken: the file is empty"),
        row("scan", flags=("ct",)),
        row("mixed", "", "a mixed class"),
    ]
    write_descriptions(rows, {"a": ROW}, tmp_path)
    lines = (tmp_path / "descriptions.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        {"image_id": "a", "description": describe_in_words("glioma", "t1", ROW)},
        {"image_id": "no mask", "description": describe_in_words("healthy", "t1", None)},
    ]
