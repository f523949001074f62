import io
from dataclasses import replace

import pytest
from rich.console import Console
from written_runs import always, make_open_questions, make_questions, right, write_run

from eval import compare_runs, print_comparison, print_models, print_results, rescore, score
from eval.judging import judge_run
from eval.models.base import Answer
from eval.report.templating import MISSING
from eval.runs import read_run

WIDTH = 100


def printed(show, *arguments):
    output = io.StringIO()
    show(*arguments, console=Console(file=output, width=WIDTH))
    lines = output.getvalue().splitlines()
    assert all(len(line) <= WIDTH for line in lines), max(lines, key=len)
    return lines


def line_of(lines, begin):
    """The one line that begins so, without the gaps between its columns."""
    (found,) = (line for line in lines if line.strip().startswith(begin))
    return " ".join(found.split())


@pytest.fixture
def results(tmp_path):
    """Of a run that answers B to eight diagnoses of images 1 to 8 and to their sizes."""
    return score(write_run(tmp_path / "run", make_questions(8), always("B")))


def test_a_score_stands_beside_its_floors(results):
    overall = replace(
        results.overall, n=3190, interval=(0.45, 0.55), chance=0.2, majority=0.4, prior=0.6
    )
    lines = printed(print_results, replace(results, overall=overall))
    assert lines[0].rstrip() == "parrot, closed, generate, prompt closed_direct 1"
    assert line_of(lines, "all") == "all 3,190 0.375 0.450 to 0.550 0.200 0.400 0.600"
    assert line_of(lines, "diagnosis").startswith("diagnosis 8 0.250 ")
    assert line_of(lines, "counts") == (
        "counts 16 questions expected, 16 scored (0 unparsed), 0 failed, 0 missing"
    )


@pytest.mark.parametrize(
    ("interval", "told"),
    [
        ((0.45, 0.55), "below the blind floor of 0.600"),
        ((0.45, 0.65), "not to be told from the blind floor of 0.600"),
        ((0.65, 0.75), "above the blind floor of 0.600"),
        (None, "too few images to compare with the blind floor of 0.600"),
    ],
)
def test_the_verdict_compares_the_interval_with_the_highest_floor(results, interval, told):
    for floor in ("chance", "majority", "prior"):
        floors = {"chance": 0.2, "majority": 0.3, "prior": 0.4, floor: 0.6}
        overall = replace(results.overall, interval=interval, **floors)
        lines = printed(print_results, replace(results, overall=overall))
        assert told in line_of(lines, "verdict")


@pytest.mark.parametrize("fields", [{"method": "choose"}, {"picture": "blank"}])
def test_a_run_without_pictures_is_called_a_floor(results, fields):
    overall = replace(results.overall, interval=(0.9, 1.0))
    lines = printed(print_results, replace(results, overall=overall, **fields))
    assert "made without the pictures: a floor for other runs" in line_of(lines, "verdict")
    assert ("blank pictures" in lines[0]) == ("picture" in fields)


def test_what_became_of_the_questions_shows(tmp_path):
    says = {
        "1_q1": "I cannot determine this.",
        "1_q2": "A or B",
        "2_q1": "A mass.",
        "2_q2": None,
        "3_q1": Answer("", error="no memory"),
    }
    run = write_run(
        tmp_path / "run", make_questions(4), lambda item: says.get(item.key[0], right(item))
    )
    lines = printed(print_results, score(run))
    assert line_of(lines, "counts") == (
        "counts 8 questions expected, 6 scored (1 unparsed), 1 failed, 1 missing"
    )
    assert line_of(lines, "no letter") == (
        "no letter counted as wrong: 1 refusal, 1 ambiguous, 1 unparsed"
    )


def test_the_use_of_none_of_the_above_shows(tmp_path):
    always_e = score(write_run(tmp_path / "e", make_questions(4)[::2], always("E")))
    assert line_of(printed(print_results, always_e), "none of the above") == (
        "none of the above chosen 4, right 1: recall 1.000, precision 0.250, F1 0.400, false 1.000"
    )
    never = score(write_run(tmp_path / "a", make_questions(3)[::2], always("A")))
    assert line_of(printed(print_results, never), "none of the above") == (
        "none of the above chosen 0, right 0: recall none, precision none, F1 none, false 0.000"
    )


def test_blocks_show_where_they_are(tmp_path):
    questions = make_questions(4)
    likely = {"A": 0.1, "B": 0.9}
    run = write_run(
        tmp_path / "run",
        questions,
        lambda item: Answer(
            "B", probabilities=dict.fromkeys("CDE"[: len(item.question.letters) - 2], 0) | likely
        ),
        circular=True,
        method="likelihood",
    )
    write_run(tmp_path / "blind", questions, always("A"), picture="blank", method="likelihood")
    found = score(run, blind=tmp_path / "blind")
    timed = {
        "seconds": 12.0,
        "questions_per_second": 10.0,
        "images_per_second": 3.1,
        "tokens_per_second": 0.0,
        "peak_memory_mib": 1512,
    }
    lines = printed(print_results, replace(found, throughput=timed))
    assert line_of(lines, "rotations") == (
        "rotations all right 0.000 (0.000 to 0.000), all the same 0.000; 8 questions"
    )
    assert line_of(lines, "calibration").startswith("calibration ECE 0.525, Brier score")
    assert "AUROC of rejecting 0.500; 8 questions" in line_of(lines, "calibration")
    assert line_of(lines, "visual gain").startswith("visual gain +0.125 (")
    assert "over blind (blank pictures); 8 questions" in line_of(lines, "visual gain")
    assert line_of(lines, "speed") == (
        "speed 10.0 questions/s, 3.1 images/s, 0.0 tokens/s, 12.0 s; peak 1,512 MiB"
    )
    plain = printed(print_results, score(write_run(tmp_path / "plain", questions, always("B"))))
    for label in ("rotations", "calibration", "visual gain", "speed"):
        assert not any(line.startswith(label) for line in plain)


