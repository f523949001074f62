import subprocess
import sys

import pytest

from eval import load_model
from eval.questions import Question
from neuroonco.errors import ModelError

QUESTIONS = [
    Question(f"q{i}", f"i{i // 2}", "t", "?", tuple("vwxyz"[: 2 + i % 4]), "A") for i in range(400)
]


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_random_draws_are_of_the_question_alone():
    model = load_model("baseline:random", seed=3)
    letters = model.choose(QUESTIONS)
    assert model.choose(QUESTIONS[::-1]) == letters[::-1]
    assert model.choose(QUESTIONS[7:9]) == letters[7:9]
    assert load_model("baseline:random", seed=4).choose(QUESTIONS) != letters


def test_random_draws_spread_over_each_questions_options():
    letters = load_model("baseline:random").choose(QUESTIONS)
    assert all(letter in q.letters for letter, q in zip(letters, QUESTIONS, strict=True))
    of_five = [letter for letter, q in zip(letters, QUESTIONS, strict=True) if len(q.options) == 5]
    assert set(of_five) == set("ABCDE")
    assert max(map(of_five.count, "ABCDE")) < 0.4 * len(of_five)


def test_an_unknown_baseline_is_named():
    with pytest.raises(ModelError, match=r"baseline:typical.*baseline:prior"):
        load_model("baseline:typical")


def test_importing_eval_and_running_a_baseline_needs_no_torch():
    code = (
        "import sys; sys.modules.update(torch=None, transformers=None);"
        "import eval; print(eval.load_model('baseline:prior').name)"
    )
    done = run(code)
    assert done.stdout == "baseline:prior\n", done.stderr
    done = run("import sys, eval; print(sys.modules.keys() & {'torch', 'transformers'})")
    assert done.stdout == "set()\n", done.stderr


def test_a_model_without_torch_names_the_extra():
    code = "import sys; sys.modules.update(torch=None); import eval; eval.load_model('some/model')"
    done = run(code)
    assert "ModelError: some/model" in done.stderr
    assert "pip install 'mm-neuroonco[eval]'" in done.stderr
