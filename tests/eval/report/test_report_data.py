import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saved_runs import (
    answered,
    make_circular_run,
    make_open_run,
    make_questions,
    make_results,
    make_run,
    make_score,
)

from eval.report import plots
from eval.report.browser import ANSWER_FIELDS, QUESTION_FIELDS, pack
from eval.report.data import short_name, view_runs
from eval.report.templating import cell


def view(**results):
    return view_runs([make_run(results=make_results(**results))])[0]


def unpack(*runs):
    """The packed questions and answers with their texts back in place."""
    packed = json.loads(json.dumps(pack(view_runs(runs), runs, {})))
    return packed, packed["texts"]


@pytest.mark.parametrize(
    ("interval", "verdict"),
    [((0.61, 0.7), "above"), ((0.6, 0.7), "unclear"), ((0.5, 0.59), "below"), (None, "unknown")],
)
def test_only_a_whole_interval_above_the_floor_is_above_it(interval, verdict):
    shown = view(overall=make_score(0.65, interval))
    assert shown.overall.verdict == verdict
    assert shown.is_above == (verdict == "above")


def test_the_floor_is_the_highest_of_the_three():
    assert view(overall=make_score(0.5, None, floor=0.1)).overall.floor == 0.4


@pytest.mark.parametrize(
    "fields", [{"picture": "blank"}, {"picture": "swapped"}, {"method": "choose"}]
)
def test_a_run_without_the_picture_never_counts_as_above(fields):
    shown = view(overall=make_score(0.9, (0.8, 1.0)), **fields)
    assert shown.is_blind
    assert not shown.is_above


def test_runs_of_one_name_can_be_told_apart():
    views = view_runs([make_run("same"), make_run("same"), make_run("other")])
    assert [view.name for view in views] == ["same", "same (2)", "other"]
    assert [view.number for view in views] == [1, 2, 3]


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("org/model", "org/model"),
        ("openai:gpt", "openai:gpt"),
        ("/home/someone/model", "model"),
        ("C:\\models\\mine", "mine"),
        ("~/model", "model"),
        ("/", "/"),
    ],
)
def test_no_absolute_path_is_shown(given_name, shown):
    assert short_name(given_name) == shown


def test_a_question_of_several_runs_stands_once_and_keeps_every_answer():
    questions = make_questions(2)
    runs = [make_run("a", questions), make_run("b", questions)]
    packed, texts = unpack(*runs)
    assert packed["questions"]["fields"] == list(QUESTION_FIELDS)
    assert len(packed["questions"]["rows"]) == len(questions)
    raw = packed["answers"]["fields"].index("raw")
    for run in packed["runs"]:
        assert [texts[row[raw]] for row in run["answers"]] == ["I choose A"] * 6
    assert len(texts) == len(set(texts))


def test_equal_ids_of_different_questions_are_kept_apart():
    first = make_questions(1)
    second = [replace(question, text="Something else?") for question in first]
    packed, _ = unpack(make_run("a", first), make_run("b", second))
    assert len(packed["questions"]["rows"]) == 6
    assert [row[0] for row in packed["runs"][1]["answers"]] == [3, 4, 5]


def test_rotated_letters_are_packed_as_the_datasets_own_options():
    packed, _ = unpack(make_circular_run())
    option = ANSWER_FIELDS.index("option")
    assert [row[option] for row in packed["runs"][0]["answers"]] == [2, 2, 4, 4]


def test_a_very_long_answer_keeps_its_two_ends():
    question = make_questions(1)[0]
    raw = "begin" + "x" * 50_000 + "end"
    _, texts = unpack(make_run("a", [question], [answered(question, "A", raw)]))
    kept = next(text for text in texts if text.startswith("begin"))
    assert kept.endswith("end")
    assert "[…]" in kept
    assert len(kept) < 10_000


def test_a_likelihood_that_is_no_number_counts_as_nothing():
    question = make_questions(1)[0]
    likely = {"A": float("nan"), "B": 0.25}
    packed, _ = unpack(
        make_run("a", [question], [answered(question, "B", "", probabilities=likely)])
    )
    place = ANSWER_FIELDS.index("probabilities")
    assert packed["runs"][0]["answers"][0][place] == [0, 250, 0, 0, 0]


def test_the_prompt_is_shown_only_while_it_is_still_the_same():
    place = ANSWER_FIELDS.index("prompt")
    run = make_run("a", make_questions(1))
    packed, texts = unpack(run)
    assert "image 1?" in texts[packed["runs"][0]["answers"][0][place]]
    prompt = run.config["prompt"] | {"digest": "another"}
    packed, _ = unpack(replace(run, config=run.config | {"prompt": prompt}))
    assert packed["runs"][0]["answers"][0][place] == -1


def test_open_questions_are_packed_with_their_references():
    packed, texts = unpack(make_open_run())
    row = packed["questions"]["rows"][0]
    assert texts[row[QUESTION_FIELDS.index("reference")]] == "In sector 1."
    assert row[QUESTION_FIELDS.index("options")] == []


def test_groups_put_runs_side_by_side_and_say_where_floors_differ():
    low, high = make_score(0.5, None, 0.61), make_score(0.5, None, 0.62)
    runs = [
        make_run("a", results=make_results(by={"question_type": {"size": low}})),
        make_run("b", results=make_results(by={"question_type": {"size": high, "shape": low}})),
    ]
    size, shape = plots.group_scores(view_runs(runs), "question_type")
    assert (size.name, size.floor, size.shares_floor) == ("size", (0.61, 0.62), False)
    assert [score is None for _, score in shape.cells] == [True, False]


def test_the_trade_off_shows_runs_that_have_both_numbers():
    some = make_results()["rejection"]
    views = view_runs(
        [
            make_run(
                "a", results=make_results(rejection=some | {"recall": 1.0, "false_rejections": 0.0})
            ),
            make_run("b", results=make_results(rejection=some | {"recall": None})),
            make_run("c", results=make_results(rejection=None)),
        ]
    )
    frame = plots.Frame(left=10, top=20, width=100, height=200)
    [spot] = plots.trade_off(views, frame)
    assert (spot.view.name, spot.x, spot.y) == ("a", 10, 20)


def test_numbers_of_dots_in_one_place_do_not_cover_each_other():
    views = view_runs([make_run(str(i)) for i in range(5)])
    labels = [spot.label for spot in plots.trade_off(views, plots.Frame())]
    assert len(set(labels)) == 5


def test_letters_that_were_never_chosen_stay_in_the_histogram():
    bars = plots.letter_bars({"chosen": {"B": 3, "A": 1}, "right": {"E": 2}})
    assert [bar.letter for bar in bars] == ["A", "B", "E"]
    assert [bar.chosen for bar in bars] == [0.25, 0.75, 0]
    assert plots.letter_bars({}) == []


@given(st.lists(st.lists(st.integers(0, 1000), min_size=1, max_size=5), max_size=4))
def test_shades_grow_with_the_share_of_the_row(counts):
    for row, levels in zip(counts, plots.shades(counts), strict=True):
        assert all(0 <= level <= 10 for level in levels)
        assert all((level > 0) == (count > 0) for count, level in zip(row, levels, strict=True))
        order = sorted(zip(row, levels, strict=True))
        assert [level for _, level in order] == sorted(levels)


@given(st.text())
def test_a_cell_of_markdown_is_one_line_of_plain_text(text):
    shown = cell(text)
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)[|<>`*_\[\]]", shown.replace("\\\\", ""))