def test_a_run_without_a_single_answer_is_shown(tmp_path):
    failing = Answer("", error="no memory")
    found = score(write_run(tmp_path / "run", make_questions(2), lambda _: failing))
    lines = printed(print_results, found)
    assert "4 questions expected, 0 scored (0 unparsed), 4 failed" in line_of(lines, "counts")
    assert not any(line.startswith("verdict") for line in lines)
    assert any("parrot" in line for line in printed(print_models, [found]))


def test_what_looks_like_mark_up_is_shown_as_it_is(results):
    lines = printed(print_results, replace(results, model="[bold]a[/]"))
    assert lines[0].startswith("[bold]a[/]")
    assert any(
        "[bold]a[/]" in line
        for line in printed(print_models, [replace(results, model="[bold]a[/]")])
    )


def test_several_models_stand_in_one_table(tmp_path):
    questions = make_questions(4)
    whole = score(write_run(tmp_path / "1", questions, right, model={"name": "first"}))
    part = score(
        write_run(
            tmp_path / "2",
            questions,
            lambda item: None if item.key[0] == "1_q1" else "B",
            model={"name": "second"},
        )
    )
    lines = printed(print_models, [whole, part])
    assert line_of(lines, "first").startswith("first 8 1.000 1.000 to 1.000")
    assert line_of(lines, "second  ").startswith("second 7 0.286")
    assert line_of(lines, "second:") == (
        "second: 8 questions expected, 7 scored (0 unparsed), 0 failed, 1 missing"
    )


def test_measures_of_words_stand_beside_their_echo(tmp_path):
    run = write_run(tmp_path / "run", make_open_questions(3), lambda item: item.question.reference)
    judge_run(run, Grader())
    found = score(read_run(run.folder))
    lines = printed(print_results, found)
    assert lines[0].rstrip() == "parrot, open, generate, prompt open_direct 1"
    assert line_of(lines, "keyword recall  ") == "keyword recall 3 1.000 1.000 to 1.000 0.500"
    assert line_of(lines, "negation differs") == "negation differs 6 0.000 0.000 to 0.000"
    assert line_of(lines, "judge grader  ") == "judge grader 6 0.750 0.750 to 0.750"
    assert "grader: 6 graded, 0 unscored; judge_rubric 1" in line_of(lines, "judge  ")
    assert line_of(lines, "Location") == "Location 3 1.000 1.000 1.000 1.000"
    assert line_of(lines, "Size").startswith(f"Size 3 {MISSING} {MISSING} 1.000")
    assert "6 questions expected, 6 scored" in line_of(lines, "counts")
    assert line_of(printed(print_models, [found]), "parrot").startswith("parrot 6 1.000")


class Grader:
    name = "grader"

    def describe(self):
        return {}

    def generate(self, requests):
        return [Answer('{"score": 3}') for _ in requests]


def test_a_comparison_shows_rows_and_what_differs(tmp_path):
    questions = make_questions(12)
    first = write_run(tmp_path / "first", questions, always("A"))
    second = write_run(
        tmp_path / "second",
        questions,
        lambda item: None if item.key[0] == "12_q2" else right(item),
        model={"name": "parakeet"},
    )
    found = compare_runs(first, second)
    lines = printed(print_comparison, found, 2)
    assert line_of(lines, "first") == "first first: parrot"
    assert line_of(lines, "second") == "second second: parakeet"
    row = found.overall["accuracy"]
    assert line_of(lines, "accuracy") == "accuracy"
    assert line_of(lines, "all ").startswith(
        f"all 23 {row.first:.3f} 1.000 +{row.difference:.3f} +"
    )
    assert row.p < 0.001
    assert line_of(lines, "all ").endswith(" <0.001")
    size = found.by["question_type"]["size"]
    assert line_of(lines, "size").endswith(f"{size.p:.3f} {size.p_holm:.3f}")
    assert line_of(lines, "questions") == (
        "questions 23 scored by both, 1 by the first alone, 0 by the second alone"
    )
    n = len(found.differing)
    assert line_of(lines, "differing") == (
        f"differing {n} answered otherwise: {n} right in the second alone, 0 in the first alone"
    )
    assert line_of(lines, "1_q1") == "1_q1 diagnosis A B B"
    assert line_of(lines, "and") == f"and {n - 2} more; --json lists them all"
    assert sum("_q" in line for line in lines) == 2
    assert not any("_q" in line for line in printed(print_comparison, found, 0))


def test_a_comparison_of_words_shows_each_measure(tmp_path):
    questions = make_open_questions(3)
    first = write_run(tmp_path / "first", questions, always("A brain."))
    second = write_run(tmp_path / "second", questions, lambda item: item.question.reference)
    lines = printed(print_comparison, compare_runs(first, second))
    assert line_of(lines, "all: keyword recall  ").startswith("all: keyword recall 3 0.000 1.000")
    assert not any(line.startswith("differing") for line in lines)


def test_rescored_results_show_like_the_first_ones(tmp_path):
    run = write_run(tmp_path / "run", make_questions(4), right)
    assert printed(print_results, rescore(run.folder)) == printed(print_results, score(run))
