"""Bounds on connections: how many there are, and how slow a client may be.

uvicorn closes a connection that is idle between two requests, and no other: one that sends half a head, or does not
read its answer, would stay for ever. Here a look at all connections, once a second, closes those that have waited too
long in one of three states; it costs a request nothing. Two looks that see the same exchange in the same state, so
many seconds apart, are the measure.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from http import HTTPStatus
from typing import Any, Literal

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from server.lifecycle import Lifecycle
from server.prompt import Prompt

log = logging.getLogger("specgraph")

LOOK_EVERY_SECONDS = 1.0

PROGRESS_BYTES = 64 * 1024
"""What a client is to take in of its answer within the time that it has: 64 KiB, what the kernel buffers anyway."""

WARN_EVERY_SECONDS = 60.0
"""How often it is said that connections are refused: an attack is not to fill the log."""

MOST_HEADERS = 100
"""Headers of a request, its trailers included; browsers send some 20."""

READ_PER_BYTE = 8
"""Bytes that are read of a request for each that its body may have: chunks of one byte each take six."""

State = Literal["head", "body", "answer", "idle"]


class _HeadRefused(Exception):
    """Ends the parser's work, which wraps it; `answer` says why."""

    def __init__(self, answer: bytes) -> None:
        super().__init__()
        self.answer = answer


def _answer(status: HTTPStatus, message: str, code: str) -> bytes:
    """Return a whole answer in HTTP/1.1, for connections that no application sees."""
    body = msgspec.json.encode({"errors": [{"message": message, "extensions": {"code": code}}]})
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\nconnection: close\r\n"
    again = b"retry-after: 2\r\n" if status is HTTPStatus.SERVICE_UNAVAILABLE else b""
    return head.encode() + again + b"content-length: %d\r\n\r\n" % len(body) + body


