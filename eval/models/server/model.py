"""A model behind a server, asked many questions at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import openai
from anyio.from_thread import start_blocking_portal

from eval.models.base import Answer, Request
from eval.models.server import access, failures
from eval.models.server.conversation import data_url, messages, read
from eval.models.server.waiting import Pace, pause
from neuroonco.errors import ModelError

if TYPE_CHECKING:
    from PIL.Image import Image

logger = logging.getLogger("mm_neuroonco")

_TRIAL = 4  # requests that show whether a server can be used at all
_AHEAD = 4  # batches hold so many requests for each that is under way
_LONGEST_CONNECT = 30.0  # seconds


class ServerModel:
    """A model behind a server that speaks OpenAI's chat completions.

    The key is read from the environment when a connection is made and kept nowhere else. Decoding
    has temperature 0; a server that refuses this, or ``max_tokens``, is asked again without
    temperature, or with ``max_completion_tokens``.

    Args:
        model: as the server calls it.
        base_url: of the server, such as ``http://localhost:8000/v1``; None for ``OPENAI_BASE_URL``
            or else OpenAI's own.
        max_new_tokens: the longest answer, in tokens.
        concurrency: requests under way at once.
        requests_per_minute: at most so many, evenly spaced; None for no limit.
        timeout: seconds to wait for an answer.
        retries: how many times a request is repeated that may succeed later.
        first_pause: seconds before the first repetition; later ones wait twice as long each.

    Attributes:
        name: what the server calls the model, or the last part of that where it is a path.
        batch_size: how many requests to hand over at once so that the server stays busy.

    Raises:
        ModelError: a setting makes no sense, or OpenAI's own server is to be asked without a key.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        max_new_tokens: int = 64,
        concurrency: int = 16,
        requests_per_minute: float | None = None,
        timeout: float = 120.0,
        retries: int = 5,
        first_pause: float = 1.0,
    ) -> None:
        _check(model, concurrency, requests_per_minute, timeout)
        for library in ("httpx", "httpx2"):
            logging.getLogger(library).setLevel(logging.WARNING)  # they log a line a request
        is_path = PurePath(model).is_absolute() or Path(model).is_dir()
        self.name = Path(model).resolve().name if is_path else model
        self.batch_size = _AHEAD * concurrency
        self._model = model
        self._address = access.find(base_url)
        self._longest = max_new_tokens
        self._decoding: dict[str, Any] = {"temperature": 0, "max_tokens": max_new_tokens}
        self._concurrency = concurrency
        self._pace = Pace(requests_per_minute)
        self._timeout = timeout
        self._retries = retries
        self._first_pause = first_pause
        self._in_use = False

    def describe(self) -> dict[str, Any]:
        """All that is known here of what the answers depend on."""
        return {
            "name": self.name,
            "backend": "openai",
            "base_url": self._address.shown,
            "decoding": {"temperature": 0, "max_new_tokens": self._longest},
            "versions": {"openai": openai.__version__},
        }

    def generate(self, requests: Sequence[Request]) -> list[Answer]:
        """Answer each request, in order; a failure is an `Answer` with its error.

        Raises:
            ModelError: nothing was answered so far, and the server cannot be reached, or takes
                neither the key nor the model.
        """
        if not requests:
            return []
        with start_blocking_portal() as portal:  # also where an event loop runs, as in notebooks
            return portal.call(self._generate, requests)

    async def _generate(self, requests: Sequence[Request]) -> list[Answer]:
        gate = asyncio.Semaphore(self._concurrency)
        urls: dict[int, str] = {}

        def url_of(image: Image) -> str:
            if id(image) not in urls:
                urls[id(image)] = data_url(image)
            return urls[id(image)]

        async def ask(request: Request) -> Answer | ModelError:
            async with gate:
                try:
                    return await self._ask(client, messages(request, url_of))
                except Exception as error:
                    return self._failed(error)

        trial = len(requests) if self._in_use else _TRIAL
        async with self._client() as client:
            outcomes = await asyncio.gather(*map(ask, requests[:trial]))
            useless = [outcome for outcome in outcomes if isinstance(outcome, ModelError)]
            if not self._in_use and len(useless) == len(outcomes):
                raise useless[0]
            self._in_use = True
            outcomes += await asyncio.gather(*map(ask, requests[trial:]))
        return [
            Answer("", error=str(outcome)) if isinstance(outcome, ModelError) else outcome
            for outcome in outcomes
        ]

    def _client(self) -> openai.AsyncOpenAI:
        return openai.AsyncOpenAI(
            api_key=access.key() or "none",
            base_url=self._address.base_url,
            default_query=self._address.query,
            timeout=openai.Timeout(None, connect=min(self._timeout, _LONGEST_CONNECT)),
            max_retries=0,  # its own repetitions give up where Retry-After is above two minutes
        )

    async def _ask(self, client: openai.AsyncOpenAI, said: list[dict[str, Any]]) -> Answer:
        """Ask until there is an answer or no more hope of one."""
        attempt = 0
        while True:
            await self._pace.turn()
            sent = dict(self._decoding)
            options: dict[str, Any] = {"model": self._model, "messages": said, **sent}
            try:
                async with asyncio.timeout(self._timeout):
                    return read(await client.chat.completions.create(**options), self._longest)
            except (openai.APIError, TimeoutError) as error:
                if not self._adapt(error, sent):
                    if attempt == self._retries or not failures.is_passing(error):
                        raise
                    header = failures.retry_after(error)
                    await asyncio.sleep(pause(attempt, self._first_pause, header))
                    attempt += 1

    def _adapt(self, error: Exception, sent: dict[str, Any]) -> bool:
        """Leave or rename what the server refuses; whether this makes the request a new one."""
        refused = failures.refused_setting(error)
        if refused not in sent:
            return False
        if refused in self._decoding:  # the first of those under way that learns of it
            value = self._decoding.pop(refused)
            if refused == "max_tokens":
                self._decoding["max_completion_tokens"] = value
            else:
                logger.warning("%s: refuses %s %s, and uses its own", self.name, refused, value)
        return True

    def _failed(self, error: Exception) -> Answer | ModelError:
        """Record a failure, or where every other request must fail likewise, say what to do."""
        path = self._model if self._model != self.name else ""
        said = failures.reason(error, (*self._address.secrets, path))
        cure = failures.cure(error)
        if cure is None:
            return Answer("", error=said)
        return ModelError(f"{self.name} at {self._address.shown}: {cure} ({said})")


def _check(model: str, concurrency: int, per_minute: float | None, timeout: float) -> None:
    if not model:
        raise ModelError("openai: no model is named; give --model openai:MODEL")
    if concurrency < 1 or timeout <= 0 or (per_minute is not None and per_minute <= 0):
        raise ModelError("--concurrency, --timeout and --requests-per-minute must be above zero")
