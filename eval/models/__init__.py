"""The models that can be evaluated, behind one small interface each for lookers and guessers."""

from __future__ import annotations

from eval.models.base import Answer, Baseline, Model, Request
from eval.models.baselines import load_baseline
from neuroonco.errors import ModelError

__all__ = ["Answer", "Baseline", "Model", "Request", "load_model"]


def load_model(
    spec: str, *, max_new_tokens: int = 64, dtype: str = "auto", seed: int = 0
) -> Model | Baseline:
    """Load what ``--model`` names.

    Args:
        spec: ``baseline:random``, ``baseline:majority``, ``baseline:prior``, or the folder or Hub
            id of a vision-language model for transformers.
        max_new_tokens: the longest answer a model may give, in tokens.
        dtype: of the weights, such as ``float32`` or ``bfloat16``; ``auto`` keeps the checkpoint's.
        seed: of ``baseline:random``; models decode greedily and need none.

    Raises:
        ModelError: there is no such model, it is not one that answers questions about pictures, or
            the libraries it needs are not installed.
    """
    if spec.startswith("baseline:"):
        return load_baseline(spec, seed)
    try:
        from eval.models.hf import HFModel
    except ModuleNotFoundError as error:
        if error.name not in {"torch", "transformers"}:
            raise
        raise ModelError(
            f"{spec}: running a model needs {error.name}, which is not installed; "
            "pip install 'mm-neuroonco[eval]'"
        ) from error
    return HFModel.load(spec, max_new_tokens=max_new_tokens, dtype=dtype)
