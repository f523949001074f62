"""Which pictures are asked about: none in doubt, of duplicates the one of which most is known."""

from collections import Counter
from dataclasses import dataclass

import pytest

from neuroonco.curation.questions import find_subjects, why_left_out
from tests.curation.questions.made import make_mask


@dataclass
class Row:
    """What is used of a row of the index."""

    image_id: str = "03/a"
    path: str = "a.jpg"
    group: str = "03/a"
    source: str = "03"
    category: str = "glioma"
    modality: str = "unknown"
    split: str = "train"
    mask: str = ""
    width: int | None = 10
    reason: str = ""
    flags: tuple[str, ...] = ()
    conflict: bool = False
    duplicate_of: str = ""


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"reason": "granuloma is no tumour"}, "granuloma is no tumour"),
        ({"reason": "broken: empty", "width": None}, "broken file"),
        ({"flags": ("colour", "nearly_blank")}, "flagged: nearly blank"),
        ({"conflict": True}, "labels in its group contradict each other"),
        ({"split": ""}, "shares a patient or a picture with the benchmark"),
    ],
)
def test_left_out_with_a_reason(told, reason):
    rows = [Row(**told)]
    assert find_subjects(rows, {}, {}) == []
    assert why_left_out(rows, []) == Counter([reason])


def test_a_colour_picture_is_asked_about():
    assert len(find_subjects([Row(flags=("colour",))], {}, {})) == 1


def test_of_duplicates_the_one_with_the_outline_is_asked():
    rows = [
        Row(),
        Row(image_id="05/b", duplicate_of="03/a", mask="b.png"),
        Row(image_id="06/c", duplicate_of="03/a", modality="t1ce"),
        Row(image_id="07/d"),
    ]
    subjects = find_subjects(rows, {"05/b": make_mask()}, {})
    assert [subject.image_id for subject in subjects] == ["05/b", "07/d"]
    assert subjects[0].mask_path == "b.png"
    assert why_left_out(rows, subjects) == {"duplicate of another picture": 2}
    boxed = find_subjects(rows, {"05/b": make_mask(error="broken")}, {})
    assert [subject.image_id for subject in boxed] == ["06/c", "07/d"]


def test_of_equal_duplicates_the_first_is_asked_whatever_their_order():
    rows = [Row(), Row(image_id="05/b", duplicate_of="03/a")]
    for order in (rows, rows[::-1]):
        assert [s.image_id for s in find_subjects(order, {}, {})] == ["03/a"]


def test_a_mask_with_an_error_is_none():
    (subject,) = find_subjects([Row()], {"03/a": make_mask(error="no lesion")}, {})
    assert subject.mask is None


def test_silver_labels_belong_to_their_picture():
    rows = [Row(), Row(image_id="03/b")]
    first, second = find_subjects(rows, {}, {"03/b": {"edema": "Present"}})
    assert (first.signs, second.signs) == ({}, {"edema": "Present"})
