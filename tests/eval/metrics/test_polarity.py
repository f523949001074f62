import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.polarity import laterality_differs, negation_differs

findings = st.sampled_from(
    ["enhancement", "edema", "necrosis", "hemorrhage", "mass effect", "midline shift"]
)
denials = st.sampled_from(
    [
        "no {}",
        "There is no {}.",
        "There isn't any {}",
        "without {}",
        "no evidence of {}",
        "{} is absent",
        "{} is not seen",
        "{} cannot be identified.",
        "The lesion lacks {}",
        "It does not show {}.",
        "a lesion rather than {}",
        "It is unlikely to be {}",
    ]
)
assertions = st.sampled_from(
    ["{}", "There is {}.", "with {}", "{} is seen", "marked {}", "not only {}", "Yes, {} is there."]
)


@given(findings, denials, assertions)
def test_what_one_denies_and_the_other_asserts_is_flagged(finding, denial, assertion):
    denied, asserted = denial.format(finding), assertion.format(finding)
    assert negation_differs(denied, asserted)
    assert negation_differs(asserted, denied)


@given(findings, st.lists(denials, min_size=2, max_size=2))
def test_two_ways_to_deny_agree(finding, ways):
    one, other = (way.format(finding) for way in ways)
    if "lesion" not in one + other:  # one of them would assert the lesion, too
        assert not negation_differs(one, other)


@given(findings, st.lists(assertions, min_size=2, max_size=2))
def test_two_ways_to_assert_agree(finding, ways):
    assert not negation_differs(*(way.format(finding) for way in ways))


@given(st.lists(st.tuples(findings, st.one_of(denials, assertions)), max_size=4))
def test_no_text_contradicts_itself(claims):
    text = ", ".join(way.format(finding) for finding, way in claims)
    assert not negation_differs(text, text)
    assert not laterality_differs(text, text)


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ("non-enhancing mass", "enhancing mass"),
        ("a nonenhancing mass", "The mass enhances."),
        ("The mass does not enhance after contrast.", "The mass enhances after contrast."),
        ("It fails to enhance", "It enhances"),
        ("The tumor is not strictly solitary", "The tumor is solitary"),
        ("Glioma is ruled out", "glioma"),
        ("neither edema nor necrosis", "edema and necrosis"),
        ("Yes.", "No, it is multifocal."),
        ("There is no mass", "There is a mass"),
    ],
)
def test_opposites_are_flagged(answer, reference):
    assert negation_differs(answer, reference)
    assert negation_differs(reference, answer)


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ("enhancement", "enhancement is marked"),
        ("No edema but enhancement", "enhancement without edema"),
        ("No, there is no edema.", "No edema."),
        ("There is no doubt about the glioma", "glioma"),
        ("a glioma; no additional lesions", "one lesion, a glioma"),
        ("It is not round and has irregular margins", "irregular margins"),
        ("The lesion is not round but lobulated", "lobulated lesion"),
        ("none", "nothing"),
        ("", "enhancement"),
    ],
)
def test_what_agrees_or_tells_nothing_is_not_flagged(answer, reference):
    assert not negation_differs(answer, reference)
    assert not negation_differs(reference, answer)


SIDES = {
    "left": ["left", "the left-sided lobe", "leftwards", "on the left, not the right"],
    "right": ["Right", "center-right region", "It is not on the left but on the right."],
    "both": ["bilateral", "both hemispheres", "left and right"],
    "none": ["", "a frontal mass", "not on the left"],
}
sides = st.sampled_from([(side, text) for side, texts in SIDES.items() for text in texts])


@given(sides, sides)
def test_sides_are_flagged_where_both_texts_name_one(a, b):
    differs = a[0] != b[0] and "none" not in {a[0], b[0]}
    assert laterality_differs(a[1], b[1]) == differs
