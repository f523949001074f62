"""The models that can be evaluated, behind one small interface each for lookers and guessers."""

from __future__ import annotations

from typing import Any

from eval.models.base import Answer, Baseline, Model, Request
from eval.models.baselines import load_baseline
from neuroonco.errors import ModelError

__all__ = ["Answer", "Baseline", "Model", "Request", "load_model"]


def load_model(
    spec: str,
    *,
    max_new_tokens: int = 64,
    seed: int = 0,
    dtype: str = "auto",
    device_map: str | None = None,
    attn: str | None = None,
    adapter: str | None = None,
    max_pixels: int | None = None,
    revision: str | None = None,
    trust_remote_code: bool = False,
    base_url: str | None = None,
    concurrency: int = 16,
    requests_per_minute: float | None = None,
    timeout: float = 120.0,
) -> Model | Baseline:
    """Load what ``--model`` names.

    Args:
        spec: ``baseline:random``, ``baseline:majority``, ``baseline:prior``, ``openai:`` and a
            server's name of a model, or the folder or Hub id of a vision-language model for
            transformers.
        max_new_tokens: the longest answer a model may give, in tokens.
        seed: of ``baseline:random``; models decode greedily and need none.
        dtype: of the weights; see `eval.models.hf.loading.Loading` for this and what follows.
        device_map: where the weights go.
        attn: the implementation of attention.
        adapter: a PEFT adapter to put on the model.
        max_pixels: pictures with more pixels are shrunk to this many.
        revision: branch, tag or commit on the Hub.
        trust_remote_code: run code that comes with the model.
        base_url: of the server for ``openai:``; see `eval.models.server.ServerModel` for this and
            what follows. The key is read from the environment variable ``OPENAI_API_KEY``.
        concurrency: requests under way at once.
        requests_per_minute: at most so many; None for no limit.
        timeout: seconds to wait for an answer.

    Raises:
        ModelError: there is no such model, it is not one that answers questions about pictures, or
            the libraries it needs are not installed.
    """
    if spec.startswith("baseline:"):
        return load_baseline(spec, seed)
    if spec.startswith("openai:"):
        return _load_server(
            spec.removeprefix("openai:"),
            base_url=base_url,
            max_new_tokens=max_new_tokens,
            concurrency=concurrency,
            requests_per_minute=requests_per_minute,
            timeout=timeout,
        )
    return _load_hf(
        spec,
        max_new_tokens,
        dtype=dtype,
        device_map=device_map,
        attn=attn,
        adapter=adapter,
        max_pixels=max_pixels,
        revision=revision,
        trust_remote_code=trust_remote_code,
    )


def _load_hf(spec: str, max_new_tokens: int, **loading: Any) -> Model:
    try:
        from eval.models.hf import HFModel
        from eval.models.hf.loading import Loading
    except ModuleNotFoundError as error:
        if error.name not in {"torch", "transformers"}:
            raise
        raise ModelError(
            f"{spec}: running a model needs {error.name}, which is not installed; "
            "pip install 'mm-neuroonco[eval]'"
        ) from error
    return HFModel.load(spec, max_new_tokens=max_new_tokens, loading=Loading(**loading))


def _load_server(model: str, **settings: Any) -> Model:
    try:
        from eval.models.server import ServerModel
    except ModuleNotFoundError as error:
        if error.name not in {"openai", "anyio"}:
            raise
        raise ModelError(
            f"openai:{model}: asking a server needs {error.name}, which is not installed; "
            "pip install 'mm-neuroonco[eval]'"
        ) from error
    return ServerModel(model, **settings)
