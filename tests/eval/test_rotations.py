from hypothesis import given
from hypothesis import strategies as st

from eval.questions import Question
from eval.rotations import count_rotations, original_place, rotate

NONE = "None of the above"
TEXTS = st.lists(st.text("abcdef ", min_size=1).map(str.strip), min_size=2, max_size=8, unique=True)


@st.composite
def questions(draw, with_none=None):
    last = draw(st.booleans()) if with_none is None else with_none
    options = [*draw(TEXTS), *([NONE] if last else [])]
    answer = draw(st.integers(0, len(options) - 1))
    return Question("q", "i", "t", "?", tuple(options), "ABCDEFGHIJ"[answer])


def rotations(question):
    return [rotate(question, by) for by in range(count_rotations(question))]


@given(questions())
def test_a_rotation_keeps_the_options_and_the_right_one(question):
    for turned in rotations(question):
        assert sorted(turned.options) == sorted(question.options)
        assert turned.answer_text == question.answer_text
    assert rotations(question)[0] == question


@given(questions(with_none=True))
def test_none_of_the_above_stays_last(question):
    assert {turned.options[-1] for turned in rotations(question)} == {NONE}


@given(questions())
def test_every_option_that_moves_stands_at_every_place_once(question):
    moving = [option for option in question.options if option != NONE]
    assert count_rotations(question) == len(moving)
    for place in range(len(moving)):
        assert sorted(turned.options[place] for turned in rotations(question)) == sorted(moving)


@given(questions())
def test_places_lead_back_to_the_dataset_s_own_order(question):
    for by, turned in enumerate(rotations(question)):
        for place, option in enumerate(turned.options):
            assert question.options[original_place(question, place, by)] == option


def test_none_of_the_above_moves_where_it_is_not_last():
    question = Question("q", "i", "t", "?", (NONE, "glioma"), "B")
    assert rotate(question, 1).options == ("glioma", NONE)
    assert rotate(question, 1).answer == "A"