_TOO_MANY = _answer(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections: try again later", "OVERLOADED")
_TOO_LARGE = _answer(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    f"the request's line and headers are longer than this server reads, or more than {MOST_HEADERS}",
    "HEAD_TOO_LARGE",
)
_MALFORMED = _answer(
    HTTPStatus.BAD_REQUEST,
    "this is no request in HTTP/1.1 as RFC 9112 has it: look at its line and headers",
    "BAD_REQUEST",
)
_NO_HOST = _answer(
    HTTPStatus.BAD_REQUEST, "a request in HTTP/1.1 has one Host header, neither none nor several", "BAD_REQUEST"
)
_TOO_SLOW = _answer(HTTPStatus.REQUEST_TIMEOUT, "the request took too long", "REQUEST_TIMEOUT")


class Sized(Prompt):
    """Uvicorn's protocol with bounds on what is read of one request.

    A request has one Host (RFC 9112, section 3.2): of two, a proxy before this server may have gone by the other one.
    Its line and headers are at most `max_head_size` bytes; while they come, as many are read beside what came together
    with their beginning. A request that goes on for more than its body may have is cut off.
    """

    max_head_size: int
    max_body_size: int

    _in_head = False
    _came_now = 0  # bytes of this read
    _came = 0  # bytes of the reads that this request is in
    _came_first = 0  # bytes of the one that it began in: what came before it is among them

    def parse(self, data: bytes) -> None:
        """Read what has come, and look at how much it is."""
        self._came_now = len(data)
        self._came += self._came_now
        super().parse(data)
        more = self._came - self._came_first
        if self._in_head:
            if more > self.max_head_size or len(self.headers) > MOST_HEADERS:
                self.refuse(_TOO_LARGE)
        elif not _body_to_come(self.cycle):
            self._came = self._came_first = 0  # it is whole
        elif more > READ_PER_BYTE * self.max_body_size or len(self.headers) > MOST_HEADERS:
            self.transport.close()

    def on_message_begin(self) -> None:
        """Begin to count."""
        super().on_message_begin()
        self._in_head = True
        self._came = self._came_first = self._came_now

    def on_headers_complete(self) -> None:
        """Take the head, if it is not too large, and names one host; HTTP/1.0 may leave that out."""
        self._in_head = False
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts != 1 and (hosts or self.parser.get_http_version() != "1.0"):
            raise _HeadRefused(_NO_HOST)
        if len(self.headers) > MOST_HEADERS or self._came > self.max_head_size:
            self._check_size()
        super().on_headers_complete()

    def _check_size(self) -> None:
        """Do nothing for a head within its bound; what it takes in HTTP/1.1 is counted."""
        line = len(self.parser.get_method()) + len(self.url) + len(b"  HTTP/1.1\r\n\r\n")
        size = line + sum(len(name) + len(value) + len(b": \r\n") for name, value in self.headers)
        if size > self.max_head_size or len(self.headers) > MOST_HEADERS:
            raise _HeadRefused(_TOO_LARGE)

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser does not take, or one of its callbacks."""
        error = getattr(sys.exception(), "__context__", None)
        self.refuse(error.answer if isinstance(error, _HeadRefused) else _MALFORMED)

    def refuse(self, answer: bytes) -> None:
        """Send a whole answer, and close."""
        self.transport.write(answer)
        self.transport.close()


def bounded(most: int, lifecycle: Lifecycle, *, max_head_size: int, max_body_size: int) -> type[HttpToolsProtocol]:
    """Return uvicorn's protocol, with at most so many connections in this process: the next is told 503, and closed.

    `max_head_size` and `max_body_size` are bytes of a request (`Sized`).
    """
    warned = -WARN_EVERY_SECONDS

    class Bounded(Sized):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            nonlocal warned
            super().connection_made(transport)
            if len(self.connections) > most:
                lifecycle.refused += 1
                if time.monotonic() - warned >= WARN_EVERY_SECONDS:
                    warned = time.monotonic()
                    log.warning("connections are refused: %d are open, see --max-connections", most)
                self.refuse(_TOO_MANY)

    Bounded.max_head_size, Bounded.max_body_size = max_head_size, max_body_size
    return Bounded


class Socket(WebSocketsSansIOProtocol):
    """Uvicorn's protocol of WebSockets, for which a text that is no UTF-8 is a client's fault, as it is in HTTP."""

    def send_receive_event_to_app(self) -> None:
        """Hand a message over; what is no text closes the socket (1007), and is a warning, not an error of ours."""
        if self.curr_msg_data_type == "text" and not self.close_sent:
            whole = b"".join(self.frames)
            try:
                whole.decode()
            except UnicodeDecodeError:
                self.frames = []
                self.logger.warning("Invalid UTF-8 sequence received from client.")
                self.conn.send_close(1007)
                self.handle_parser_exception()
                return
            self.frames = [whole]
        super().send_receive_event_to_app()


def _body_to_come(cycle: Any) -> bool:
    """Tell whether a part of the body is still to be read; a new connection has no cycle."""
    return cycle is not None and bool(cycle.more_body)


def state_of(connection: Any) -> State:
    """Tell what a connection of uvicorn's waits for; of a WebSocket, only a reader that is slow."""
    if connection.transport is not None and connection.transport.get_write_buffer_size():
        return "answer"
    if not isinstance(connection, HttpToolsProtocol):
        return "idle"
    cycle = connection.cycle
    if not _answering(cycle):
        return "idle" if connection.timeout_keep_alive_task is not None else "head"
    return "body" if cycle.more_body else "idle"


def _answering(cycle: Any) -> bool:
    """Tell whether the request of a cycle has begun and not ended; a new connection has no cycle."""
    return cycle is not None and not cycle.response_complete


class Patience:
    """Closes connections whose client has kept them waiting for `seconds`."""

    def __init__(self, connections: set[Any], seconds: float, lifecycle: Lifecycle) -> None:
        self._connections = connections
        self._seconds = seconds
        self._lifecycle = lifecycle
        self._seen: dict[Any, tuple[State, Any, int, float]] = {}

    async def keep_looking(self) -> None:
        """Look about once a second; ends only by being cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            self.look(time.monotonic())

    def look(self, now: float) -> None:
        """Look at all connections at this time, in seconds of a clock that is never set."""
        seen: dict[Any, tuple[State, Any, int, float]] = {}
        for connection in tuple(self._connections):
            state = state_of(connection)
            if state == "idle":
                continue
            exchange = getattr(connection, "cycle", None), getattr(connection, "repeated", 0)
            left = connection.transport.get_write_buffer_size()
            before = self._seen.get(connection)
            if before is None or before[0] != state or before[1] != exchange or before[2] - left >= PROGRESS_BYTES:
                seen[connection] = state, exchange, left, now
            elif now - before[3] < self._seconds:
                seen[connection] = before
            else:
                self._close(connection, state)
        self._seen = seen

    def _close(self, connection: Any, state: State) -> None:
        self._lifecycle.timed_out += 1
        if state == "answer":  # it does not read: what is written would wait behind the rest
            connection.transport.abort()
            return
        if state == "head":
            connection.transport.write(_TOO_SLOW)
        connection.transport.close()
