"""The HTML report in headless Chromium."""

import pytest
from PIL import Image
from saved_runs import (
    HOSTILE,
    SOURCES,
    answered,
    make_circular_run,
    make_open_run,
    make_questions,
    make_results,
    make_run,
)

SIZES = {"laptop": (1440, 900), "phone": (390, 844), "small phone": (320, 640)}
ROWS = "#browser tbody tr.question"


def second_run():
    """Right about everything, with one refusal and one error."""
    questions = make_questions()
    predictions = [answered(question, question.answer) for question in questions]
    predictions[0] = answered(questions[0], None, "I cannot say.", outcome="refusal")
    predictions[1] = answered(questions[1], None, "", outcome="error", error="the server is down")
    return make_run("second", questions, predictions, make_results(0.97, 0.02, model="org/other"))


def hostile_run():
    questions = make_questions(2)
    predictions = [answered(question, "A", HOSTILE) for question in questions]
    results = make_results(model=HOSTILE, by={"question_type": {HOSTILE: None}})
    return make_run(HOSTILE.replace("/", ""), questions, predictions, results)


def likelihood_run():
    questions = make_questions(3)
    predictions = [
        answered(
            q, "B", "", probabilities=dict(zip("ABCDE", (0.1, 0.6, 0.1, 0.1, 0.1), strict=True))
        )
        for q in questions
    ]
    return make_run("likelihood", questions, predictions)


def test_it_opens_without_network_and_without_complaint(open_page):
    page = open_page(make_run(), second_run(), make_open_run(), thumbnail=lambda _: None)
    page.find("#browser tbody button").click()
    assert page.console() == []
    addresses = page.requested()
    assert addresses[0].startswith("file:")
    assert {address.partition(":")[0] for address in addresses[1:]} <= {"data"}


def test_its_policy_forbids_what_an_answer_could_try(open_page):
    page = open_page()
    page.run(
        "const s = document.createElement('script'); s.textContent = 'document.title=1';"
        "document.body.append(s); new Image().src = 'http://127.0.0.1:9/x.png';"
    )
    assert page.chromium.title != "1"
    assert any("Content Security Policy" in line["message"] for line in page.console())


@pytest.mark.parametrize("size", SIZES)
def test_the_page_never_scrolls_sideways(open_page, size):
    width, height = SIZES[size]
    runs = [make_run(), second_run(), likelihood_run(), make_open_run(), hostile_run()]
    page = open_page(*runs, width=width, height=height)
    page.run("for (const fold of document.querySelectorAll('details')) fold.open = true")
    page.run("document.querySelector('#browser tbody button').click()")
    assert page.run("return document.documentElement.scrollWidth") <= width
    assert page.run("return innerWidth") == width


def test_it_pages_through_the_questions(open_page):
    page = open_page()
    assert page.found == 120
    assert len(page.texts(ROWS)) == 50
    first = page.texts(f"{ROWS} .asked-text")[0]
    page.find("#pager [data-go=last]").click()
    assert len(page.texts(ROWS)) == 20
    assert page.texts("#pager span")[0] == "Page 3 of 3"
    assert not page.find("#pager [data-go=next]").is_enabled()
    page.find("#pager [data-go=first]").click()
    assert page.texts(f"{ROWS} .asked-text")[0] == first


def test_it_filters_by_type_source_and_outcome(open_page):
    page = open_page(make_run(), second_run())
    page.choose("type", "size")
    assert page.found == 40
    assert set(page.texts(f"{ROWS} td[data-slot=type]")) == {"size"}
    page.choose("source", SOURCES[1])
    assert page.found == 20
    assert set(page.texts(f"{ROWS} td[data-slot=source]")) == {SOURCES[1]}
    page.find("#filters [name=clear]").click()
    assert page.found == 120
    page.choose("outcome", "refusal")
    assert page.texts(f"{ROWS} [data-slot=id]") == ["1_q1"]
    page.choose("run", "1 org/model")
    assert page.found == 0
    assert page.find("#empty").is_displayed()


def test_it_filters_by_result_run_trap_and_words(open_page):
    page = open_page(make_run(), second_run())
    questions = make_questions()
    page.choose("run", "2 org/other")
    page.choose("result", "right")
    assert page.found == 118
    page.choose("result", "wrong")
    assert page.found == 2
    page.choose("run", "any run")
    page.choose("result", "runs differ")
    answers_a = {
        q.question_id for at, q in enumerate(questions) if q.answer == "A" and at % 10 != 9
    }
    assert page.found == len({q.question_id for q in questions[2:]} - answers_a)
    page.choose("result", "all")
    page.find("#filters [name=trap]").click()
    assert page.found == sum(question.is_trap for question in questions)
    page.find("#filters [name=trap]").click()
    page.find("#filters [name=text]").send_keys("SERVER is down")
    assert page.texts(f"{ROWS} [data-slot=id]") == ["1_q2"]


