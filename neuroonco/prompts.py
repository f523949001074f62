"""Read the prompt files: YAML front matter above a Jinja template, rendered in a sandbox."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from neuroonco.errors import PromptError

_FENCE = "---\n"
_ASKS = ("question", "image")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt file.

    Attributes:
        name: what the front matter calls it.
        version: changes whenever its words do.
        config: what it is written for: a dataset config, or ``judge``.
        notes: when to use it.
        asks: ``question``, or ``image`` where it asks all questions of an image at once.
        max_new_tokens: how long an answer to it may get, in tokens; None where it doesn't say.
        template: Jinja source of the text.
        digest: SHA-256 of the whole file, hexadecimal; recorded with every run.
    """

    name: str
    version: str
    config: str
    notes: str
    asks: str
    max_new_tokens: int | None
    template: str
    digest: str

    def render(self, **variables: object) -> str:
        """Fill the template in.

        Raises:
            PromptError: the template is malformed or uses a variable that was not given.
        """
        try:
            return _compile(self.template).render(**variables).strip()
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise PromptError(f"prompt {self.name!r} cannot be filled in ({error})") from error


def load_prompt(name: str | os.PathLike[str]) -> Prompt:
    """Read a prompt by its name below `prompts/` (``eval/closed_direct``) or by a file's path.

    Raises:
        PromptError: there is no such prompt, or its front matter is incomplete.
    """
    path = Path(name)
    if path.suffix:
        try:
            return _parse(path.read_text(encoding="utf-8"), path.name)
        except (OSError, UnicodeDecodeError) as error:
            raise PromptError(f"{path}: cannot be read as a prompt ({error})") from error
    shipped = resources.files("prompts").joinpath(f"{name}.md")
    if not shipped.is_file():
        raise PromptError(
            f"there is no prompt {str(name)!r}; give a file's path or one of: {_shipped()}"
        )
    return _parse(shipped.read_text(encoding="utf-8"), str(name))


@lru_cache
def load_words(name: str) -> dict[str, Any]:
    """Read a YAML file of phrases below `prompts/`, such as ``questions/closed``."""
    text = resources.files("prompts").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    words: dict[str, Any] = yaml.safe_load(text)
    return words


@lru_cache
def _compile(template: str) -> Template:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    return environment.from_string(template)


def _parse(text: str, origin: str) -> Prompt:
    text = text.replace("\r\n", "\n")
    head, fence, template = text.removeprefix(_FENCE).partition("\n" + _FENCE)
    if not text.startswith(_FENCE) or not fence:
        raise PromptError(f"{origin}: a prompt starts with front matter between two lines of ---")
    try:
        fields = yaml.safe_load(head)
        known = {key: str(fields[key]) for key in ("name", "version", "config")}
        tokens = fields.get("max_new_tokens")
        longest = None if tokens is None else int(tokens)
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise PromptError(
            f"{origin}: the front matter needs name, version and config ({error})"
        ) from error
    asks = str(fields.get("asks", "question"))
    if asks not in _ASKS:
        raise PromptError(f"{origin}: asks is one of {', '.join(_ASKS)}, not {asks!r}")
    return Prompt(
        **known,
        notes=str(fields.get("notes", "")),
        asks=asks,
        max_new_tokens=longest,
        template=template,
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )


def _shipped() -> str:
    folders = [folder for folder in resources.files("prompts").iterdir() if folder.is_dir()]
    return ", ".join(
        sorted(
            f"{folder.name}/{file.name.removesuffix('.md')}"
            for folder in folders
            for file in folder.iterdir()
            if file.name.endswith(".md")
        )
    )
