"""Vision-language models of transformers: any `AutoModelForImageTextToText`, in batches, greedy."""

from __future__ import annotations

from eval.models.hf.model import HFModel

__all__ = ["HFModel"]
