"""An answer as HTTP has it, with headers that are made once, and on their way by the fewest ASGI messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import orjson
from starlette.types import Message, Send

from schema.execution.pieces import Pieces
from server.graphql_request import RequestRefused
from server.media import EVENT_STREAM, GRAPHQL_RESPONSE, JSON

Header = tuple[bytes, bytes]

SECURITY: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)
"""On every answer that is no page: it is data, and no browser is to make anything else of it."""

_VARY: Header = (b"vary", b"Accept, Accept-Encoding")

_OF_TYPE: Mapping[str, tuple[Header, ...]] = {
    media_type: ((b"content-type", f"{media_type}; charset=utf-8".encode()), _VARY, *SECURITY)
    for media_type in (JSON, GRAPHQL_RESPONSE, EVENT_STREAM)
}


@dataclass(slots=True)
class Reply:
    """What is sent: a status, headers without `Content-Length`, and a body; `clean` tells that it has no errors."""

    status: int
    headers: list[Header]
    body: bytes
    clean: bool = False

    def compress(self, coding: str, body: bytes) -> None:
        """Take the body in a content coding, if that is the shorter one."""
        if len(body) < len(self.body):
            self.body = body
            self.headers.append(_encoded(coding))

    async def send(self, send: Send) -> None:
        """Send it."""
        if self.status not in (HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT):
            self.headers.append((b"content-length", b"%d" % len(self.body)))
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


@dataclass(slots=True)
class Written:
    """An answer as HTTP/1.1 writes it: its status, lines of its head, those that come `last` in it, and its body.

    The body is in pieces, of so many bytes together.
    """

    status: int
    lines: bytes
    pieces: Pieces
    size: int
    last: bytes = b""

    def head(self, first: bytes) -> bytes:
        """Return the head, with lines that come first in it."""
        length = b"content-length: %d\r\n" % self.size
        return b"".join((_status_line(self.status), first, self.lines, length, self.last, b"\r\n"))


@lru_cache
def _status_line(status: int) -> bytes:
    return b"HTTP/1.1 %d %b\r\n" % (status, HTTPStatus(status).phrase.encode())


@lru_cache
def typed_lines(media_type: str, coding: str | None) -> bytes:
    """Return the lines of an answer in a media type, `coding` being that of its body."""
    headers = typed(media_type)
    return lines_of(headers if coding is None else [*headers, _encoded(coding)])


def lines_of(headers: Iterable[Header]) -> bytes:
    """Return headers as lines."""
    return b"".join([b"%b: %b\r\n" % pair for pair in headers])


def _encoded(coding: str) -> Header:
    return (b"content-encoding", coding.encode())


def typed(media_type: str) -> list[Header]:
    """Return the headers of an answer in a media type."""
    return list(_OF_TYPE[media_type])


def secured(send: Send) -> Send:
    """Return a `send` that adds the security headers that an answer does not have of itself."""

    async def send_secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(pair for pair in SECURITY if pair[0] not in given)]
        await send(message)

    return send_secured


def refusal(refused: RequestRefused, media_type: str) -> Reply:
    """Return the answer to a request that was refused."""
    error: dict[str, Any] = {"message": refused.message, "extensions": {"code": refused.code}}
    headers = typed(media_type)
    headers.extend((name.lower().encode(), value.encode()) for name, value in refused.headers.items())
    return Reply(refused.status, headers, orjson.dumps({"errors": [error]}))
