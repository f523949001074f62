import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroonco.errors import PromptError
from neuroonco.prompts import Prompt, load_prompt

HEAD = "---\nname: mine\nversion: 2\nconfig: closed\nnotes: a try\n---\n"


@pytest.fixture
def write(tmp_path):
    def write_prompt(text):
        path = tmp_path / "mine.md"
        path.write_text(text, encoding="utf-8")
        return path

    return write_prompt


def template(text):
    return Prompt("t", "1", "closed", "", "question", None, text, "")


def test_a_shipped_prompt_is_found_by_its_name():
    prompt = load_prompt("eval/closed_direct")
    assert (prompt.name, prompt.config) == ("closed_direct", "closed")
    assert prompt.notes


def test_a_prompt_file_is_read_with_its_front_matter(write):
    prompt = load_prompt(write(HEAD + "Is it {{ what }}?\n"))
    assert (prompt.name, prompt.version, prompt.config) == ("mine", "2", "closed")
    assert prompt.notes == "a try"
    assert prompt.render(what="large") == "Is it large?"


def test_the_digest_changes_with_the_words_and_not_with_line_ends(write):
    digests = [
        load_prompt(write(text)).digest
        for text in (HEAD + "Is it?", HEAD + "Is it so?", (HEAD + "Is it?").replace("\n", "\r\n"))
    ]
    assert digests[0] == digests[2] != digests[1]


def test_a_rule_below_the_front_matter_is_part_of_the_text(write):
    assert load_prompt(write(HEAD + "above\n---\nbelow")).render() == "above\n---\nbelow"


@pytest.mark.parametrize(
    "text",
    [
        "Is it?",
        "---\nname: mine\n",
        "---\nname: mine\nversion: 1\n---\nIs it?",
        "---\n- a list\n---\nIs it?",
        "---\nname: [\n---\nIs it?",
        "",
    ],
)
def test_front_matter_that_is_missing_or_incomplete_is_refused(write, text):
    with pytest.raises(PromptError, match=r"mine\.md.*front matter"):
        load_prompt(write(text))


def test_a_missing_prompt_is_named_with_those_there_are(tmp_path):
    with pytest.raises(PromptError, match=r"eval/no_such.*eval/closed_direct"):
        load_prompt("eval/no_such")
    with pytest.raises(PromptError, match=r"none\.md"):
        load_prompt(tmp_path / "none.md")
    (tmp_path / "binary.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PromptError, match=r"binary\.md"):
        load_prompt(tmp_path / "binary.md")


def test_a_variable_that_was_not_given_is_named():
    with pytest.raises(PromptError, match="kind"):
        template("{{ kind }}").render(other="x")


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ options.append('x') }}",
        "{{ unclosed",
        "{% for i in range(999999999) %}x{% endfor %}",
        "{% include '/etc/passwd' %}",
    ],
)
def test_templates_are_sandboxed(text):
    with pytest.raises(PromptError):
        template(text).render(options=["y"])


@given(st.text())
@settings(deadline=None)
def test_texts_are_filled_in_as_they_are(text):
    assert template("[{{ text }}]").render(text=text) == f"[{text}]"
