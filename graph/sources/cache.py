"""The download cache: a folder of what servers sent, each file with what is known of it, shared between processes.

    <cache>/downloads-1/<key>.json           what is known of a file: its data, ETag, checksum
    <cache>/downloads-1/<key>-<sum>.data     the file, as it came
    <cache>/downloads-1/<key>.part           one that is being fetched, or was when the connection broke
    <cache>/downloads-1/<key>.part.json      what is known of that
    <cache>/downloads-1/<key>.lock           who works on the file holds its lock

The key is a digest of the address. A file is whole before it has its name, and its name stands in the `.json` before
that has its own, so that a crash leaves the old or the new. What does not have its checksum any more is as if it
were not there. What is too much for the cache's size is removed by `graph.sources.eviction`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from graph.errors import SourceError
from graph.sources.address import shown_address
from graph.sources.compression import CHUNK
from graph.sources.eviction import KEY_CHARACTERS, Mark, evict, is_at

_FOLDER = "downloads-1"
"""Below the cache's folder; the number is that of this way to lay it out."""

_CLEARED_EVERY = 8
"""Room is made during a reading whenever one in so many of the cache's bytes was received."""

_LOOK_AGAIN_SECONDS = 0.1


class Entry(Struct, frozen=True):
    """What is known of a fetched file. `encoding` is how its bytes are encoded on top of what the file is."""

    address: str
    data: str
    size: int
    sha256: str
    encoding: str = ""
    etag: str | None = None
    last_modified: str | None = None


class Part(Struct, frozen=True):
    """What is known of a file that is being fetched, with which the rest can be asked for."""

    address: str
    encoding: str
    etag: str | None
    last_modified: str | None

    @property
    def validator(self) -> str | None:
        """What `If-Range` takes: a strong ETag, else the date; None where neither is known (RFC 9110, 13.1.5)."""
        if self.etag is not None:
            return None if self.etag.startswith("W/") else self.etag
        return self.last_modified


Known = TypeVar("Known", Entry, Part)


class Cache:
    """The cache's folder, for one reading of sources, which keeps what it uses until `close`.

    Working on a file is for one thread of one process at a time: see `locked`.
    """

    def __init__(self, folder: Path, *, lock_seconds: float, max_bytes: int) -> None:
        self._folder = folder / _FOLDER
        self._lock_seconds = lock_seconds
        self._max_bytes = max_bytes
        self._received = 0
        self._clearing = threading.Lock()
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._mark = Mark(self._folder)
        except OSError as error:
            raise _unusable(folder, error) from error

    @contextmanager
    def locked(self, address: str, *, stopped: Callable[[], bool]) -> Iterator[Slot]:
        """Yield the slot of an address, which no one else has meanwhile.

        Another holder is waited for, as long as `lock_seconds`; then, or where the wait is `stopped`, the error is a
        `SourceError`.
        """
        slot = Slot(self._folder, address)
        file = self._locked_file(slot.lock, stopped=stopped)
        try:
            yield slot
        finally:
            self._received += slot.received
            os.close(file)  # which gives the lock back; the file stays, for others may wait for it

    def make_room(self) -> None:
        """Remove what nobody reads and is too much, where much was received since the last time."""
        if self._received > self._max_bytes // _CLEARED_EVERY and self._clearing.acquire(blocking=False):
            try:
                self._received = 0
                evict(self._folder, self._mark, max_bytes=self._max_bytes, ending=False)
            finally:
                self._clearing.release()

    def close(self) -> None:
        """Say that nothing is read any more, and remove what is too much; what cannot be is left to the next one."""
        with suppress(OSError):
            evict(self._folder, self._mark, max_bytes=self._max_bytes, ending=True)
        with suppress(OSError):
            self._mark.close()

    def _locked_file(self, path: Path, *, stopped: Callable[[], bool]) -> int:
        while True:
            try:
                file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            except OSError as error:
                raise _unusable(self._folder, error) from error
            try:
                self._lock(file, stopped=stopped)
                if is_at(file, path):
                    return file
            except BaseException:
                os.close(file)
                raise
            os.close(file)  # it was removed with what it stood for, before it was locked here

    def _lock(self, file: int, *, stopped: Callable[[], bool]) -> None:
        until = time.monotonic() + self._lock_seconds
        while True:
            try:
                return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            except OSError as error:
                raise _unusable(self._folder, error) from error
            if stopped() or time.monotonic() > until:
                message = f"another process has fetched the same file for {self._lock_seconds:g} s (`lock_seconds`)"
                raise SourceError(message, place=str(self._folder))
            time.sleep(_LOOK_AGAIN_SECONDS)


