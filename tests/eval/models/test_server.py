import base64
import io
import json
import logging
import os
import signal
import subprocess
import sys
import time

import pytest
from drawing import draw
from faulty_server import FaultyServer
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from eval import Answer, Model, Request, load_model
from eval.models.base import Example
from eval.models.server import ServerModel
from eval.models.server.waiting import LONGEST_PAUSE, seconds_of
from neuroonco.errors import ModelError

KEY = "sk-SECRET0123456789"


@pytest.fixture(autouse=True)
def _no_key(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_LOG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server():
    with FaultyServer() as server:
        yield server


def connect(server, **settings):
    settings = {"base_url": server.base_url, "first_pause": 0.01, "timeout": 20} | settings
    return ServerModel("tiny", **settings)


def texts(*prompts):
    return [Request(None, prompt) for prompt in prompts]


def ask(server, prompt, **settings):
    """Ask after something else was answered, so that no failure ends the run."""
    first, answer = connect(server, **settings).generate(texts("hello", prompt))
    assert first == Answer("hello", tokens=7)
    return answer


def test_answers_come_in_order_with_their_tokens(server):
    prompts = [f"question {n}" + " cut-once" * (n % 7 == 3) for n in range(40)]
    answers = connect(server).generate(texts(*prompts))
    assert answers == [Answer(prompt, tokens=7) for prompt in prompts]


def test_a_request_is_the_picture_then_the_text_and_nothing_else(server):
    picture = draw(3)
    picture.info = {"comment": "SECRETNAME", "dpi": (72, 72), "icc_profile": b"SECRETNAME"}
    connect(server, max_new_tokens=9).generate([Request(picture, "What is shown?", "ABC")])
    body = server.arrivals[0].body
    url = body["messages"][0]["content"][0].pop("image_url")["url"]
    assert body == {
        "model": "tiny",
        "messages": [
            {
                "role": "user",
                "content": [{"type": "image_url"}, {"type": "text", "text": "What is shown?"}],
            }
        ],
        "temperature": 0,
        "max_tokens": 9,
    }
    kind, _, data = url.partition(",")
    assert kind == "data:image/png;base64"
    sent = Image.open(io.BytesIO(base64.b64decode(data)))
    assert sent.format == "PNG"
    assert sent.mode == "RGB"
    assert sent.info == {}
    assert sent.tobytes() == picture.tobytes()
    assert "SECRETNAME" in picture.info["comment"], "the picture itself is left as it was"


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "LA", "1", "CMYK"])
def test_pictures_of_any_mode_are_sent_in_rgb(server, mode):
    connect(server).generate([Request(draw(1).convert(mode), "x")])
    url = server.arrivals[0].body["messages"][0]["content"][0]["image_url"]["url"]
    sent = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))
    assert sent.mode == "RGB"
    assert sent.tobytes() == draw(1).convert(mode).convert("RGB").tobytes()


