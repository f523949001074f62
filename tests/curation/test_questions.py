"""Questions by rule: their answers are right, their form is the published one, their seed fixed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroonco.curation.questions import TRAP_SHARE, make_questions
from neuroonco.prompts import load_words
from neuroonco.vocabulary import CATEGORIES, MODALITIES, TUMOUR_TYPES

WORDS = load_words("questions/by_rule")
NONE = WORDS["none_of_the_above"]

pictures = st.tuples(st.text(min_size=1), st.sampled_from(CATEGORIES), st.sampled_from(MODALITIES))


@given(pictures)
def test_closed_answers_are_right(picture):
    _, category, modality = picture
    truths = {"diagnosis": WORDS["diagnosis"]["names"][category]}
    if modality != "unknown":
        truths["modality"] = WORDS["modality"]["names"][modality]
    questions = make_questions("closed", *picture)
    assert [question["question_type"] for question in questions] == list(truths)
    for question in questions:
        options, truth = question["options"], truths[question["question_type"]]
        assert len(set(options.values())) == len(options)
        if question.get("meta_trap"):
            assert options[question["answer"]] == NONE
            assert truth not in options.values()
            assert question["meta_original_answer"] == truth
        else:
            assert options[question["answer"]] == truth
        if len(options) > 2:
            assert list(options) == list("ABCDE")
            assert options["E"] == NONE


@given(pictures)
def test_same_picture_same_questions(picture):
    for config in ("closed", "open", "instruction"):
        assert make_questions(config, *picture) == make_questions(config, *picture)


@given(pictures)
def test_open_keywords_stand_in_the_reference_and_not_in_the_question(picture):
    for question in make_questions("open", *picture):
        for keyword in question["eval_keywords"]:
            assert keyword in question["reference_answer"].lower()
            assert keyword not in question["question"].lower()


@given(pictures)
def test_conversations_end_with_the_answer(picture):
    rows = make_questions("instruction", *picture)
    closed = make_questions("closed", *picture)
    answers = [row["messages"][-1]["content"] for row in rows if row["task"] == "closed"]
    assert answers == [question["answer"] for question in closed]
    for row in rows:
        assert [turn["role"] for turn in row["messages"]] == ["user", "assistant"]
        assert "<image>" not in row["messages"][0]["content"]


@pytest.mark.parametrize("category", ["healthy", "tumor"])
def test_healthy_and_unspecified_have_two_options(category):
    (question,) = make_questions("closed", "x", category, "unknown")
    assert len(question["options"]) == 2


def test_traps_and_letters_over_many_pictures():
    questions = [
        question
        for number in range(4000)
        for question in make_questions("closed", str(number), TUMOUR_TYPES[number % 8], "t1")
    ]
    traps = sum(bool(question.get("meta_trap")) for question in questions) / len(questions)
    assert abs(traps - TRAP_SHARE) < 0.02
    letters = [question["answer"] for question in questions if not question.get("meta_trap")]
    for letter in "ABCD":
        assert abs(letters.count(letter) / len(letters) - 0.25) < 0.03
