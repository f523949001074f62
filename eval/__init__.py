"""Evaluate vision-language models on MM-NeuroOnco, with the blind floors beside every score.

>>> import eval as neuroonco_eval
>>> model = neuroonco_eval.load_model("baseline:prior")
>>> results = neuroonco_eval.evaluate(dataset, model, "runs/prior")  # doctest: +SKIP
>>> neuroonco_eval.print_results(results)  # doctest: +SKIP

Baselines need neither torch nor transformers; both are imported when a model is loaded.
"""

from __future__ import annotations

from eval.comparison import Comparison, compare_runs
from eval.models import Answer, Baseline, Model, Request, load_model
from eval.parse import Choice, parse_choice
from eval.report.files import write_report
from eval.report.terminal import print_comparison, print_models, print_results
from eval.run import evaluate
from eval.runs import SavedRun, read_run
from eval.scoring import AnyResults, Mean, OpenResults, Results, Score, rescore, score
from eval.settings import Settings
from neuroonco.prompts import load_prompt

__all__ = [
    "Answer",
    "AnyResults",
    "Baseline",
    "Choice",
    "Comparison",
    "Mean",
    "Model",
    "OpenResults",
    "Request",
    "Results",
    "SavedRun",
    "Score",
    "Settings",
    "compare_runs",
    "evaluate",
    "load_model",
    "load_prompt",
    "parse_choice",
    "print_comparison",
    "print_models",
    "print_results",
    "read_run",
    "rescore",
    "score",
    "write_report",
]
