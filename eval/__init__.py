"""Evaluate vision-language models on MM-NeuroOnco, with the blind floors beside every score.

>>> import eval as neuroonco_eval
>>> model = neuroonco_eval.load_model("baseline:prior")
>>> results = neuroonco_eval.evaluate(dataset, model, "runs/prior")  # doctest: +SKIP
>>> neuroonco_eval.print_results(results)  # doctest: +SKIP

Baselines need neither torch nor transformers; both are imported when a model is loaded.
"""

from __future__ import annotations

from eval.models import Answer, Baseline, Model, Request, load_model
from eval.parse import Choice, parse_choice
from eval.report.terminal import print_models, print_results
from eval.run import DEFAULT_PROMPT, evaluate
from eval.scores import Results, Score

__all__ = [
    "DEFAULT_PROMPT",
    "Answer",
    "Baseline",
    "Choice",
    "Model",
    "Request",
    "Results",
    "Score",
    "evaluate",
    "load_model",
    "parse_choice",
    "print_models",
    "print_results",
]