def test_each_question_keeps_its_own_picture(server):
    pictures = [draw(n) for n in range(3)]
    connect(server).generate([Request(pictures[n // 2], f"question {n}") for n in range(6)])
    for arrival in server.arrivals:
        url = arrival.body["messages"][0]["content"][0]["image_url"]["url"]
        sent = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))
        assert sent.tobytes() == pictures[int(arrival.prompt.split()[1]) // 2].tobytes()


def test_examples_are_earlier_turns(server):
    examples = (Example(draw(1), "First?", "A"), Example(draw(2), "Second?", "B"))
    connect(server).generate([Request(draw(3), "Third?", examples=examples)])
    turns = server.arrivals[0].body["messages"]
    assert [turn["role"] for turn in turns] == ["user", "assistant"] * 2 + ["user"]
    assert [turn["content"] for turn in turns[1::2]] == ["A", "B"]
    assert [turn["content"][1]["text"] for turn in turns[::2]] == ["First?", "Second?", "Third?"]
    assert len({turn["content"][0]["image_url"]["url"] for turn in turns[::2]}) == 3


@pytest.mark.parametrize(
    "word", ["limit-once", "limit-until", "error-once", "timeout-once", "conflict-once", "cut-once"]
)
def test_what_passes_is_waited_for(server, word):
    assert ask(server, word) == Answer(word, tokens=7)
    assert len(server.asked(word)) == 2


def test_a_request_that_hangs_is_given_up_and_repeated(server):
    assert ask(server, "hang-once", timeout=0.5) == Answer("hang-once", tokens=7)


@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("limit-always", "HTTP 429: Slow down."),
        ("error-always", "HTTP 503: Overloaded."),
        ("hang-always", "no answer in time; --timeout"),
        ("dribble", "no answer in time; --timeout"),
        ("cut-always", "connection to the server: "),
        ("drop-always", "connection to the server: "),
    ],
)
def test_what_does_not_pass_is_an_error_in_the_end(server, word, error):
    answer = ask(server, word, retries=2, timeout=0.5)
    assert answer.text == ""
    assert answer.error.startswith(error)
    assert len(server.asked(word)) == 3


@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("no-credit", "HTTP 429: You are broke."),
        ("not-json", "not JSON"),
        ("html", "no chat completion"),
        ("number", "no chat completion"),
        ("list", "no chat completion"),
        ("other-json", "no chat completion"),
        ("no-choices", "no chat completion"),
        ("null-choices", "no chat completion"),
        ("no-message", "no chat completion"),
        ("no-text", "empty"),
        ("blank-text", "empty"),
        ("thinks-too-long", "raise --max-new-tokens"),
        ("no-key", "HTTP 401"),
        ("forbidden", "HTTP 403"),
        ("unknown", "HTTP 404"),
        ("bad", "HTTP 400"),
        ("bad-detail", "HTTP 422"),
    ],
)
def test_what_is_wrong_for_good_is_an_error_at_once(server, word, error):
    answer = ask(server, word)
    assert answer.text == ""
    assert error in answer.error
    assert len(answer.error) < 500
    assert len(server.asked(word)) == 1


def test_a_server_that_quotes_the_settings_does_not_change_them(server):
    connect(server).generate(texts("hello", "bad", "bad-detail", "hello"))
    assert all(arrival.body["temperature"] == 0 for arrival in server.arrivals)
    assert all(arrival.body["max_tokens"] == 64 for arrival in server.arrivals)


def test_only_what_is_said_counts_not_what_is_thought(server):
    assert ask(server, "thinks").text == "B"
    assert ask(server, "refuses").text == "I won't."


def test_a_batch_of_all_faults_is_answered_one_by_one(server):
    words = ["hello", "bad", "error-always", "fine", "html", "no-key", "cut-always", "good"]
    answers = connect(server, retries=1).generate(texts(*words))
    assert [answer.text or None for answer in answers] == [
        word if word in {"hello", "fine", "good"} else None for word in words
    ]
    assert [answer.error is None for answer in answers] == [bool(a.text) for a in answers]


@pytest.mark.parametrize(("word", "seconds"), [("limit-once", 1.2), ("limit-until", 1.5)])
def test_no_request_comes_back_before_the_server_wants_it(server, word, seconds):
    ask(server, word)
    first, second = server.asked(word)
    assert second.time - first.time >= seconds - 0.01


@given(st.one_of(st.text(), st.floats().map(str), st.integers().map(str), st.datetimes().map(str)))
def test_any_retry_after_gives_a_bounded_pause(header):
    assert 0 <= seconds_of(header) <= LONGEST_PAUSE


def test_retry_after_is_seconds_or_a_date():
    assert seconds_of(None) == seconds_of("soon") == seconds_of("-3") == seconds_of("nan") == 0
    assert seconds_of("130") == 130
    assert seconds_of("99999") == seconds_of("Fri, 31 Dec 9999 23:59:59 GMT") == LONGEST_PAUSE
    assert seconds_of("Wed, 21 Oct 2015 07:28:00 GMT") == 0


@pytest.mark.parametrize("concurrency", [1, 5])
def test_never_more_requests_at_once_than_wanted(concurrency):
    with FaultyServer(together=concurrency) as server:
        model = connect(server, concurrency=concurrency)
        model.generate(texts("hello"))
        prompts = [f"{n} together" for n in range(3 * concurrency)]
        answers = model.generate(texts(*prompts))
        assert [answer.text for answer in answers] == prompts
        assert server.most == concurrency
        assert model.batch_size >= 2 * concurrency


