"""What a model was told: the words of a run's prompt, where they are still known."""

from __future__ import annotations

from eval.items import Key
from eval.prompting import Prompter
from eval.runs import SavedRun
from neuroonco.errors import PromptError
from neuroonco.prompts import Prompt, load_prompt


def shipped_prompt(run: SavedRun) -> Prompt | None:
    """The prompt of a run, if it ships with the package and has not changed since."""
    recorded = run.config.get("prompt") or run.results.get("prompt") or {}
    try:
        prompt = load_prompt(f"eval/{recorded.get('name')}")
    except PromptError:
        return None
    return prompt if prompt.digest == recorded.get("digest") else None


def prompt_texts(run: SavedRun) -> dict[Key, str]:
    """The text that asked each item of a run.

    Returns:
        By item; empty for a prompt that is not known, and for one that asks all questions of an
        image at once, whose text is long and belongs to no question alone.
    """
    prompt = shipped_prompt(run)
    if prompt is None or prompt.asks != "question":
        return {}
    prompter = Prompter(prompt)
    return {item.key: prompter.render((item,)) for item in run.items}
