"""Load the model that grades open answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from neuroonco.errors import ModelError

if TYPE_CHECKING:
    from eval.models import Model


def load_judge(name: str | None, options: dict[str, Any]) -> Model | None:
    """Load the model that ``--judge`` names, None where it names none.

    Args:
        name: as for ``--model``.
        options: of `eval.load_model`.

    Raises:
        ModelError: it cannot be loaded, or it does not write.
    """
    if name is None:
        return None
    from eval import load_model
    from eval.judging import RUBRIC
    from eval.models import Model
    from neuroonco.prompts import load_prompt

    longest = load_prompt(RUBRIC).max_new_tokens
    judge = load_model(name, **options | ({"max_new_tokens": longest} if longest else {}))
    if not isinstance(judge, Model):
        raise ModelError(f"{name} cannot grade answers; give a model that writes")
    return judge
