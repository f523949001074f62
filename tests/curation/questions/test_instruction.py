"""Conversations: three tasks, varied forms, answers that agree with the questions."""

import pytest

from neuroonco.curation.questions import Questions
from neuroonco.rows import _task
from tests.curation.questions.made import make_subjects


@pytest.fixture(scope="module")
def rows():
    """Subject, its closed questions and its conversations."""
    subjects = make_subjects(300)
    questions = Questions(subjects)
    return [(s, questions.about(s, "closed"), questions.about(s, "instruction")) for s in subjects]


def test_form(rows):
    for _, _, conversations in rows:
        for row in conversations:
            user, assistant = row["messages"]
            assert (user["role"], assistant["role"]) == ("user", "assistant")
            assert "<image>" not in user["content"]
            assert _task(row["messages"]) == row["task"], "told by its form, as published rows are"


def test_every_closed_question_is_put_with_and_without_an_explanation(rows):
    for _, closed, conversations in rows:
        for task in ("closed", "closed_cot"):
            of_task = [row for row in conversations if row["task"] == task]
            assert len(of_task) == len(closed)
            for row, question in zip(of_task, closed, strict=True):
                user, assistant = (turn["content"] for turn in row["messages"])
                for letter, text in question["options"].items():
                    assert f"\n{letter}. {text}" in user
                if task == "closed":
                    assert assistant == question["answer"]
                else:
                    final, _, reason = assistant.partition("\nExplanation: ")
                    assert final == f"Final: {question['answer']}"
                    assert reason.startswith("None of the options") == ("meta_trap" in question)


def test_explanations_agree_with_the_answer(rows):
    for _, closed, conversations in rows:
        explained = [row for row in conversations if row["task"] == "closed_cot"]
        for row, question in zip(explained, closed, strict=True):
            if question["question_type"] == "size":
                truth = (
                    question.get("meta_original_answer") or question["options"][question["answer"]]
                )
                assert truth.split("/")[0].lower() in row["messages"][1]["content"]


def test_forms_vary(rows):
    for task in ("open", "closed", "closed_cot"):
        ends = {
            row["messages"][0]["content"].rpartition("\n")[2]
            if task != "open"
            else row["messages"][0]["content"].startswith("Look")
            for _, _, conversations in rows
            for row in conversations
            if row["task"] == task
        }
        assert len(ends) > 1
