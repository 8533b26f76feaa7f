"""One attempt to get one file: what is asked of the server, what its answer means, and its body into the cache."""

from __future__ import annotations

import gzip
import hashlib
import re
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import urllib3
from msgspec.structs import replace
from urllib3.exceptions import InvalidHeader

from graph.errors import SourceTooLarge
from graph.sources.bounds import KIB, byte_count
from graph.sources.cache import Entry, Part, Slot, sha256_of
from graph.sources.client import Client, Failure, status_text
from graph.sources.compression import CHUNK

_ABSENT = frozenset({403, 404, 410})
"""Answers that say that there is no such file. Buckets that cannot be listed say 403."""

_COME_AGAIN = frozenset({408, 425, 429})
"""Answers to ask again after, as after all of 500 and more."""

_REASON_BYTES = 64 * KIB
"""How much is read of the page that says that there is no such file."""

_CONTENT_RANGE = re.compile(r"bytes (?P<start>\d+)-\d+/(?P<total>\d+|\*)")

_ENCODINGS = {"": "", "identity": "", "gzip": "gzip", "x-gzip": "gzip"}


class Absent(NamedTuple):
    """The server has no such file, for which it gave this status."""

    status: int


class Amounts:
    """How many bytes were received, and how many are expected: of all threads together. `tell` is called of each."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self.received = 0
        self.expected = 0

    @contextmanager
    def expected_of(self, announced: int | None) -> Iterator[Amount]:
        """Yield what counts the bytes of one body; those that did not come by its end are not expected any more."""
        amount = Amount(self, announced or 0)
        self.add(0, amount.missing)
        try:
            yield amount
        finally:
            self.add(0, -amount.missing)

    def add(self, received: int, expected: int) -> None:
        """Count bytes."""
        with self._lock:
            self.received += received
            self.expected += expected
        if received:
            self._tell()


class Amount:
    """The bytes of one body, of which so many are missing of those that were announced."""

    def __init__(self, total: Amounts, announced: int) -> None:
        self._total = total
        self.missing = announced

    def receive(self, size: int) -> None:
        """Count bytes that came."""
        announced = min(size, self.missing)
        self.missing -= announced
        self._total.add(size, size - announced)


class Receiver:
    """What takes files from servers. `limit` is how many bytes one may have, as sent and as decoded."""

    def __init__(self, client: Client, *, limit: int, amounts: Amounts, stop: threading.Event) -> None:
        self._client = client
        self._limit = limit
        self._amounts = amounts
        self._stop = stop

    def receive(
        self, address: str, slot: Slot, known: Entry | None, *, sha256: str | None, until: float
    ) -> Entry | Absent:
        """Ask for a file once and return it, or that there is none; all else raises `Failure` or `SourceTooLarge`.

        `known` is the file that the cache has: it is kept where the server says that it is the same still. `until`
        is when to give up, as `time.monotonic` counts.
        """
        begun = slot.begun()
        headers = {"Accept-Encoding": "gzip" if sha256 is None else "identity"}
        if begun is not None:
            headers |= {"Range": f"bytes={begun[1]}-", "If-Range": begun[0].validator or ""}
        elif known is not None and sha256 is None:
            headers |= _conditions(known)
        with self._client.get(address, headers) as response:
            status = response.status
            if status == 304 and known is not None:
                return known
            if status in _ABSENT:
                response.read(_REASON_BYTES, decode_content=False)  # so that the connection can be used again
                return Absent(status)
            if status == 206 and begun is not None and _goes_on(response, begun[1]):
                return self._body(response, slot, begun[0], at=begun[1], sha256=sha256, until=until)
            if status == 200:
                part = _part_of(response, slot)
                slot.begin(part)
                return self._body(response, slot, part, at=0, sha256=sha256, until=until)
            if status in (206, 416):
                slot.drop_part()  # not the part that was asked for: begin anew
                raise Failure("the server does not go on where the connection broke")
            raise _refusal(response)

    def _body(
        self, response: urllib3.BaseHTTPResponse, slot: Slot, part: Part, *, at: int, sha256: str | None, until: float
    ) -> Entry:
        announced = _length(response)
        if announced is not None:
            self._check_size(at + announced, slot)
        checksum = sha256_of(slot.part) if at else hashlib.sha256()
        size = at
        with slot.part.open("ab" if at else "wb") as file, self._amounts.expected_of(announced) as amount:
            while chunk := response.read1(CHUNK, decode_content=False):
                size += len(chunk)
                self._check_size(size, slot)
                file.write(chunk)
                checksum.update(chunk)
                amount.receive(len(chunk))
                if self._stop.is_set():
                    raise Failure("stopped", lasting=True)
                if time.monotonic() > until:
                    raise Failure("it takes too long (`file_seconds`)", lasting=True)
        found = checksum.hexdigest()
        if sha256 is not None:
            return self._checked(slot, part, found, size, expected=sha256)
        if announced is None and not getattr(response, "chunked", False):
            # Such a body ends where the connection does, be it whole or not: it is asked for again next time.
            part = replace(part, etag=None, last_modified=None)
        return slot.keep(part, sha256=found, size=size)

    def _checked(self, slot: Slot, part: Part, found: str, size: int, *, expected: str) -> Entry:
        """Keep a file that has its checksum, as it was sent or once the encoding is taken off."""
        if found == expected:
            return slot.keep(replace(part, encoding=""), sha256=found, size=size)
        if part.encoding and _decoded_sha256(slot.part, limit=self._limit) == expected:
            return slot.keep(part, sha256=found, size=size)
        slot.drop_part()
        raise Failure(f"damaged: its checksum is {found}, not the one in its name; the server's copy is another")

    def _check_size(self, size: int, slot: Slot) -> None:
        if size > self._limit:
            slot.drop_part()
            raise SourceTooLarge(f"more than {byte_count(self._limit)} (`file_bytes`)", place=slot.address)


def _conditions(known: Entry) -> dict[str, str]:
    conditions = {}
    if known.etag is not None:
        conditions["If-None-Match"] = known.etag
    if known.last_modified is not None:
        conditions["If-Modified-Since"] = known.last_modified
    return conditions


def _part_of(response: urllib3.BaseHTTPResponse, slot: Slot) -> Part:
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise Failure(f"sent in the encoding {encoding!r}, which was not asked for", lasting=True)
    return Part(slot.address, _ENCODINGS[encoding], response.headers.get("ETag"), response.headers.get("Last-Modified"))


def _goes_on(response: urllib3.BaseHTTPResponse, at: int) -> bool:
    match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    return match is not None and int(match["start"]) == at


def _length(response: urllib3.BaseHTTPResponse) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _refusal(response: urllib3.BaseHTTPResponse) -> Failure:
    status = response.status
    answer = f"the server answers {status_text(status)}"
    if status == 401:
        return Failure(f"{answer}: give https://USER:PASSWORD@HOST/…", lasting=True)
    if status in _COME_AGAIN or status >= 500:
        pause = _asked_pause(response)
        asked = "" if pause is None else f", and to come again in {pause:.0f} s"
        return Failure(answer + asked, pause=pause)
    return Failure(f"{answer}: check the address", lasting=True)


def _asked_pause(response: urllib3.BaseHTTPResponse) -> float | None:
    try:
        return urllib3.Retry().get_retry_after(response)
    except InvalidHeader:
        return None


def _decoded_sha256(path: Path, *, limit: int) -> str | None:
    checksum, size = hashlib.sha256(), 0
    try:
        with gzip.open(path) as file:
            while (chunk := file.read(CHUNK)) and size <= limit:
                checksum.update(chunk)
                size += len(chunk)
    except (OSError, EOFError, zlib.error):
        return None
    return checksum.hexdigest()
