"""The calibration of option probabilities, for `evaluate.load`; see `eval.metrics.calibration`."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate

from eval.metrics.bare import bare_questions
from eval.metrics.calibration import brier, expected_calibration_error

_CITATION = """
@inproceedings{guo2017calibration,
  title = {On Calibration of Modern Neural Networks},
  author = {Guo, Chuan and Pleiss, Geoff and Sun, Yu and Weinberger, Kilian Q.},
  booktitle = {International Conference on Machine Learning},
  year = {2017}
}
"""


class ClosedCalibration(evaluate.Metric):
    """Whether the probabilities of the options mean what they say."""

    def _info(self) -> Any:
        return evaluate.MetricInfo(
            description="The expected calibration error of the likeliest option, and the Brier "
            "score over all options (0 to 2).",
            citation=_CITATION,
            inputs_description="""
            predictions: the probabilities of each question's options, in letter order.
            references: the right letters.
            bins: of equal width between 0 and 1, for the calibration error; 15 by default.
            """,
            features=datasets.Features(
                {
                    "predictions": datasets.Sequence(datasets.Value("float64")),
                    "references": datasets.Value("string"),
                }
            ),
        )

    def _compute(
        self, predictions: list[list[float]], references: list[str], bins: int = 15
    ) -> dict[str, float]:
        names = [[str(p) for p in probabilities] for probabilities in predictions]
        letters = [question.letters for question in bare_questions(names, references)]
        shares = [dict(zip(*pair, strict=True)) for pair in zip(letters, predictions, strict=True)]
        best = [max(held, key=held.__getitem__) for held in shares]
        sure = [max(probabilities) for probabilities in predictions]
        correct = [letter == answer for letter, answer in zip(best, references, strict=True)]
        return {
            "expected_calibration_error": expected_calibration_error(sure, correct, bins).error,
            "brier": brier(shares, references),
        }
