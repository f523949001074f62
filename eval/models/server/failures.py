"""What a failed request means: whether to repeat it, and what to tell the user about it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import openai

from eval.models.server.access import KEY, without

_PASSING = {408, 409, 429}
_UNREACHABLE = {"ConnectError", "ConnectTimeout"}
_LONGEST_REASON = 300
_REFUSED = re.compile(r"unsupported (?:value|parameter): '(\w+)'", re.IGNORECASE)
# Servers quote what they refuse: neither pictures nor other long data belong in a message.
_DATA = re.compile(r"data:image/[^\s\"']*|[A-Za-z0-9+/=_-]{120,}")


def is_passing(error: Exception) -> bool:
    """Whether the same request may succeed later."""
    if isinstance(error, openai.APIStatusError):
        passing = error.status_code in _PASSING or error.status_code >= 500
        return passing and not _is_out_of_credit(error)
    return isinstance(error, (openai.APIConnectionError, TimeoutError))


def cure(error: Exception) -> str | None:
    """What to do where every other request must fail likewise; None where it need not."""
    if isinstance(error, openai.APIStatusError):
        if _is_out_of_credit(error):
            return "the account has no credit left"
        return {
            401: f"set {KEY} to a key that this server takes",
            403: f"this key may not use this model; give another in {KEY}",
            404: "check the model's name and --base-url, which usually ends in /v1",
        }.get(error.status_code)
    if type(error.__cause__).__name__ in _UNREACHABLE:
        return "no server can be reached here; start it, or correct --base-url"
    return None


def retry_after(error: Exception) -> str | None:
    """The header ``Retry-After`` of the reply, if there was one."""
    if isinstance(error, openai.APIStatusError):
        return error.response.headers.get("retry-after")
    return None


def refused_setting(error: Exception) -> str | None:
    """The setting of decoding that the server says it does not take; None where it says no such.

    Reasoning models of OpenAI take neither ``max_tokens`` nor a temperature of 0.
    """
    if not isinstance(error, openai.BadRequestError):
        return None
    found = _REFUSED.search(_message(error))
    name = found[1] if found else error.param
    return name if name in {"temperature", "max_tokens"} else None


def reason(error: Exception, secrets: Iterable[str]) -> str:
    """Say in a short line why a request failed.

    Args:
        error: what was raised.
        secrets: texts that must not be repeated, even where the server does.
    """
    if isinstance(error, TimeoutError):
        return "no answer in time; --timeout sets how long to wait"
    if isinstance(error, openai.APIStatusError):
        said = f"HTTP {error.status_code}: {_message(error)}"
    elif isinstance(error, openai.APIConnectionError):
        cause = type(error.__cause__).__name__ if error.__cause__ else "failed"
        said = f"connection to the server: {cause}"
    elif isinstance(error, (json.JSONDecodeError, UnicodeDecodeError)):
        said = "the server's reply is not JSON"
    else:
        said = f"{type(error).__name__}: {error}"
    said = " ".join(_DATA.sub("(data)", without(said, *secrets)).split())
    return said if len(said) <= _LONGEST_REASON else said[:_LONGEST_REASON] + "..."


def _message(error: openai.APIStatusError) -> str:
    """What the server says, without the JSON around it where that is known."""
    body = error.body
    if isinstance(body, dict):
        body = body.get("message") or body.get("detail") or body
    return str(body or error.response.reason_phrase)


def _is_out_of_credit(error: openai.APIStatusError) -> bool:
    return error.code == "insufficient_quota"
