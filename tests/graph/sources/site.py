"""A real HTTP server on 127.0.0.1 in a thread, which can be told to misbehave."""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[["Handler"], None]


class Site:
    """Files by path, and what to do in place of serving them: the first behaviour of a path first."""

    def __init__(self, port: int, scheme: str) -> None:
        self.base = f"{scheme}://127.0.0.1:{port}"
        self.files: dict[str, bytes] = {}
        self.behaviours: dict[str, list[Behaviour]] = {}
        self.asked: list[tuple[str, Message]] = []
        self.etags = True
        self.dates: dict[str, str] = {}
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for, in their order."""
        return [path for path, _ in self.asked]

    def headers(self, path: str) -> list[Message]:
        """The headers of all requests for a path."""
        return [headers for asked, headers in self.asked if asked == path]

    def then(self, path: str, *behaviours: Behaviour) -> None:
        self.behaviours.setdefault(path, []).extend(behaviours)

    @contextmanager
    def counted(self, handler: Handler) -> Iterator[None]:
        with self._lock:
            self.asked.append((handler.path, handler.headers))
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            yield
        finally:
            with self._lock:
                self._at_once -= 1


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        with self.site.counted(self):
            waiting = self.site.behaviours.get(self.path)
            behaviour = waiting.pop(0) if waiting else Handler.serve
            try:
                behaviour(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def serve(self) -> None:
        body = self.site.files.get(self.path)
        if body is None:
            return self.answer(404, b"no such file")
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        known = {"ETag": tag, "Accept-Ranges": "bytes"} if self.site.etags else {}
        if self.path in self.site.dates:
            known["Last-Modified"] = self.site.dates[self.path]
        if (self.site.etags and self.headers.get("If-None-Match") == tag) or (
            not self.site.etags and self.headers.get("If-Modified-Since") == known.get("Last-Modified", "")
        ):
            return self.answer(304, b"", **known)
        asked = self.headers.get("Range")
        if asked is not None and self.headers.get("If-Range") in (tag, known.get("Last-Modified")):
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            where = f"bytes {start}-{len(body) - 1}/{len(body)}"
            return self.answer(206, body[start:], **known, **{"Content-Range": where})
        return self.answer(200, body, **known)

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.begin(status, **headers, **({} if status == 304 else {"Content-Length": str(len(body))}))
        self.wfile.write(body)

    def begin(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    @property
    def body(self) -> bytes:
        return self.site.files[self.path]

    def hang_up(self) -> None:
        self.wfile.flush()
        self.close_connection = True
        self.connection.close()


def status(code: int, **headers: str) -> Behaviour:
    return lambda handler: handler.answer(code, b"no", **{k.replace("_", "-"): v for k, v in headers.items()})


def redirect(to: str, code: int = 302) -> Behaviour:
    return status(code, Location=to)


def cut(after: int, *, etag: str | None = '"one"', **headers: str) -> Behaviour:
    """Announce the whole file, send some bytes of it and hang up."""

    def behave(handler: Handler) -> None:
        known = {} if etag is None else {"ETag": etag}
        handler.begin(200, **known, **headers, **{"Content-Length": str(len(handler.body))})
        handler.wfile.write(handler.body[:after])
        handler.hang_up()

    return behave


def cut_whole_etag(after: int) -> Behaviour:
    """Like `cut`, with the ETag that the whole file is served with."""

    def behave(handler: Handler) -> None:
        cut(after, etag=f'"{hashlib.sha256(handler.body).hexdigest()[:16]}"')(handler)

    return behave


def slow(seconds: float) -> Behaviour:
    """Send the first byte, and the rest much later."""

    def behave(handler: Handler) -> None:
        handler.begin(200, **{"Content-Length": str(len(handler.body))})
        handler.wfile.write(handler.body[:1])
        time.sleep(seconds)
        handler.wfile.write(handler.body[1:])

    return behave


def drip(pause: float) -> Behaviour:
    """Send byte by byte."""

    def behave(handler: Handler) -> None:
        handler.begin(200, **{"Content-Length": str(len(handler.body))})
        for at in range(len(handler.body)):
            handler.wfile.write(handler.body[at : at + 1])
            time.sleep(pause)

    return behave


def wait_first(seconds: float) -> Behaviour:
    def behave(handler: Handler) -> None:
        time.sleep(seconds)
        handler.serve()

    return behave


def zipped(handler: Handler) -> None:
    """Send the file with a content encoding, whether it was asked for or not."""
    handler.answer(200, gzip.compress(handler.body), **{"Content-Encoding": "gzip", "ETag": '"zipped"'})


def chunked(handler: Handler, *, whole: bool = True) -> None:
    handler.begin(200, **{"Transfer-Encoding": "chunked"})
    for at in range(0, len(handler.body), 1000):
        part = handler.body[at : at + 1000]
        handler.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
    if whole:
        handler.wfile.write(b"0\r\n\r\n")
    else:
        handler.hang_up()


def endless(handler: Handler) -> None:
    """Send without an end and without saying how much."""
    handler.begin(200, Connection="close")
    while True:
        handler.wfile.write(bytes(100_000))


@contextmanager
def running(*, scheme: str = "http", wrap: Callable[[ThreadingHTTPServer], None] | None = None) -> Iterator[Site]:
    """Serve a site on a free port until the end of the block."""

    class Own(Handler):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    if wrap is not None:
        wrap(server)
    site = Site(server.server_address[1], scheme)
    Own.site = site
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