def test_requests_are_spaced_across_batches_and_repetitions(server):
    model = connect(server, requests_per_minute=600)
    for prompts in (["a", "b", "c", "error-once"], ["d", "e", "f"]):
        model.generate(texts(*prompts))
    times = [arrival.time for arrival in server.arrivals]
    assert len(times) == 8
    assert times[-1] - times[0] >= 0.4, "seven pauses of 0.1 s each, less what the first was late"


def test_a_model_with_other_words_is_asked_in_them(server, caplog):
    model = connect(server, max_new_tokens=33)
    before = model.describe()
    prompts = [f"{n} other-words" for n in range(12)]
    assert [answer.text for answer in model.generate(texts(*prompts))] == prompts
    sent = server.arrivals[-1].body
    assert sent["max_completion_tokens"] == 33
    assert not sent.keys() & {"max_tokens", "temperature"}
    assert caplog.text.count("refuses temperature 0") == 1
    assert model.describe() == before
    asked = len(server.arrivals)
    model.generate(texts("once more other-words"))
    assert len(server.arrivals) == asked + 1, "what was learnt is kept"


@pytest.mark.parametrize(
    ("word", "cure"),
    [
        ("no-key", "set OPENAI_API_KEY"),
        ("forbidden", "OPENAI_API_KEY"),
        ("unknown", "check the model's name and --base-url"),
        ("no-credit", "no credit"),
    ],
)
def test_a_server_that_cannot_be_used_ends_the_run_soon(server, word, cure):
    with pytest.raises(ModelError, match=cure) as caught:
        connect(server).generate(texts(*[f"{n} {word}" for n in range(50)]))
    assert server.base_url in str(caught.value)
    assert len(server.arrivals) < 10


def test_a_server_that_is_not_there_ends_the_run(server):
    with FaultyServer() as gone:
        base_url = gone.base_url
    model = connect(server, base_url=base_url, retries=2)
    with pytest.raises(ModelError, match="no server can be reached here"):
        model.generate(texts("a", "b"))


def test_a_server_that_goes_away_later_costs_only_the_answers():
    with FaultyServer() as server:
        model = connect(server, retries=1)
        assert model.generate(texts("a")) == [Answer("a", tokens=7)]
    answer = model.generate(texts("b"))[0]
    assert "no server can be reached here" in answer.error


def test_a_wrong_address_or_model_is_told_apart_from_a_bad_question():
    with FaultyServer(takes="large") as server:
        with pytest.raises(ModelError, match="`tiny` does not exist"):
            connect(server).generate(texts("a"))
        with pytest.raises(ModelError, match=r"--base-url.*Not Found"):
            connect(server, base_url=server.base_url + "/v2").generate(texts("a"))
        large = ServerModel("large", base_url=server.base_url + "/")
        assert large.generate(texts("bad"))[0].error.startswith("HTTP 400")
        assert large.generate(texts("fine"))[0].text == "fine"


def test_the_key_goes_to_the_server_and_nowhere_else(server, monkeypatch, caplog, capfd):
    monkeypatch.setenv("OPENAI_API_KEY", f" {KEY}\n")
    caplog.set_level(logging.INFO)
    model = connect(server)
    with pytest.raises(ModelError) as caught:
        model.generate(texts("no-key"))
    words = ["hello", "no-key", "bad", "bad-detail", "cut-always", "html"]
    answers = model.generate([Request(draw(1), word) for word in words])
    told = [repr(answers), repr(model), json.dumps(model.describe()), repr(caught.value)]
    told += [caplog.text, *capfd.readouterr()]
    assert not any(KEY in text or "SECRET" in text for text in told)
    assert not any("iVBORw0" in text for text in told), "the picture's data belong in no message"
    assert caught.value.__cause__ is None
    assert caplog.text == ""
    assert {arrival.authorization for arrival in server.arrivals} == {f"Bearer {KEY}"}


