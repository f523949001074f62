"""Open questions: references that cite the mask's numbers, keywords that are not given away."""

import re

import pytest

from neuroonco.curation.questions.opened import ask_open, explain
from neuroonco.prompts import load_words
from neuroonco.text import fold
from neuroonco.vocabulary import TUMOUR_TYPES
from tests.curation.questions.made import make_mask, make_subject, make_subjects


def test_references_cite_the_numbers_of_the_mask():
    mask = make_mask(spread="Scattered/Multifocal", components=3, largest_share=0.4567)
    asked = ask_open(make_subject(mask=mask))
    cited = {kind: re.findall(r"\d+(?:\.\d+)?", q["reference_answer"]) for kind, q in asked.items()}
    assert cited["size"] == ["2.34"]
    assert cited["shape"] == ["0.57", "1"]
    assert cited["spread"] == ["3", "45.67"]
    assert cited["location"] == ["25", "31", "20", "31", "20", "41"]
    assert cited["reasoning"][:2] == ["0.57", "2.34"]


def test_no_keyword_stands_in_any_phrase_that_could_ask_for_it():
    for kind, form in load_words("questions/open").items():
        if "questions" in form:
            words = form.get("keywords", {}).values()
            keywords = [word for of_value in words for word in of_value]
            keywords += [w for place in form.get("places", {}).values() for w in place.split()]
            for phrase in form["questions"]:
                assert not [k for k in keywords if k in phrase.lower()], kind


@pytest.mark.parametrize("seed", [0, 1])
def test_keywords_stand_in_the_reference_and_not_in_the_question(seed):
    for subject in make_subjects(300, seed):
        for question in ask_open(subject, seed).values():
            assert question["eval_keywords"]
            for keyword in question["eval_keywords"]:
                assert f" {fold(keyword)} " in f" {fold(question['reference_answer'])} "
                assert fold(keyword) not in fold(question["question"])


def test_a_tumour_without_a_type_gets_no_diagnosis():
    asked = ask_open(make_subject(category="tumor", mask=make_mask()))
    assert not {"diagnosis", "reasoning"} & set(asked)
    names = load_words("questions/open")["names"].values()
    said = " ".join(question["reference_answer"] for question in asked.values()).lower()
    assert not [name for name in names if name in said]


def test_a_box_is_called_a_box_and_has_no_outline():
    asked = ask_open(make_subject(mask=make_mask(mask_kind="box")))
    assert set(asked) == {"location", "modality", "diagnosis"}
    assert "the lesion fills only a part of it" in asked["location"]["reference_answer"]


def test_healthy_brains_have_no_lesion():
    asked = ask_open(make_subject(category="healthy", modality="unknown"))
    assert set(asked) == {"normality"}
    assert "healthy" in asked["normality"]["reference_answer"]


@pytest.mark.parametrize("category", TUMOUR_TYPES)
def test_every_type_has_words(category):
    asked = ask_open(make_subject(category=category, mask=make_mask()))
    assert {q["question_type"] for q in asked.values()} == {
        "Detail",
        "Location",
        "Diagnosis",
        "Reasoning",
    }
    name = load_words("questions/open")["names"][category]
    assert name in asked["diagnosis"]["reference_answer"]
    assert name in asked["reasoning"]["reference_answer"]


def test_nothing_that_a_picture_cannot_show():
    hidden = re.compile(r"\b(mm|cm|years?|history|patient|mask)\b")
    for subject in make_subjects(300):
        for question in ask_open(subject).values():
            assert not hidden.search(question["reference_answer"])


def test_an_explanation_is_the_reference():
    subject = make_subject(mask=make_mask())
    assert explain("size", subject) == ask_open(subject)["size"]["reference_answer"]
    assert "abnormal" in explain("normality", subject)


def test_same_seed_same_phrases():
    subjects = make_subjects(40)
    assert [ask_open(s, 1) for s in subjects] == [ask_open(s, 1) for s in subjects]
    assert [ask_open(s, 1) for s in subjects] != [ask_open(s, 2) for s in subjects]
