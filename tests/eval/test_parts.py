import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval import parse_choice
from eval.parse.parts import part_of

OPTIONS = ("glioma", "meningioma", "metastasis", "lymphoma", "None of the above")


@pytest.mark.parametrize(
    "reply",
    [
        "1: B\n2: C\n3: A",
        "1. B\n2. C\n3. A",
        "1) B\n2) C\n3) A",
        "1: B, 2: C, 3: A",
        "Q1: B\nQ2: C\nQ3: A",
        "Question 1: B\nQuestion 2: C\nQuestion 3: A",
        "**Question 1**: B\n**Question 2**: C\n**Question 3**: A",
        "**1:** B\n**2:** C\n**3:** A",
        "- 1: B\n- 2: C\n- 3: A",
        '{"1": "B", "2": "C", "3": "A"}',
        '[{"question": 1, "answer": "B"}, {"question": 2, "answer": "C"}, '
        '{"question": 3, "answer": "A"}]',
        "3: A\n1: B\n2: C",
        "1: B 2: C 3: A",
        "1 B\n2 C\n3 A",
        "1 - B\n2 - C\n3 - A",
        "(1) B\n(2) C\n(3) A",
        "1\uff1aB\n2\uff1aC\n3\uff1aA",
        "Answer 1: B\nAnswer 2: C\nAnswer 3: A",
        "Question 1 (diagnosis): B\nQuestion 2 (modality): C\nQuestion 3 (size): A",
        "| Question | Answer |\n|---|---|\n| 1 | B |\n| 2 | C |\n| 3 | A |",
        "Here are my answers.\n\n1: B. meningioma\n2: C. metastasis\n3: A. glioma",
        "<think>1: A\n2: A\n3: C</think>1: B\n2: C\n3: A",
        "1: A, I think. 2.5 cm.\n2: A\nIn the end:\n1: B\n2: C\n3: A",
    ],
)
def test_the_parts_of_a_reply(reply):
    letters = [parse_choice(part_of(reply, number), OPTIONS).letter for number in (1, 2, 3)]
    assert letters == ["B", "C", "A"]


def test_what_is_not_there_is_empty():
    assert part_of("1: B\n3: A", 2) == ""
    assert part_of("", 1) == ""
    assert part_of("B, C, A", 1) == ""


def test_numbers_inside_an_answer_do_not_begin_a_part():
    assert part_of("1: in regions 3, 2, and 4\n2: B", 1) == "in regions 3, 2, and 4"
    assert part_of("1: 2 - 3 cm\n2: B", 2) == "B"
    assert part_of('[{"question": 1, "answer": "2.5 cm"}, {"question": 2, "answer": "B"}]', 2)


def test_a_measure_does_not_begin_a_part():
    assert part_of("1: about\n2.5 cm wide\n2: B", 1) == "about\n2.5 cm wide"
    assert part_of("1: about\n2.5 cm wide\n2: B", 2) == "B"


@given(st.lists(st.sampled_from("ABCDE"), min_size=1, max_size=12))
def test_one_line_a_question_is_read_whatever_their_number(letters):
    reply = "\n".join(f"{number}: {letter}" for number, letter in enumerate(letters, 1))
    assert [part_of(reply, number) for number in range(1, len(letters) + 1)] == letters


@given(st.text(), st.integers(1, 9))
def test_any_reply_can_be_taken_apart(reply, number):
    assert isinstance(part_of(reply, number), str)
