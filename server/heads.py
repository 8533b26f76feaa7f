"""Heads of requests that came before, byte for byte: what they mean is kept, and they are not parsed again.

A client on a connection that is kept alive sends the same head with every question of one length. A head is kept only
after uvicorn's own parser (llhttp) has read it, at the start of a message and as the whole of what was read together
with its body, and found it ordinary: `head_of` says what that is. Of the same bytes at the same place the parser would
say the same again, so nothing else is said here.

Where a request ends is what smuggling is about: two readers of one stream who disagree. There is one reader here. What
is taken without the parser is a read that is exactly a kept head and as many bytes as that head's one Content-Length
says; the parser stands at the start of a message before and after it, for it has seen none of it. A read that holds
less, more or anything else goes to the parser whole. `Transfer-Encoding`, folded lines, bare line ends, two lengths or
one that is not written as plain digits: a head with any of these is never kept, whatever the parser makes of it.

What depends on the connection, the moment or the client is not kept: addresses, tokens' validity, allowed hosts and
points are looked at for each request.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol

from server.reply import Written
from server.request_body import Headers
from server.seen import Seen

KEPT_BYTES = 2 * 1024 * 1024
"""Memory for heads: some thousand."""

LONGEST = 2_048
"""Bytes of a head that is kept: a browser's are half as long."""

ENTRY_BYTES = 1_024
BYTES_PER_LINE = 200
"""Memory of a head that is kept, and of each of its lines, beside twice its text."""

END = b"\r\n\r\n"

_NEVER = frozenset({b"transfer-encoding", b"trailer", b"te", b"expect", b"upgrade", b"x-request-id", b"traceparent"})
"""Headers of heads that are not kept: those that say where a body ends, and those that differ each time."""

_OF_CONNECTION = ("client", "server", "scheme", "state")
"""What of a scope is the connection's, and not the head's; of these, who answers at once is told the client alone."""


class Endpoint(Protocol):
    """Answers some requests without waiting for anything, those whose head has a meaning."""

    def at_once(self, scope: MutableMapping[str, Any], body: bytes, meaning: Meaning) -> Written | None:
        """Return the answer to a request with this whole body; None where it is to go the ordinary way."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the head of a POST to an endpoint says: its headers, the answer's media type, and its coding, if any.

    `endpoint` answers such requests.
    """

    endpoint: Endpoint
    headers: Headers
    media_type: str
    coding: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """A head that came before: what of ASGI's scope it makes, how long its body is, and what it means."""

    scope: dict[str, Any]
    length: int
    meaning: Meaning


class KnowsHeads(Protocol):
    """Knows what heads mean."""

    @property
    def heads(self) -> Seen[Head]:
        """Heads that came before."""

    def meaning(self, scope: MutableMapping[str, Any]) -> Meaning | None:
        """Return what a head means; None where its request is to go the ordinary way."""


class AnswersAtOnce(KnowsHeads, Endpoint, Protocol):
    """An application that answers at once where the endpoint of a head does."""


def no_heads() -> Seen[Head]:
    """Return a place for heads."""
    return Seen(max_bytes=KEPT_BYTES, longest=LONGEST, size_of=_size_of)


def _size_of(head: bytes) -> int:
    return ENTRY_BYTES + BYTES_PER_LINE * head.count(b"\n") + 2 * len(head)


def head_of(read: bytes, scope: Mapping[str, Any], body: bytes, meaning: Meaning) -> tuple[bytes, Head] | None:
    """Return the bytes of a head and what is to be kept of it; None where it is not ordinary.

    `read` was read in one piece, and the parser, which was at the start of a message, made of it this scope and this
    body. A head is ordinary where each of its lines is a header, all of them end in CRLF, its first empty line is where
    the parser saw the end of it, and one Content-Length in plain digits is the length of the body.
    """
    end = read.find(END) + len(END)
    head = read[:end]
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    names = [name for name, _ in headers]
    lines = len(headers) + 2  # the first one, and the empty one
    ordinary = (
        head.startswith(b"POST ")
        and scope["http_version"] == "1.1"
        and head.count(b"\r") == head.count(b"\n") == head.count(b"\r\n") == lines
        and read[end:] == body
        and [value for name, value in headers if name == b"content-length"] == [b"%d" % len(body)]
        and _NEVER.isdisjoint(names)
        and all(value.lower() == b"keep-alive" for name, value in headers if name == b"connection")
    )
    if not ordinary:
        return None
    made = {key: value for key, value in scope.items() if key not in _OF_CONNECTION and not key.startswith("specgraph")}
    return head, Head(made, len(body), meaning)
