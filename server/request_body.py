"""A request's headers and body, straight from the ASGI messages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from starlette.types import Receive

from server.graphql_request import RequestRefused
from server.media import JSON, parse_media_type

Headers = Mapping[bytes, bytes]
"""A request's headers by their lower-case names; those that were given several times are joined by commas."""


class ClientGone(Exception):
    """The client has left before its request was whole: nobody is there to read an answer."""


def headers_of(raw: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return the headers by name, those given several times as one list (RFC 9110, section 5.3)."""
    pairs = raw if isinstance(raw, list) else list(raw)
    headers = dict(pairs)
    if len(headers) != len(pairs):
        joined: dict[bytes, bytes] = {}
        for name, value in pairs:
            joined[name] = joined[name] + b"," + value if name in joined else value
        return joined
    return headers


def check_content(headers: Headers) -> None:
    """Do nothing for a body that is JSON in UTF-8, uncompressed; raises `RequestRefused` for another."""
    given = headers.get(b"content-type")
    if given != b"application/json":
        text = given.decode("latin-1") if given else ""
        media_type = parse_media_type(text) if text else None
        if media_type is None or media_type.name != JSON or not media_type.is_utf8:
            wanted = "send Content-Type: application/json, in UTF-8"
            raise _unsupported(f"the body's type is {text or 'not given'}: {wanted}")
    encoding = headers.get(b"content-encoding")
    if encoding is not None and encoding.strip().lower() not in (b"", b"identity"):
        raise _unsupported(f"the body's encoding is {encoding.decode('latin-1')}: send it uncompressed")


def _unsupported(message: str) -> RequestRefused:
    return RequestRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message, {"Accept": JSON})


async def body_of(receive: Receive, headers: Headers, *, max_size: int, seconds: float) -> bytes:
    """Read a body of at most `max_size` bytes, which is to be whole `seconds` after its first part.

    Raises `RequestRefused`, and `ClientGone`. The limit is kept here and not by Starlette's `max_body_size`, which
    answers in plain text.
    """
    declared = headers.get(b"content-length")
    if declared is not None and declared.isdigit() and int(declared) > max_size:
        raise _too_large(max_size)
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    body: bytes = message.get("body", b"")
    if message.get("more_body", False):
        return await _rest(receive, bytearray(body), max_size=max_size, seconds=seconds)
    if len(body) > max_size:
        raise _too_large(max_size)
    return body


async def _rest(receive: Receive, body: bytearray, *, max_size: int, seconds: float) -> bytes:
    try:
        async with asyncio.timeout(seconds):
            more = True
            while more:
                if len(body) > max_size:
                    raise _too_large(max_size)
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
                body += message.get("body", b"")
                more = message.get("more_body", False)
    except TimeoutError:
        raise RequestRefused(
            HTTPStatus.REQUEST_TIMEOUT,
            "REQUEST_TIMEOUT",
            f"the body was not whole after {seconds:g} seconds",
            {"Connection": "close"},
        ) from None
    if len(body) > max_size:
        raise _too_large(max_size)
    return bytes(body)


def _too_large(max_size: int) -> RequestRefused:
    return RequestRefused(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "CONTENT_TOO_LARGE",
        f"the body is over {max_size} bytes, the most that this server reads",
    )
