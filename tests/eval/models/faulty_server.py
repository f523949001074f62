"""A chat-completions server on loopback that fails as the words of a prompt tell it to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Arrival:
    """A request as it came in; times are of the monotonic clock, in seconds."""

    prompt: str
    time: float
    path: str
    authorization: str
    body: dict[str, Any]


@dataclass
class FaultyServer:
    """Use as a context manager; the last word of a prompt with a meaning here is obeyed.

    Attributes:
        says: what it answers; None to repeat the prompt.
        well: whether to ignore the words, and answer everything.
        takes: the name of the model that it has; None for any.
        together: so many requests with the word "together" wait for each other.
        arrivals: all requests, in order.
        most: requests that were under way at once, at the most.
    """

    says: str | None = None
    well: bool = False
    takes: str | None = None
    together: int = 1
    arrivals: list[Arrival] = field(default_factory=list)
    most: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._now = 0
        self._closing = threading.Event()
        self._barrier = threading.Barrier(self.together)

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"faulty": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def asked(self, prompt: str) -> list[Arrival]:
        """The requests with a prompt."""
        return [arrival for arrival in self.arrivals if arrival.prompt == prompt]

    def arrive(self, arrival: Arrival) -> int:
        """Count a request; says how many there were before it with the same prompt."""
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            self.arrivals.append(arrival)
            return len(self.asked(arrival.prompt)) - 1

    def leave(self) -> None:
        """A request is about to be answered."""
        with self._lock:
            self._now -= 1

    def hang(self) -> None:
        """Do nothing until the test is over."""
        self._closing.wait(60)

    def meet(self) -> None:
        """Wait for the others, and a little longer for those who should not come."""
        self._barrier.wait(20)
        time.sleep(0.05)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """Clients that went away are no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    faulty: FaultyServer

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        content = body["messages"][-1]["content"]
        self.prompt = content if isinstance(content, str) else content[-1]["text"]
        self.body = body
        arrival = Arrival(
            self.prompt, time.monotonic(), self.path, self.headers["Authorization"] or "", body
        )
        before = self.faulty.arrive(arrival)
        words = [] if self.faulty.well else [w for w in self.prompt.split() if w in _FAULTS]
        if urlsplit(self.path).path != "/v1/chat/completions":
            self.fail(404, "Not Found")
        elif self.faulty.takes not in (None, body["model"]):
            self.fail(404, f"The model `{body['model']}` does not exist.")
        elif not words or not _FAULTS[words[-1]](self, before):
            self.answer(self.faulty.says or self.prompt)

    def send(self, content: bytes, status: int = 200, **headers: str) -> None:
        self.faulty.leave()
        self.send_response(status)
        named = {"Content-Type": "application/json", "Content-Length": str(len(content))}
        for name, value in (named | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def send_json(self, content: Any, status: int = 200, **headers: str) -> None:
        self.send(json.dumps(content).encode(), status, **headers)

    def answer(self, text: Any, finish: str = "stop", **message: Any) -> None:
        said = {"role": "assistant", "content": text, **message}
        choice = {"index": 0, "message": said, "finish_reason": finish}
        self.complete([choice])

    def complete(self, choices: Any) -> None:
        usage = {"prompt_tokens": 9, "completion_tokens": 7, "total_tokens": 16}
        kind = {"id": "1", "object": "chat.completion", "created": 1, "model": self.body["model"]}
        self.send_json(kind | {"choices": choices, "usage": usage})

    def fail(
        self, status: int, message: str, *, code: str = "", param: str = "", **headers: str
    ) -> None:
        self.send_json(
            {"error": {"message": message, "code": code, "param": param}}, status, **headers
        )

    def cut(self, content: bytes) -> None:
        self.faulty.leave()
        if content:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content) + 100))
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()
        self.close_connection = True


# Each fault is given how often its prompt was seen before; it returns None where the request is
# to be answered after all, and anything else where it is dealt with.
_Fault = Callable[[_Handler, int], object]


