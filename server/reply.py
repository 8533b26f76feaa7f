"""An answer as HTTP has it, with headers that are made once, and on their way by the fewest ASGI messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from starlette.types import Message, Send

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
            self.headers.append((b"content-encoding", coding.encode()))

    def written(self, more: Iterable[Header]) -> bytes:
        """Return what follows the status line in HTTP/1.1, `more` headers included, all of one piece."""
        lines = [b"%b: %b\r\n" % pair for pair in (*more, *self.headers)]
        return b"%bcontent-length: %d\r\n\r\n%b" % (b"".join(lines), len(self.body), self.body)

    async def send(self, send: Send) -> None:
        """Send it."""
        if self.status not in (HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT):
            self.headers.append((b"content-length", b"%d" % len(self.body)))
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


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
