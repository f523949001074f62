"""When to ask a server again, and how often to ask it at all."""

from __future__ import annotations

import asyncio
import math
import random
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_PAUSE = 600.0
"""Seconds; a server that asks for more patience is asked again after these."""

_LONGEST_BACK_OFF = 60.0


class Pace:
    """Spaces requests evenly.

    Args:
        per_minute: requests; None for no limit.
    """

    def __init__(self, per_minute: float | None) -> None:
        self._interval = 60.0 / per_minute if per_minute else 0.0
        self._next = -math.inf

    async def turn(self) -> None:
        """Wait until the next request may be sent."""
        now = time.monotonic()
        mine = max(now, self._next)
        self._next = mine + self._interval
        if mine > now:
            await asyncio.sleep(mine - now)


def pause(attempt: int, first: float, retry_after: str | None) -> float:
    """Seconds to wait before a request is repeated.

    The wait doubles with each attempt and is never shorter than the server asks for; a random part
    keeps requests that failed together from coming back together.

    Args:
        attempt: how many times the request has been repeated, from 0.
        first: the wait after the first failure, in seconds.
        retry_after: the header ``Retry-After`` of the reply, if there was one.
    """
    back_off = min(first * 2.0**attempt, _LONGEST_BACK_OFF)
    return max(back_off, seconds_of(retry_after)) + random.uniform(0, first)


def seconds_of(retry_after: str | None) -> float:
    """Read the header ``Retry-After``, seconds or a date as in RFC 9110, section 10.2.3.

    Returns:
        Seconds from now, from 0 to `LONGEST_PAUSE`; 0 for a missing or malformed header.
    """
    if retry_after is None:
        return 0.0
    try:
        seconds = float(retry_after)
    except ValueError:
        seconds = _seconds_until(retry_after)
    return min(max(0.0, seconds), LONGEST_PAUSE)  # in this order not-a-number becomes 0


def _seconds_until(date: str) -> float:
    try:
        at = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return 0.0
    at = at.replace(tzinfo=at.tzinfo or UTC)
    return (at - datetime.now(UTC)).total_seconds()
