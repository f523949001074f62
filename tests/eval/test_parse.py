import string
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.parse import Choice, parse_choice

OPTIONS = ["metastasis", "Meningioma", "Glioma", "Pituitary_tumor", "None of the above"]
ANSWERS = yaml.safe_load(Path(__file__).with_name("answers.yaml").read_text(encoding="utf-8"))
LETTERS = string.ascii_uppercase

# Every way of saying one letter that may not fail, whatever the letter.
TEMPLATES = [
    "{}",
    "{}.",
    "({})",
    "[{}]",
    "**{}**",
    "`{}`",
    "Option {}",
    "Answer: {}",
    "The answer is {}.",
    "The correct answer is: ({})",
    "Final: {}\nExplanation: the margins are sharp.",
    "Let me think.\n\n\\boxed{{{}}}",
    '{{"answer": "{}"}}',
    "<think>It may be A or B.</think>\n{}",
    "A ... wait, {}",
    "答案是{}。",
    "La respuesta es {}.",
    "Antwort: {}",
    "Ответ: {}",
    "الإجابة: {}",
]


@pytest.mark.parametrize(
    ("meaning", "text"), [(m, text) for m, texts in ANSWERS.items() for text in texts]
)
def test_answers_are_read_as_they_are_meant(meaning, text):
    choice = parse_choice(text, OPTIONS)
    assert (choice.letter or choice.outcome) == meaning


@given(st.sampled_from(TEMPLATES), st.integers(2, 9), st.data())
def test_a_plain_letter_is_read_in_any_template(template, n, data):
    options = [f"finding number {i}" for i in range(n)]
    letter = data.draw(st.sampled_from(LETTERS[:n]))
    assert parse_choice(template.format(letter), options) == Choice("letter", letter)


@given(st.text(), st.lists(st.text(max_size=12), min_size=1, max_size=9))
def test_no_text_raises_or_yields_a_letter_that_is_no_option(text, options):
    choice = parse_choice(text, options)
    assert choice.outcome != "error"
    assert choice.letter is None or choice.letter in LETTERS[: len(options)]


_PIECES = [
    *TEMPLATES,
    *OPTIONS,
    "or",
    "not",
    ",",
    ".",
    "\n",
    "<think>",
    "</think>",
    "wait",
    "{{",
    "$",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=12), st.sampled_from("ABCDEFG"))
@settings(max_examples=200)
def test_neither_does_anything_made_of_phrases(pieces, letter):
    text = " ".join(piece.replace("{}", letter) for piece in pieces)
    for options in (OPTIONS, ["Healthy", "Abnormal"]):
        choice = parse_choice(text, options)
        assert choice.letter is None or choice.letter in LETTERS[: len(options)]


@given(st.permutations(OPTIONS[:4]), st.integers(0, 3))
def test_an_options_text_is_read_wherever_the_option_stands(options, i):
    said = f"This is most probably a {options[i].replace('_', ' ').upper()}."
    assert parse_choice(said, options).letter == LETTERS[i]


@pytest.mark.parametrize("text", ["It is a Meningioma.", "meningioma"])
def test_options_with_the_same_words_are_not_told_apart(text):
    options = ["meningioma", "neuronal_tumor", "Meningioma", "glioma"]
    assert parse_choice(text, options) == Choice("ambiguous")
    assert parse_choice("A. Meningioma", options).letter == "A"


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("brainstem glioma", "B"),
        ("A brainstem glioma is seen.", "B"),
        ("glioma", "A"),
        ("No lesion visible", "D"),
        ("There is no lesion.", "C"),
        ("The answer is: B. brainstem glioma", "B"),
        ("B. glioma", None),
    ],
)
def test_the_longest_option_counts_where_one_is_part_of_another(text, letter):
    options = ["glioma", "brainstem_glioma", "No lesion", "No lesion visible", "None of the above"]
    assert parse_choice(text, options).letter == letter


@pytest.mark.parametrize(
    ("text", "letter"),
    [("< 1 cm", "A"), ("1-3 cm", "B"), ("> 3 cm", "C"), ("2.3 cm", None), ("3 cm", None)],
)
def test_sizes_are_not_mixed_up(text, letter):
    assert parse_choice(text, ["< 1 cm", "1-3 cm", "> 3 cm", "No lesion"]).letter == letter


def test_only_the_questions_own_letters_count():
    assert parse_choice("C", ["Healthy", "Abnormal"]) == Choice("unparsed")
    assert parse_choice("The answer is E.", ["Healthy", "Abnormal"]) == Choice("unparsed")


def test_an_endless_answer_is_read_in_time():
    assert parse_choice("A or B, " * 20_000 + "the answer is C", OPTIONS).letter == "C"


@pytest.mark.parametrize("text", ["The answer is C.{}", "{}\nThe answer is C."])
def test_a_long_answer_is_read_at_both_ends(text):
    assert parse_choice(text.format(" The margins are sharp." * 2000), OPTIONS).letter == "C"


def test_a_choice_has_a_letter_exactly_where_one_was_read():
    assert Choice("error").letter is None
    with pytest.raises(ValueError, match="letter"):
        Choice("refusal", "A")
    with pytest.raises(ValueError, match="letter"):
        Choice("letter")
