import pytest

from eval import Settings
from eval.items import Item, make_items, select
from eval.questions import OpenQuestion, Question
from neuroonco.errors import RunError


def ask(name, image="i", kind="size", options=("small", "large")):
    return Question(name, image, kind, "?", options, "A")


QUESTIONS = [
    ask("a1", "a"),
    ask("b1", "b"),
    ask("a2", "a", "shape", ("round", "oval", "None of the above")),
    ask("b2", "b", "shape"),
]


def names(items):
    return [item.question.question_id for item in items]


def test_questions_of_an_image_stand_together_and_keep_their_rows():
    items = make_items(QUESTIONS, Settings())
    assert names(items) == ["a1", "a2", "b1", "b2"]
    assert [item.row for item in items] == [0, 2, 1, 3]
    assert [item.key for item in items][:2] == [("a1", 0), ("a2", 0)]


def test_a_rotation_is_an_item_of_its_own():
    items = make_items(QUESTIONS, Settings(circular=True))
    assert len(items) == len({item.key for item in items}) == 8
    assert [item.rotation for item in items if item.question.question_id == "a2"] == [0, 1]
    assert [item.row for item in items][:4] == [0, 0, 2, 2]


def test_open_questions_are_items_too():
    question = OpenQuestion("a1", "a", "Location", "Where?", "There.", ())
    assert make_items([question], Settings(config="open")) == [Item(0, question)]


def test_items_are_selected_by_id_type_and_number():
    items = make_items(QUESTIONS, Settings())
    assert select(items, Settings()) == items
    assert names(select(items, Settings(ids=("b1", "a2")))) == ["a2", "b1"]
    assert names(select(items, Settings(question_types=("shape",)))) == ["a2", "b2"]
    assert names(select(items, Settings(limit=3))) == ["a1", "a2", "b1"]
    both = Settings(ids=("a1", "a2", "b2"), question_types=("shape",), limit=1)
    assert names(select(items, both)) == ["a2"]


def test_the_limit_counts_questions_not_rotations():
    settings = Settings(circular=True, limit=2)
    assert names(select(make_items(QUESTIONS, settings), settings)) == ["a1", "a1", "a2", "a2"]


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"ids": ("a1", "c1")}, "no question 'c1'; it has a1, a2, b1"),
        ({"question_types": ("colour",)}, "no question type 'colour'; it has shape, size"),
        ({"ids": ("a1",), "question_types": ("shape",)}, "no questions to ask"),
        ({"limit": 0}, "no questions to ask"),
    ],
)
def test_what_is_not_there_cannot_be_asked(settings, match):
    with pytest.raises(RunError, match=match):
        select(make_items(QUESTIONS, Settings()), Settings(**settings))


def test_an_id_must_be_unique():
    with pytest.raises(RunError, match="twice"):
        make_items([ask("a1"), ask("a1")], Settings())
