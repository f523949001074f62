"""The rule that keeps options from telling the answer: floors, traps, letters, what it costs."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.questions import Question
from neuroonco.curation.questions.balance import Case, choose_size, count_blocks, deal
from tests.curation.questions.blind import above_chance, floors

NONE = "None of the above"


def cases(counts, per_group=1):
    """So many cases of each value, some of one group together."""
    made = []
    for value, count in enumerate(counts):
        made += [
            Case(f"{value}-{n}", f"group {value}-{n // per_group}", f"value {value}")
            for n in range(count)
        ]
    return made


def questions(offers):
    """Offers as questions, with the group in the image's place."""
    made = []
    for number, offer in enumerate(offers):
        options = (*offer.values, NONE) if offer.has_none else offer.values
        right = NONE if offer.is_trap else offer.case.value
        letter = "ABCDE"[options.index(right)]
        made.append(Question(str(number), offer.case.group, "t", "?", options, letter))
    return made


@given(
    counts=st.lists(st.integers(0, 160), min_size=2, max_size=9),
    per_group=st.sampled_from([1, 2, 4]),
    seed=st.integers(0, 1000),
)
@settings(max_examples=15, deadline=None)
def test_no_floor_of_200_questions_is_three_points_above_chance(counts, per_group, seed):
    offers = deal(cases(counts, per_group), 0.19, random.Random(seed))
    if len(offers) >= 200:
        measured = floors(questions(offers))["t"]
        assert measured.above_chance <= 0.03
        if per_group == 1:
            assert abs(measured.majority - measured.chance) <= 0.03
            assert abs(measured.prior - measured.chance) <= 0.03


@given(counts=st.lists(st.integers(0, 60), min_size=2, max_size=9), seed=st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_every_option_can_be_right_and_all_questions_are_alike(counts, seed):
    everyone = cases(counts)
    offers = deal(everyone, 0.19, random.Random(seed))
    assert len({offer.case.key for offer in offers}) == len(offers)
    assert {offer.case for offer in offers} <= set(everyone)
    assert len({(len(offer.values), offer.has_none) for offer in offers}) <= 1
    for offer in offers:
        assert len(set(offer.values)) == len(offer.values)
    if len(offers) > 100:
        offered = {value for offer in offers for value in offer.values}
        assert offered == {offer.case.value for offer in offers if not offer.is_trap}


@pytest.mark.parametrize(
    ("counts", "size"),
    [
        ([50] * 8, 5),
        ([900, 400, 300, 150, 60, 50, 40, 20], 5),
        ([500, 400, 300, 250], 4),
        ([200, 70, 60], 3),
        ([850, 130, 20], 2),
        ([300, 100], 2),
        ([100], 0),
        ([], 0),
    ],
)
def test_as_many_options_as_the_values_fill(counts, size):
    assert choose_size({str(value): count for value, count in enumerate(counts)}) == size


def test_blocks_hold_each_value_once():
    assert count_blocks({"a": 10, "b": 3, "c": 3}, 2) == 6
    assert count_blocks({"a": 10, "b": 3, "c": 3}, 3) == 3
    assert count_blocks({"a": 5}, 2) == 0


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [(8, 0.19, 0.19), (8, 0.1, 0.1), (4, 0.19, 0.2375), (2, 0.19, 0)],
)
def test_share_of_traps(values, share, expected):
    offers = deal(cases([100] * values), share, random.Random(0))
    assert sum(offer.is_trap for offer in offers) == pytest.approx(expected * len(offers), abs=1)


@pytest.mark.parametrize("counts", [[100] * 8, [400, 100, 90, 80], [100, 100]])
def test_letters_are_balanced(counts):
    asked = questions(deal(cases(counts), 0.19, random.Random(0)))
    letters = Counter(q.answer for q in asked if q.answer_text != NONE)
    assert max(letters.values()) - min(letters.values()) <= 1
    assert len(letters) == len(asked[0].options) - (NONE in asked[0].options)


def test_same_seed_same_offers():
    everyone = cases([40, 60, 30, 20, 50, 10])
    assert deal(everyone, 0.19, random.Random(3)) == deal(everyone, 0.19, random.Random(3))
    assert deal(everyone, 0.19, random.Random(3)) != deal(everyone, 0.19, random.Random(4))


def test_values_that_look_alike_stand_together():
    alike = frozenset([frozenset(["value 0", "value 1"])])

    def together(likeness):
        offers = deal(cases([60] * 8), 0.19, random.Random(0), likeness)
        return sum({"value 0", "value 1"} <= set(offer.values) for offer in offers)

    assert together(alike) > 1.25 * together(frozenset())


def test_cases_of_low_rank_and_of_many_groups_come_first():
    rare = cases([0, 30])
    first = [replace(case, rank=0) for case in cases([20])]
    others = [
        replace(case, key=f"other {case.key}", group="one group", rank=1) for case in cases([40])
    ]
    offers = deal([*others, *first, *rare], 0.19, random.Random(0))
    asked = Counter(offer.case.rank for offer in offers if offer.case.value == "value 0")
    assert asked[0] == 20
    crowded = [replace(case, group="crowd") for case in cases([60])]
    alone = [replace(case, key=f"alone {case.key}") for case in cases([20])]
    offers = deal([*crowded, *alone, *rare], 0.19, random.Random(0))
    assert {case.key for case in alone} <= {offer.case.key for offer in offers}


def test_a_stronger_probe_learns_nothing():
    asked = questions(deal(cases([700, 400, 300, 300, 250, 200, 150]), 0.19, random.Random(0)))
    assert len(asked) > 1000
    assert abs(above_chance(asked)) < 0.05


def test_the_probe_sees_what_options_drawn_at_random_give_away():
    draw = random.Random(0)
    made = []
    for case in cases([300, 150, 80, 40, 40, 20, 20]):
        others = [f"value {value}" for value in range(7) if f"value {value}" != case.value]
        options = draw.sample([case.value, *draw.sample(others, 3)], 4)
        letter = "ABCD"[options.index(case.value)]
        made.append(Question(case.key, case.group, "t", "?", tuple(options), letter))
    assert above_chance(made) > 0.15
    assert floors(made)["t"].above_chance > 0.15
