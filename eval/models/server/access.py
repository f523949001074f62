"""Where a server is and the key to it, neither of which may be told in full to anybody else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from neuroonco.errors import ModelError

KEY = "OPENAI_API_KEY"

_OPENAI = "https://api.openai.com/v1"
_SHORTEST_SECRET = 4  # characters; shorter ones would cut words to pieces


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a server.

    Attributes:
        shown: scheme, host, port and path.
        base_url: the same with the user and password in front of the host, if there are any.
        query: to be sent with every request.
        secrets: the parts that are not shown.
    """

    shown: str
    base_url: str
    query: Mapping[str, str]
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"


def find(base_url: str | None) -> Address:
    """Take an address apart: the one given, else ``OPENAI_BASE_URL``, else OpenAI's own.

    Raises:
        ModelError: it is no address, or OpenAI's own server is to be asked without a key.
    """
    text = base_url or os.environ.get("OPENAI_BASE_URL") or _OPENAI
    if not _is_address(text):
        raise ModelError("--base-url must be an address such as http://localhost:8000/v1")
    if not (key().isascii() and key().isprintable()):
        raise ModelError(f"{KEY} holds characters that are in no key; set it again")
    url = urlsplit(text)
    path = url.path.rstrip("/")
    shown = f"{url.scheme}://{url.netloc.rpartition('@')[2]}{path}"
    if shown == _OPENAI and not key():
        raise ModelError(
            f"OpenAI's server needs a key in the environment variable {KEY}; for a server of your "
            "own give --base-url"
        )
    query = dict(parse_qsl(url.query))
    secrets = (unquote(url.username or ""), unquote(url.password or ""), *query.values())
    return Address(shown, f"{url.scheme}://{url.netloc}{path}", query, secrets)


def key() -> str:
    """The key, empty where there is none."""
    return os.environ.get(KEY, "").strip()


def without(text: str, *secrets: str) -> str:
    """Blot out what must not be repeated, even where a server does."""
    for secret in (key(), *secrets):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return text


def _is_address(text: str) -> bool:
    try:
        url = urlsplit(text)
        return url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
    except ValueError:
        return False
