"""Models behind a server with OpenAI's chat completions: vLLM, SGLang, OpenAI and others."""

from __future__ import annotations

from eval.models.server.model import ServerModel

__all__ = ["ServerModel"]