def _unusable(folder: Path, error: OSError) -> SourceError:
    remedy = "name a folder that can be written for the download cache"
    return SourceError(f"cannot be used: {error.strerror or error}; {remedy}", place=str(folder))


class Slot:
    """The place of one address in the cache."""

    def __init__(self, folder: Path, address: str) -> None:
        self._folder = folder
        self.address = shown_address(address)  # what is written down: a query may be as secret as a password
        self._key = hashlib.sha256(address.encode()).hexdigest()[:KEY_CHARACTERS]
        self.lock = folder / f"{self._key}.lock"
        self.part = folder / f"{self._key}.part"
        self._entry = folder / f"{self._key}.json"
        self._part_known = folder / f"{self._key}.part.json"
        self.received = 0

    def path(self, entry: Entry) -> Path:
        """Return where an entry's file lies."""
        return self._folder / entry.data

    def use(self, entry: Entry) -> Path:
        """Return where an entry's file lies, which is used now."""
        path = self.path(entry)
        os.utime(path)
        return path

    def entry(self) -> Entry | None:
        """Return what is known of the file; None where it is not there, damaged, or of another address."""
        entry = _read(self._entry, Entry)
        if entry is None or entry.address != self.address or Path(entry.data).name != entry.data:
            return None
        try:
            path = self.path(entry)
            whole = path.stat().st_size == entry.size and sha256_of(path).hexdigest() == entry.sha256
        except OSError:
            return None
        return entry if whole else None

    def begun(self) -> tuple[Part, int] | None:
        """Return what is known of a part, and how many bytes there are; None where the rest cannot be asked for."""
        known = _read(self._part_known, Part)
        if known is None or known.address != self.address or known.validator is None:
            return None
        try:
            size = self.part.stat().st_size
        except OSError:
            return None
        return (known, size) if size else None

    def begin(self, part: Part) -> None:
        """Note what is about to be fetched."""
        self.drop_part()
        _write(self._part_known, part)

    def drop_part(self) -> None:
        """Forget what was fetched of a file."""
        # First what is known of it: a part without that is never gone on with.
        self._part_known.unlink(missing_ok=True)
        self.part.unlink(missing_ok=True)

    def keep(self, part: Part, *, sha256: str, size: int) -> Entry:
        """Make the part, which is whole, the file."""
        before = _read(self._entry, Entry)
        data = f"{self._key}-{sha256[:KEY_CHARACTERS]}.data"
        entry = Entry(self.address, data, size, sha256, part.encoding, part.etag, part.last_modified)
        self.received += size
        self.part.replace(self._folder / data)
        _write(self._entry, entry)
        self._part_known.unlink(missing_ok=True)
        if before is not None and before.data != data and Path(before.data).name == before.data:
            (self._folder / before.data).unlink(missing_ok=True)
        return entry


def sha256_of(path: Path) -> hashlib._Hash:
    """Return the checksum of a file, which may be gone on with."""
    checksum = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            checksum.update(chunk)
    return checksum


def _read(path: Path, kind: type[Known]) -> Known | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError, ValueError):
        return None


def _write(path: Path, known: Entry | Part) -> None:
    temporary = path.with_name(f"{path.name}.tmp")  # no one else writes it: the slot is locked
    temporary.write_bytes(msgspec.json.encode(known))
    temporary.replace(path)