def test_it_sorts_by_column_and_says_so(open_page):
    page = open_page(make_run(), second_run())
    head = page.find("#browser th[data-key=type]")
    head.find_element("css selector", "button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert page.texts(f"{ROWS} td[data-slot=type]")[:41] == ["diagnosis"] * 40 + ["modality"]
    head.find_element("css selector", "button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert page.texts(f"{ROWS} td[data-slot=type]")[0] == "size"
    page.choose("sort", "result of run 2")
    assert page.texts(f"{ROWS} [data-slot=id]")[:2] == ["1_q1", "1_q2"]
    assert head.get_attribute("aria-sort") is None


def test_the_table_of_models_sorts_by_accuracy(open_page):
    page = open_page(second_run(), make_run())
    assert page.texts(".models tbody .model") == ["org/other", "org/model"]
    head = page.chromium.find_elements("css selector", ".models thead th")[3]
    head.find_element("css selector", "button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert page.texts(".models tbody .model") == ["org/model", "org/other"]


def test_a_question_opens_with_its_options_prompt_and_raw_answers(open_page):
    page = open_page(make_run(), second_run())
    button = page.find("#browser tbody button")
    button.click()
    assert button.get_attribute("aria-expanded") == "true"
    assert page.texts(".detail .option")[2].startswith("C schwannoma right answer")
    assert page.texts(".detail .answer pre") == ["I choose A", "I cannot say."]
    assert "refusal" in page.texts(".detail .answer h4")[1]
    assert page.texts(".detail .option .chip") == ["1"]
    prompt = page.find(".detail .sent pre").get_attribute("textContent")
    assert "What is the diagnosis of image 1?" in prompt
    assert "Answer with the letter" in prompt
    button.click()
    assert page.texts(".detail") == []


def test_an_answer_of_html_shows_as_text(open_page):
    page = open_page(hostile_run())
    title = page.chromium.title
    page.find("#browser tbody button").click()
    assert page.find(".detail .answer pre").text == HOSTILE
    assert HOSTILE in page.texts(".models .model")
    assert page.run("return document.querySelectorAll('pre script, pre img').length") == 0
    assert page.chromium.title == title
    assert page.console() == []


def test_likelihoods_show_at_their_options(open_page):
    page = open_page(likelihood_run())
    page.find("#browser tbody button").click()
    chosen = page.texts(".detail .chosen-by")
    assert "p 0.600" in chosen[1]
    assert "p 0.100" in chosen[0]


def test_rotated_options_stand_where_the_dataset_has_them(open_page):
    page = open_page(make_circular_run())
    assert page.found == 1
    page.find("#browser tbody button").click()
    options = page.texts(".detail .option")
    assert options[2] == "C schwannoma right answer 1 \N{MULTIPLICATION SIGN}2"
    assert options[4] == "E None of the above 1 \N{MULTIPLICATION SIGN}2"
    assert len(page.texts(".detail .answer")) == 4
    page.choose("result", "right")
    assert page.found == 0  # right only where it is right under every rotation


def test_pictures_show_only_when_given(open_page):
    page = open_page()
    page.find("#browser tbody button").click()
    assert page.texts(".detail img") == []
    assert "no pictures" in page.find("footer").text
    page = open_page(thumbnail=lambda _: Image.new("L", (300, 200), 90))
    page.find("#browser tbody button").click()
    picture = page.find(".detail img")
    assert page.run("return [arguments[0].naturalWidth, arguments[0].naturalHeight]", picture) == [
        192,
        128,
    ]
    assert picture.get_attribute("alt") == "Picture of image 1"
    assert "terms of use" in page.find("footer").text
    assert page.console() == []


def test_a_run_of_nulls_opens(open_page):
    bare = make_run("bare", results={}, predictions=[])
    nulls = make_run("nulls", results=dict.fromkeys(make_results()))
    page = open_page(bare, nulls)
    assert page.found == 120
    assert "No question was scored" in page.find("h1").text
    page.find("#browser tbody button").click()
    assert page.console() == []


def test_open_answers_show_beside_their_references(open_page):
    page = open_page(make_open_run())
    assert page.found == 4
    page.find("#browser tbody button").click()
    assert page.texts(".detail .reference") == ["Reference: In sector 1."]
    assert page.texts(".detail .answer pre") == ["said"]
    assert page.texts(".open-scores tbody th") == ["keyword recall", "token f1"]


def test_every_control_can_be_reached_and_has_a_name(open_page):
    page = open_page(make_run(), second_run())
    unnamed = page.run(
        "return [...document.querySelectorAll('button, select, input, svg[role=img]')].filter(e =>"
        "!(e.textContent.trim() || e.getAttribute('aria-label') || e.closest('label'))).length"
    )
    assert unnamed == 0
    page.find("#browser tbody button").send_keys("\n")
    assert len(page.texts(".detail")) == 1


def luminance(colour):
    channels = [int(part) / 255 for part in colour.strip("rgba()").split(",")[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("dark", [False, True])
def test_words_stand_out_from_the_page_by_day_and_by_night(open_page, dark):
    page = open_page(make_run(), second_run(), dark=dark)
    colour = "return getComputedStyle(arguments[0])[arguments[1]]"
    paper = luminance(page.run(colour, page.find("body"), "backgroundColor"))
    assert (paper < 0.5) == dark
    for selector in ("h1", ".note", ".verdict.is-not", ".floor-value", ".verdict.is-above"):
        ink = luminance(page.run(colour, page.find(selector), "color"))
        light, deep = max(ink, paper), min(ink, paper)
        assert (light + 0.05) / (deep + 0.05) >= 4.5, selector
    for chip in page.chromium.find_elements("css selector", ".models .chip"):
        ground, ink = (
            luminance(page.run(colour, chip, name)) for name in ("backgroundColor", "color")
        )
        assert (max(ground, ink) + 0.05) / (min(ground, ink) + 0.05) >= 4.5
