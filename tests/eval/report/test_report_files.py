"""The two files of a report, as text."""

import base64
import hashlib
import io
import re
from pathlib import Path

import pytest
from PIL import Image
from saved_runs import (
    HOSTILE,
    answered,
    make_open_run,
    make_questions,
    make_results,
    make_run,
    make_score,
)

from eval.report.html import render_html, write_html
from eval.report.markdown import render_markdown, write_markdown

RENDERERS = (render_html, render_markdown)


@pytest.mark.parametrize("render", RENDERERS)
def test_a_score_never_stands_without_its_floor(render):
    text = render([make_run()])
    for number in ("0.500", "0.450 to 0.550", "0.200", "0.400", "0.600", "\N{MINUS SIGN}0.100"):
        assert number in text


@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize(
    ("interval", "is_shown"),
    [((0.61, 0.7), False), ((0.59, 0.7), True), ((0.1, 0.2), True), (None, True)],
)
def test_a_model_that_is_not_above_the_floor_is_marked(render, interval, is_shown):
    text = render([make_run(results=make_results(overall=make_score(0.65, interval)))]).lower()
    assert ("not shown to use the picture" in text) == is_shown
    verdict = re.search(r"(?:\| |is-above\">)above the blind floor", text)
    assert bool(verdict) == (not is_shown)


@pytest.mark.parametrize("render", RENDERERS)
def test_all_measures_of_several_runs_are_there(render):
    text = render(
        [make_run("first"), make_run("second", results=make_results(0.77)), make_open_run()]
    )
    for number in (
        "0.250",
        "0.333",
        "0.286",
        "0.056",
        "0.123",
        "0.234",
        "0.345",
        "0.456",
        "\N{MINUS SIGN}0.012",
    ):
        assert number in text
    assert "0.770" in text
    assert "keyword recall" in text
    assert "0.400 to 0.600" in text


@pytest.mark.parametrize("render", RENDERERS)
def test_any_block_may_be_missing_or_null(render):
    whole = make_results()
    for name in whole:
        without = {key: value for key, value in whole.items() if key != name}
        assert "org/model" in render([make_run(results=without)])
        assert "org/model" in render([make_run(results=whole | {name: None})])
    assert render([make_run(results={}, predictions=[])])


@pytest.mark.parametrize("render", RENDERERS)
def test_every_number_in_a_block_may_be_null(render):
    whole = make_results()
    for name in (
        "rejection",
        "calibration",
        "circular",
        "visual_gain",
        "throughput",
        "counts",
        "letters",
    ):
        assert render([make_run(results=whole | {name: dict.fromkeys(whole[name])})])


@pytest.mark.parametrize("render", RENDERERS)
def test_no_absolute_path_gets_out(render):
    text = render(
        [make_run(results=make_results(model="/home/someone/models/secret-place/weights"))]
    )
    assert "weights" in text
    assert "secret-place" not in text
    assert str(Path.cwd()) not in text


def test_markdown_holds_hostile_names_as_text():
    text = render_markdown([make_run(results=make_results(model="a | b\n# c <script>"))])
    assert "a \\| b \\# c \\<script\\>" in text


def test_markdown_tables_are_whole():
    text = render_markdown([make_run(), make_run("second"), make_open_run()])
    for table in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        lines = table.splitlines()
        assert re.fullmatch(r"\|[-:|]+\|", lines[1])
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1
        assert len(lines) > 2


def test_html_may_run_only_its_own_script_and_load_only_what_it_holds():
    html = render_html([make_run()])
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html).group(1)
    assert "default-src 'none'" in policy
    script = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    style = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    for kind, [text] in {"script-src": script, "style-src": style}.items():
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    assert not re.search(r"(?:src|href)=\"(?!data:|#)", html)
    assert "url(http" not in html


def test_html_escapes_what_models_say_and_are_called():
    questions = make_questions(1)
    run = make_run(
        HOSTILE.replace("/", ""),
        questions,
        [answered(questions[0], "A", HOSTILE)],
        make_results(model=HOSTILE),
    )
    html = render_html([run])
    assert HOSTILE not in html
    assert "<img src=x" not in html
    assert html.count("</script>") == 3


def test_a_lone_surrogate_can_be_written(tmp_path):
    questions = make_questions(1)
    run = make_run("a", questions, [answered(questions[0], "A", "broken \ud800 text")])
    write_html([run], tmp_path / "report.html")
    assert "broken" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_each_picture_is_held_once_small_and_without_metadata():
    asked = []

    def thumbnail(question_id):
        asked.append(question_id)
        if question_id.startswith("2_"):
            return None
        picture = Image.new("RGB", (640, 320), "grey")
        picture.info["comment"] = b"SECRETNAME"
        exif = picture.getexif()
        exif[0x010E] = "SECRETNAME"
        stream = io.BytesIO()
        picture.save(stream, "JPEG", exif=exif, comment=b"SECRETNAME")
        return Image.open(stream)

    html = render_html([make_run(questions=make_questions(3))] * 2, thumbnail)
    assert len(asked) == 3
    found = re.findall(r"data:image/webp;base64,([A-Za-z0-9+/=]+)", html)
    assert len(found) == 2
    with Image.open(io.BytesIO(base64.b64decode(found[0]))) as picture:
        assert picture.size == (192, 96)
        assert not picture.getexif()
        assert b"SECRETNAME" not in base64.b64decode(found[0])
    assert "terms of use" in html


def test_the_files_are_replaced_as_a_whole(tmp_path):
    for write, name in ((write_html, "report.html"), (write_markdown, "report.md")):
        path = tmp_path / name
        path.write_text("old" * 10_000_0, encoding="utf-8")
        write([make_run()], path)
        assert "oldold" not in path.read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.md"]


def test_thousands_of_questions_in_several_runs_stay_small():
    questions = make_questions(1000)
    html = render_html([make_run(str(number), questions) for number in range(4)])
    assert len(html) < 3_000_000
