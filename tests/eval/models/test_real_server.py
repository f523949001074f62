from dataclasses import replace

import pytest
from drawing import draw
from real_server import serve

from eval import Request, load_model
from eval.models.base import Example
from eval.models.tiny import make_tiny_vlm


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_tiny_vlm(tmp_path_factory.mktemp("served") / "tiny")


@pytest.fixture(scope="module")
def base_url(folder, tmp_path_factory):
    with serve(folder, tmp_path_factory.mktemp("scratch")) as url:
        yield url


@pytest.fixture
def model(folder, base_url, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return load_model(f"openai:{folder}", base_url=base_url, concurrency=4)


def requests(swap=0):
    return [
        Request(draw((i + swap) % 12), "What is shown?" + " Look again." * (i % 5) + "\nAnswer:")
        for i in range(12)
    ]


def letters(model, batch):
    answers = model.generate(batch)
    assert [answer.error for answer in answers] == [None] * len(batch)
    return [answer.text for answer in answers]


def test_a_served_model_answers_as_it_does_here(model, folder):
    there = letters(model, requests())
    assert there == letters(load_model(str(folder)), requests())
    assert len(set(there)) > 1


def test_a_served_model_sees_the_pictures(model):
    assert letters(model, requests(swap=5)) != letters(model, requests())


def test_a_served_model_reads_the_examples(model):
    examples = (Example(draw(15), "What is shown?\nAnswer:", "B"),)
    shown = [replace(request, examples=examples) for request in requests()]
    assert letters(model, shown) != letters(model, requests())


def test_a_served_model_is_asked_with_a_text_alone_and_counts_its_tokens(model):
    answer = model.generate([Request(None, "Grade this answer.")])[0]
    assert answer.text in "ABCDE"
    assert answer.tokens == 1


def test_a_served_model_is_described_without_its_folder(model, folder, base_url):
    described = model.describe()
    assert described["name"] == "tiny"
    assert described["base_url"] == base_url
    assert str(folder.parent) not in repr(described)
