"""Around every request: its id, its line in the log, and the word to a client that this process ends.

The id is the client's own `X-Request-Id` where that is well-formed, else one of ours; the answer's header has it, and
every line that is logged meanwhile. Lines are written by a thread, several at once: whoever reads the log may be slow.
"""

from __future__ import annotations

import contextvars
import re
import secrets
import sys
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from itertools import count
from typing import IO, Any, Generic, TypeVar, cast

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.heads import Head, KnowsHeads, Meaning, no_heads
from server.lifecycle import Lifecycle
from server.reply import Written
from server.seen import Seen
from server.settings import LogFormat

Inner = TypeVar("Inner", bound=ASGIApp)

REQUEST_ID: contextvars.ContextVar[str | None] = contextvars.ContextVar("request_id", default=None)
"""The id of the request that is being answered; None outside of one."""

WELL_FORMED = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,64}")
"""A client's id that is taken over: nothing that a log or a header could take for something else."""

SHOWN_PATH = 200
"""Characters of the path that are logged."""

FLUSH_SECONDS = 0.2
"""How long a line may wait for others: what a process that is killed takes with it."""

CLOSING_SECONDS = 1.0
"""How long the end of a process waits for a log that is not read."""

MOST_WAITING = 10_000
"""Lines that wait for a log that is not read; what comes after them is dropped, and counted in the log itself."""

_HEADER = b"x-request-id"
_CLOSE = (b"connection", b"close")


class Lines:
    """Writes lines to a stream in a thread of its own."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._waiting: deque[str] = deque()
        self._dropped = 0
        self._more = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="specgraph-log", daemon=True)
        self._thread.start()

    def add(self, line: str) -> None:
        """Have a line written, or dropped where too many wait."""
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(line)
            if not self._more.is_set():
                self._more.set()
        else:
            self._dropped += 1

    def close(self) -> None:
        """Write what waits; a log that is not read is left after `CLOSING_SECONDS`, and never waited for again."""
        self._closing.set()
        self._more.set()
        self._thread.join(timeout=CLOSING_SECONDS)

    def _run(self) -> None:
        while not (self._closing.is_set() and not self._waiting):
            self._more.wait()
            if not self._closing.wait(FLUSH_SECONDS):
                self._more.clear()
            # One by one: a list swapped for another could still be written to by who has it in hand.
            lines = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if self._dropped:
                lines.append(f"{self._dropped} lines were dropped: the log is not read fast enough")
                self._dropped = 0
            try:
                self._stream.write("".join(f"{line}\n" for line in lines))
                self._stream.flush()
            except (OSError, ValueError):  # the disk is full, or the reader is gone: answers matter more
                continue


class Line(msgspec.Struct, rename="camel"):
    """One request in the log. Never what it asked: no query string, no document, no variables."""

    time: str
    request_id: str
    client: str
    method: str
    path: str
    status: int
    milliseconds: float
    level: str = "info"
    logger: str = "specgraph.access"
    operation: str | None = None
    code: str | None = None


def plain(line: Line) -> str:
    """Return the line as people read it."""
    ran = f" {line.operation or '(anonymous)'} {line.code}" if line.code else ""
    return (
        f'INFO:     {line.client} - "{line.method} {line.path}" {line.status}{ran} '
        f"{line.milliseconds:.1f} ms [{line.request_id}]"
    )


def as_json(line: Line) -> str:
    """Return the line as one JSON object."""
    return msgspec.json.encode(line).decode()


class RequestLog(Generic[Inner]):
    """The ASGI application around another one, `inner`."""

    def __init__(
        self,
        inner: Inner,
        lifecycle: Lifecycle,
        *,
        form: LogFormat = "plain",
        stream: Callable[[], IO[str]] | None,
        between: Callable[[ASGIApp], ASGIApp] | None = None,
    ) -> None:
        """`stream` returns where lines are written; None writes none. `between` makes what stands between the two."""
        self.inner = inner
        self._app = between(inner) if between else inner
        self._lifecycle = lifecycle
        self._write = plain if form == "plain" else as_json
        self._stream = stream
        self._lines: Lines | None = None
        # What stands between has to see every request: then none is answered before it.
        self._knowing = cast("KnowsHeads", inner) if not between and hasattr(inner, "meaning") else None
        self.heads: Seen[Head] = self._knowing.heads if self._knowing else no_heads()
        self._ids = map((secrets.token_hex(4) + "-{:x}").format, count(1))
        self.in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with what stands around every request."""
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "lifespan":
            if self._stream is not None:
                self._lines = Lines(self._stream())
            try:
                await self._app(scope, receive, send)
            finally:
                if self._lines is not None:
                    self._lines.close()
        else:
            await self._app(scope, receive, send)

    def meaning(self, scope: Scope) -> Meaning | None:
        """Return what the head of a request means that may be answered at once; None where it may not."""
        return self._knowing.meaning(scope) if self._knowing is not None else None

    def at_once(self, scope: Scope, body: bytes, meaning: Meaning) -> Written | None:
        """Answer a request that needs no waiting, with all that stands around one; None where it goes the ordinary way.

        `body` is the whole body.
        """
        if self._lifecycle.draining:
            return None
        begun = time.perf_counter()
        request_id = self._id_of(scope) if _HEADER in meaning.headers else next(self._ids)
        scope["specgraph.request_id"] = request_id
        token = REQUEST_ID.set(request_id)
        try:
            written = meaning.endpoint.at_once(scope, body, meaning)
        finally:
            REQUEST_ID.reset(token)
        if written is not None:
            written.last = b"x-request-id: %b\r\n" % request_id.encode("ascii")
            if self._lines is not None:
                self._log(self._lines, scope, written.status, request_id, time.perf_counter() - begun)
        return written

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = self._id_of(scope)
        scope["specgraph.request_id"] = request_id
        header = (_HEADER, request_id.encode("ascii"))
        token = REQUEST_ID.set(request_id)
        status = 0
        begun = time.perf_counter()

        def sending(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ()), header]
                if self._lifecycle.draining:
                    headers.append(_CLOSE)
                message["headers"] = headers
            return send(message)

        self.in_flight += 1
        try:
            await self._app(scope, receive, sending)
        finally:
            self.in_flight -= 1
            REQUEST_ID.reset(token)
            if self._lines is not None:
                self._log(self._lines, scope, status, request_id, time.perf_counter() - begun)

    def _id_of(self, scope: Scope) -> str:
        for name, value in scope["headers"]:
            if name == _HEADER:
                if WELL_FORMED.fullmatch(value):
                    return str(value, "ascii")
                break
        return next(self._ids)

    def _log(self, lines: Lines, scope: MutableMapping[str, Any], status: int, request_id: str, seconds: float) -> None:
        client = scope.get("client") or ("-", 0)
        observed = scope.get("specgraph.observed")
        path = scope.get("raw_path") or scope["path"].encode("utf-8", "backslashreplace")
        line = Line(
            datetime.now(UTC).isoformat(timespec="milliseconds"),
            request_id,
            f"{client[0]}:{client[1]}",
            scope["method"],
            path[:SHOWN_PATH].decode("ascii", "backslashreplace"),
            status,
            round(1000 * seconds, 1),
        )
        if observed is not None:
            line.operation, line.code = observed
        lines.add(self._write(line))


def standard_output() -> IO[str]:
    """Return where lines of requests go."""
    return sys.stdout
