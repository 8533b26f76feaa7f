"""Bounds on connections: how many there are, and how slow a client may be.

uvicorn closes a connection that is idle between two requests, and no other: one that sends half a head, or does not
read its answer, would stay for ever. Here a look at all connections, once a second, closes those that have waited too
long in one of three states; it costs a request nothing. Two looks that see the same exchange in the same state, so
many seconds apart, are the measure.
"""

from __future__ import annotations

import asyncio
import logging
import time
from http import HTTPStatus
from typing import Any, Literal

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.lifecycle import Lifecycle
from server.prompt import Prompt

log = logging.getLogger("specgraph")

LOOK_EVERY_SECONDS = 1.0

PROGRESS_BYTES = 64 * 1024
"""What a client is to take in of its answer within the time that it has: 64 KiB, what the kernel buffers anyway."""

WARN_EVERY_SECONDS = 60.0
"""How often it is said that connections are refused: an attack is not to fill the log."""

State = Literal["head", "body", "answer", "idle"]


def _answer(status: HTTPStatus, message: str, code: str) -> bytes:
    """Return a whole answer in HTTP/1.1, for connections that no application sees."""
    body = msgspec.json.encode({"errors": [{"message": message, "extensions": {"code": code}}]})
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\nconnection: close\r\n"
    return head.encode() + b"retry-after: 2\r\ncontent-length: %d\r\n\r\n" % len(body) + body


_TOO_MANY = _answer(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections: try again later", "OVERLOADED")
_TOO_SLOW = _answer(HTTPStatus.REQUEST_TIMEOUT, "the request took too long", "REQUEST_TIMEOUT")


def bounded(most: int, lifecycle: Lifecycle) -> type[HttpToolsProtocol]:
    """Return uvicorn's protocol, with at most so many connections in this process: the next is told 503, and closed."""
    warned = -WARN_EVERY_SECONDS

    class Bounded(Prompt):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            nonlocal warned
            super().connection_made(transport)
            if len(self.connections) > most:
                lifecycle.refused += 1
                if time.monotonic() - warned >= WARN_EVERY_SECONDS:
                    warned = time.monotonic()
                    log.warning("connections are refused: %d are open, see --max-connections", most)
                transport.write(_TOO_MANY)
                transport.close()

    return Bounded


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
