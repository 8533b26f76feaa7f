"""A keep-alive HTTP client that does as little as can be: one connection, ready bytes out, an answer's bytes in."""

from __future__ import annotations

import json
import random
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"
CHUNK = 1 << 20
PATIENCE_SECONDS = 300


class BadAnswer(Exception):
    """An answer that is not 200 or has no length."""


def request_bytes(port: int, path: str, document: str) -> bytes:
    """Return a POST of a document."""
    body = json.dumps({"query": document}).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Accept: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass(frozen=True)
class Connection:
    """One connection to a server on this machine."""

    socket: socket.socket

    @classmethod
    @contextmanager
    def to(cls, port: int) -> Iterator[Connection]:
        """Connect for the length of a block, from an address that no connection had for long.

        A server that bounds what one client may ask for in a minute counts each as a client of its own.
        """
        source = (f"127.{random.randrange(1, 255)}.{random.randrange(256)}.{random.randrange(1, 255)}", 0)
        with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS, source_address=source) as connected:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield cls(connected)

    def ask(self, request: bytes) -> bytes:
        """Send a request, and return the body of the answer; raises `BadAnswer`."""
        self.send(request)
        return self.receive()

    def send(self, request: bytes) -> None:
        """Send a request."""
        self.socket.sendall(request)

    def receive(self) -> bytes:
        """Return the body of the next answer; raises `BadAnswer`."""
        received = bytearray()
        while (end := received.find(_END)) < 0:
            received += self._received()
        head = bytes(received[:end])
        length = _LENGTH.search(head)
        if length is None or b" 200 " not in head.partition(b"\r\n")[0]:
            raise BadAnswer(bytes(received[:2000]).decode(errors="replace"))
        start, stop = end + len(_END), end + len(_END) + int(length[1])
        while len(received) < stop:
            received += self._received()
        return bytes(received[start:stop])

    def _received(self) -> bytes:
        data = self.socket.recv(CHUNK)
        if not data:
            raise BadAnswer("the server closed the connection")
        return data
