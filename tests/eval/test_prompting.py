import pytest
from drawing import draw

from eval import Answer, Settings, load_prompt
from eval.items import Item
from eval.models.base import Example
from eval.pictures import Picture
from eval.prompting import Prompter, check_prompt, predict
from eval.questions import OpenQuestion, Question
from neuroonco.errors import PromptError, RunError

OPTIONS = ("glioma", "meningioma", "None of the above")
QUESTIONS = [
    Question("a1", "a", "diagnosis", "What is it?", OPTIONS, "B"),
    Question("a2", "a", "size", "How large is it?", ("2.5 cm", "1 cm"), "A"),
    Question("b1", "b", "diagnosis", "What is this?", OPTIONS, "C"),
]
ITEMS = [Item(row, question) for row, question in enumerate(QUESTIONS)]
OPEN = OpenQuestion("a1", "a", "Location", "Where is it?", "In sector 1.", ("sector",))
PICTURE = Picture(draw(1), "digest")


def prompter(name):
    return Prompter(load_prompt(f"eval/{name}"))


def own(tmp_path, text, asks="question", config="closed"):
    path = tmp_path / "own.md"
    path.write_text(f"---\nname: own\nversion: 1\nconfig: {config}\nasks: {asks}\n---\n{text}\n")
    return load_prompt(path)


def test_a_question_is_asked_in_the_words_of_the_prompt():
    ask = (ITEMS[0],)
    request = prompter("closed_direct").request(ask, PICTURE, "a/b.png")
    assert request.prompt == (
        "What is it?\n\nA. glioma\nB. meningioma\nC. None of the above\n\n"
        "Answer with the letter of the correct option only."
    )
    assert request.letters == "ABC"
    assert request.image is PICTURE.image
    assert request.examples == ()


@pytest.mark.parametrize("name", ["closed_direct", "closed_cot", "closed_rejection"])
def test_every_prompt_for_one_question_holds_it_with_its_options(name):
    asks = prompter(name).asks(ITEMS)
    assert asks == [(item,) for item in ITEMS]
    for ask, question in zip(asks, QUESTIONS, strict=True):
        text = prompter(name).render(ask)
        assert question.text in text
        for letter, option in zip(question.letters, question.options, strict=True):
            assert f"\n{letter}. {option}\n" in text


def test_an_open_question_is_asked_without_options():
    request = prompter("open_direct").request((Item(0, OPEN),), PICTURE, "a/b.png")
    assert request.prompt.startswith("Where is it?\n\n")
    assert "sector" not in request.prompt
    assert request.letters == ""


def test_a_prompt_for_an_image_asks_all_its_questions_numbered():
    one = prompter("closed_image")
    asks = one.asks(ITEMS)
    assert asks == [(ITEMS[0], ITEMS[1]), (ITEMS[2],)]
    assert one.render(asks[0]) == (
        "Answer each question about this picture.\n\n"
        "Question 1: What is it?\nA. glioma\nB. meningioma\nC. None of the above\n\n"
        "Question 2: How large is it?\nA. 2.5 cm\nB. 1 cm\n\n"
        "Give one line for each question, its number and the letter of the correct option, and "
        "nothing else:\n1: <letter>\n2: <letter>"
    )


def test_an_answer_to_several_questions_is_taken_apart():
    one = prompter("closed_image")
    first, second = one.predictions((ITEMS[0], ITEMS[1]), Answer("1: B\n2: A", tokens=9), "digest")
    assert (first.letter, first.correct, first.part, first.tokens) == ("B", True, 1, 9)
    assert (second.letter, second.correct, second.part, second.tokens) == ("A", True, 2, 0)
    assert first.raw == second.raw == "1: B\n2: A"
    assert first.picture == "digest"


def test_a_failure_costs_all_questions_of_a_request():
    found = prompter("closed_image").predictions(
        (ITEMS[0], ITEMS[1]), Answer("", error="no memory"), None
    )
    assert [(one.outcome, one.letter, one.correct, one.error) for one in found] == [
        ("error", None, False, "no memory")
    ] * 2


def test_an_answer_is_read_by_the_order_that_was_shown():
    question = Question("q", "i", "t", "?", ("x", "y"), "B")
    prediction = predict(Item(0, question, rotation=1), Answer("The answer is y."), None)
    assert (prediction.letter, prediction.correct, prediction.rotation) == ("B", True, 1)
    assert prediction.key == ("q", 1)


def test_the_likeliest_letter_is_the_answer():
    answer = Answer("B", probabilities={"A": 0.2, "B": 0.5, "C": 0.3})
    prediction = predict(ITEMS[0], answer, None)
    assert (prediction.letter, prediction.outcome, prediction.correct) == ("B", "letter", True)
    assert prediction.probabilities == answer.probabilities


def test_an_open_answer_without_words_is_unparsed():
    for text in ("", " \n", "<think>Perhaps on the left.</think>", "<think>Perhaps"):
        assert predict(Item(0, OPEN), Answer(text), None).outcome == "unparsed"
    prediction = predict(Item(0, OPEN), Answer("<think>Hm.</think>On the left."), None)
    assert (prediction.outcome, prediction.answer, prediction.correct) == ("answer", None, None)


def test_examples_are_chosen_by_the_case_and_the_picture():
    class Chooser:
        def examples(self, image_path, digest):
            return (Example(draw(2), f"{image_path} {digest}", "A"),)

    request = Prompter(load_prompt("eval/closed_direct"), Chooser()).request(
        (ITEMS[0],), PICTURE, "a/b.png"
    )
    assert request.examples[0].prompt == "a/b.png digest"


def test_a_prompt_that_does_not_fit_is_refused(tmp_path):
    with pytest.raises(RunError, match="closed_direct is written for the config closed, not open"):
        check_prompt(load_prompt("eval/closed_direct"), Settings(config="open"))
    for alone in ({"method": "likelihood"}, {"circular": True}, {"few_shot": 2}):
        with pytest.raises(RunError, match="one by one"):
            check_prompt(load_prompt("eval/closed_image"), Settings(**alone))
    with pytest.raises(PromptError, match=r"'own' cannot be filled in .*'picture' is undefined"):
        Prompter(own(tmp_path, "{{ picture }}")).render((ITEMS[0],))
    with pytest.raises(RunError, match="no options"):
        Prompter(own(tmp_path, "{{ questions }}", "image", "open")).render((Item(0, OPEN),))


def test_a_template_cannot_reach_out_of_its_sandbox(tmp_path):
    prompt = own(tmp_path, "{{ question.__class__.__mro__[1].__subclasses__() }}")
    with pytest.raises(PromptError, match="unsafe"):
        Prompter(prompt).render((ITEMS[0],))


def test_what_stands_in_a_question_is_no_template():
    question = Question("q", "i", "t", "{{ 7 * 7 }} <b>?</b>", ("{% raw %}", "y"), "A")
    text = prompter("closed_direct").render((Item(0, question),))
    assert text.startswith("{{ 7 * 7 }} <b>?</b>\n\nA. {% raw %}\nB. y\n")