def _always(act: Callable[[_Handler], None]) -> _Fault:
    return lambda handler, _before: [act(handler)]


def _once(act: Callable[[_Handler], None]) -> _Fault:
    return lambda handler, before: None if before else [act(handler)]


def _dribble(handler: _Handler) -> None:
    handler.faulty.leave()
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    while not handler.faulty._closing.wait(0.02):
        handler.wfile.write(b" ")


def _other_words(handler: _Handler, _before: int) -> object:
    if "max_tokens" in handler.body:
        return [handler.fail(400, _UNSUPPORTED["max_tokens"])]
    if "temperature" in handler.body:
        return [handler.fail(400, _UNSUPPORTED["temperature"], param="temperature")]
    return None


def _in_date(seconds: float) -> str:
    return formatdate(time.time() + seconds, usegmt=True)


_UNSUPPORTED = {  # as OpenAI's reasoning models word it
    "max_tokens": "Unsupported parameter: 'max_tokens' is not supported with this model. "
    "Use 'max_completion_tokens' instead.",
    "temperature": "'temperature' does not support 0 with this model.",
}

_FAULTS: dict[str, _Fault] = {
    "limit-once": _once(lambda h: h.fail(429, "Slow down.", Retry_After="1.2")),
    "limit-until": _once(lambda h: h.fail(429, "Slow down.", Retry_After=_in_date(2.5))),
    "limit-always": _always(lambda h: h.fail(429, "Slow down.")),
    "no-credit": _always(lambda h: h.fail(429, "You are broke.", code="insufficient_quota")),
    "error-once": _once(lambda h: h.fail(500, "Oh dear.")),
    "error-always": _always(lambda h: h.fail(503, "Overloaded.")),
    "timeout-once": _once(lambda h: h.fail(408, "Too slow.")),
    "conflict-once": _once(lambda h: h.fail(409, "Locked.")),
    "hang-once": _once(lambda h: h.faulty.hang()),
    "hang-always": _always(lambda h: h.faulty.hang()),
    "dribble": _always(_dribble),
    "cut-once": _once(lambda h: h.cut(b'{"choices": [')),
    "cut-always": _always(lambda h: h.cut(b'{"choices": [')),
    "drop-always": _always(lambda h: h.cut(b"")),
    "not-json": _always(lambda h: h.send(b'{"choices": [{]')),
    "html": _always(lambda h: h.send(b"<html>Log in</html>", Content_Type="text/html")),
    "number": _always(lambda h: h.send_json(7)),
    "list": _always(lambda h: h.send_json([{"choices": 1}])),
    "other-json": _always(lambda h: h.send_json({"error": "in the wrong place"})),
    "no-choices": _always(lambda h: h.complete([])),
    "null-choices": _always(lambda h: h.complete(None)),
    "no-message": _always(lambda h: h.complete([{"index": 0}])),
    "no-text": _always(lambda h: h.answer(None)),
    "blank-text": _always(lambda h: h.answer(" \n")),
    "refuses": _always(lambda h: h.answer(None, refusal="I won't.")),
    "thinks-too-long": _always(lambda h: h.answer(None, "length", reasoning_content="Hm. B?")),
    "thinks": _always(lambda h: h.answer("B", reasoning_content="Perhaps D.")),
    "no-key": _always(lambda h: h.fail(401, f"Wrong key: {h.headers['Authorization']}")),
    "forbidden": _always(lambda h: h.fail(403, "Not for you.")),
    "unknown": _always(lambda h: h.fail(404, "No such model.")),
    "bad": _always(lambda h: h.fail(400, f"{h.headers['Authorization']} {json.dumps(h.body)}")),
    "bad-detail": _always(lambda h: h.send_json({"detail": [{"input": h.body}]}, 422)),
    "other-words": _other_words,
    "together": lambda h, _before: h.faulty.meet(),
}
