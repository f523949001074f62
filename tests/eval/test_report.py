import io

from rich.console import Console

from eval import Results, Score, print_models, print_results
from eval.metrics.rejection import Rejection

REJECTION = Rejection(36, 8, 4, 0.375, 0.75, 0.5, None)


def show(interval, **counts):
    score = Score(40, 0.5, interval, 0.2, 0.4, 0.6)
    outcomes = {"letter": 38, "refusal": 1, "ambiguous": 0, "unparsed": 1, "error": 0} | counts
    results = Results("my/model", 40, outcomes, score, {"diagnosis": score}, REJECTION)
    output = io.StringIO()
    print_results(results, Console(file=output, width=110))
    return " ".join(output.getvalue().split())


def test_a_score_stands_beside_its_floors():
    shown = show((0.45, 0.55))
    assert "my/model" in shown
    for cell in ("diagnosis", "all", "40", "0.500", "0.450 to 0.550", "0.200", "0.400", "0.600"):
        assert cell in shown
    assert "40 questions expected, 40 scored, 0 failed." in shown
    assert "1 refusal, 0 ambiguous, 1 unparsed" in shown


def test_the_use_of_none_of_the_above_shows():
    assert (
        '"None of the above" was chosen 4 times and right 8 times: recall 0.375, precision 0.750, '
        "F1 0.500, false rejections none to count."
    ) in show(None)


def test_the_verdict_compares_the_interval_with_the_higher_floor():
    assert "The score is below the blind floor of 0.600" in show((0.45, 0.55))
    assert "cannot be told from the blind floor of 0.600" in show((0.45, 0.65))
    assert "The score is above the blind floor of 0.600" in show((0.65, 0.75))
    assert "too few to compare" in show(None)


def test_failed_and_missing_questions_show():
    assert "39 scored, 1 failed." in show((0.4, 0.5), letter=37, error=1)
    assert "39 scored, 0 failed, 1 missing." in show((0.4, 0.5), letter=37)


def test_a_run_without_a_single_answer_is_shown():
    outcomes = dict.fromkeys(["letter", "refusal", "ambiguous", "unparsed"], 0) | {"error": 3}
    output = io.StringIO()
    print_results(Results("m", 3, outcomes, None, {}, REJECTION), Console(file=output, width=100))
    assert "3 questions expected, 0 scored, 3 failed" in output.getvalue()


def test_several_models_stand_in_one_table():
    def run(name, accuracy, **outcomes):
        score = Score(40, accuracy, None, 0.2, 0.4, 0.6)
        counts = dict.fromkeys(["letter", "refusal", "ambiguous", "unparsed", "error"], 0)
        return Results(name, 40, counts | outcomes, score, {}, REJECTION)

    output = io.StringIO()
    console = Console(file=output, width=100)
    print_models([run("first", 0.25, letter=40), run("second", 0.75, letter=39, error=1)], console)
    shown = output.getvalue().splitlines()
    assert any("first" in line and "0.250" in line and "0.600" in line for line in shown)
    assert any("second" in line and "0.750" in line for line in shown)
    assert [line for line in shown if "failed" in line] == [
        "second: 40 questions expected, 39 scored, 1 failed. Without a letter, counted as wrong: "
        "0 refusal, 0 ambiguous, 0 unparsed."
    ]


def test_chance_is_a_floor_too():
    """In small data the rules that leave an image out may fall below chance."""
    assert Score(4, 0.3, None, 0.25, 0.0, 0.1).floor == 0.25