def test_the_key_is_in_no_log_however_much_is_logged(server, monkeypatch, caplog):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    for name in ("openai", "httpx", "httpx2"):
        caplog.set_level(logging.DEBUG, name)
    connect(server).generate(texts("hello", "no-key", "bad", "error-once"))
    assert server.arrivals[0].authorization == f"Bearer {KEY}"
    assert caplog.text
    assert "SECRET" not in caplog.text


def test_a_password_in_the_address_is_used_and_not_told(server):
    host = server.base_url.removeprefix("http://")
    model = connect(server, base_url=f"http://user:SECRETWORD@{host}/?token=SECRETTOKEN")
    answers = model.generate(texts("hello", "bad"))
    expected = "Basic " + base64.b64encode(b"user:SECRETWORD").decode()
    assert server.arrivals[0].authorization == expected
    assert server.arrivals[0].path == "/v1/chat/completions?token=SECRETTOKEN"
    assert model.describe()["base_url"] == server.base_url
    assert "SECRET" not in repr(answers)


def test_a_description_holds_what_answers_depend_on(server):
    model = connect(server, max_new_tokens=5)
    assert isinstance(model, Model)
    described = model.describe()
    assert json.loads(json.dumps(described)) == described
    assert described["base_url"] == server.base_url
    assert described["decoding"] == {"temperature": 0, "max_new_tokens": 5}
    other = connect(server, max_new_tokens=5, concurrency=2, timeout=3, requests_per_minute=60)
    assert other.describe() == described
    assert connect(server).describe() != described


def test_a_model_that_is_served_from_a_folder_is_named_without_its_path(server, tmp_path):
    model = ServerModel(str(tmp_path / "tiny"), base_url=server.base_url)
    assert model.name == model.describe()["name"] == "tiny"
    assert str(tmp_path) not in repr(model.generate(texts("hello", "bad")))
    assert server.arrivals[0].body["model"] == str(tmp_path / "tiny")
    assert ServerModel("Qwen/Qwen3-VL", base_url=server.base_url).name == "Qwen/Qwen3-VL"


def test_wrong_settings_are_refused_with_the_cure(monkeypatch):
    for url in ("localhost:8000/v1", "ftp://localhost/v1", "http://", "http://a:b/v1"):
        with pytest.raises(ModelError, match=r"such as http://localhost:8000/v1"):
            load_model("openai:m", base_url=url)
    url = "http://127.0.0.1:1/v1"
    for wrong in ({"concurrency": 0}, {"timeout": 0}, {"requests_per_minute": 0}):
        with pytest.raises(ModelError, match="above zero"):
            load_model("openai:m", base_url=url, **wrong)
    with pytest.raises(ModelError, match="no model is named"):
        load_model("openai:", base_url=url)
    with pytest.raises(ModelError, match="needs a key in the environment variable OPENAI_API_KEY"):
        load_model("openai:m")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-SECRET\nwith more")
    with pytest.raises(ModelError, match="OPENAI_API_KEY") as caught:
        load_model("openai:m")
    assert "SECRET" not in str(caught.value)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert load_model("openai:m").describe()["base_url"] == "https://api.openai.com/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    assert load_model("openai:m").describe()["base_url"] == url


def test_asking_nothing_sends_nothing(server):
    assert connect(server).generate([]) == []
    assert server.arrivals == []


def test_it_works_inside_an_event_loop_as_in_a_notebook(server):
    import asyncio

    async def cell():
        return connect(server).generate(texts("hello"))

    assert asyncio.run(cell()) == [Answer("hello", tokens=7)]


def test_an_interrupt_ends_at_once_what_hangs(server):
    code = (
        "import sys; from eval import Request, load_model\n"
        "model = load_model('openai:tiny', base_url=sys.argv[1], timeout=3600)\n"
        "model.generate([Request(None, f'{n} hang-always') for n in range(20)])\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, server.base_url],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"NO_PROXY": "127.0.0.1"},
    )
    end = time.monotonic() + 60
    while len(server.arrivals) < 4:
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    assert "KeyboardInterrupt" in process.communicate(timeout=30)[1]


def test_without_the_openai_package_the_message_says_what_to_install():
    code = "import sys; sys.modules.update(openai=None); import eval; eval.load_model('openai:m')"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "pip install 'mm-neuroonco[eval]'" in run.stderr
