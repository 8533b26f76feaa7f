"""Files of servers into the download cache: conditional, in several attempts, going on where a connection broke."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from pathlib import Path
from typing import NamedTuple

from graph.errors import SourceError
from graph.sources.address import shown_address, split_address, without_user
from graph.sources.bounds import Bounds
from graph.sources.cache import Cache, Entry, Slot
from graph.sources.client import Client, Failure
from graph.sources.receive import Absent, Amounts, Receiver
from graph.sources.transfer import Transfer

_TELL_SECONDS = 0.2
"""How often progress is told while a file is waited for."""


class Fetched(NamedTuple):
    """A file in the cache; `encoding` is how its bytes are encoded on top of what the file is ("" or "gzip")."""

    path: Path
    encoding: str


Task = Callable[[], None]


class Downloads:
    """All that is fetched for one reading of sources. An address is asked for once; safe for several threads.

    `tell` is called now and then while files come in, in the thread that made this and in no other.
    """

    def __init__(self, transfer: Transfer, *, bounds: Bounds, tell: Callable[[], None]) -> None:
        self._tell = tell
        self._transfer = transfer
        self._cache = Cache(transfer.cache, lock_seconds=transfer.lock_seconds, max_bytes=transfer.cache_bytes)
        self._client = Client(transfer)
        self._stop = threading.Event()
        self._amounts = Amounts(self._tell_own)
        self._receiver = Receiver(self._client, limit=bounds.file_bytes, amounts=self._amounts, stop=self._stop)
        self._outcomes: dict[str, Fetched | Absent | SourceError] = {}
        self._owner = threading.get_ident()
        self._told = 0.0
        self._threads: ThreadPoolExecutor | None = None
        self._waiting: dict[Task, Future[None]] = {}

    def fetch(self, address: str, *, sha256: str | None = None) -> Fetched | Absent:
        """Return the file of an address, or that the server has none; all else raises `SourceError`.

        Where `sha256` is given, a file with another checksum is damaged, and one in the cache needs no request.
        """
        outcome = self._outcomes.get(address)
        if outcome is None:
            try:
                outcome = self._fetch(address, sha256)
            except SourceError as error:
                outcome = error
            self._outcomes[address] = outcome
        if isinstance(outcome, SourceError):
            raise outcome
        return outcome

    def forget(self, address: str) -> None:
        """Forget what came of an address, so that it is asked for again."""
        self._outcomes.pop(address, None)

    def amounts(self) -> tuple[int, int]:
        """Return how many bytes were received, and how many are expected as far as that is known."""
        return self._amounts.received, self._amounts.expected

    def ahead(self, tasks: Sequence[Task]) -> None:
        """Begin tasks that fetch, in their order, `parallel` at a time."""
        if tasks:
            self._threads = ThreadPoolExecutor(self._transfer.parallel, thread_name_prefix="specgraph-fetch")
            self._waiting = {task: self._threads.submit(task) for task in tasks}

    def wait(self, task: Task) -> None:
        """Wait for a task that was begun. What it raised is raised."""
        future = self._waiting.pop(task)
        while not wait_for([future], _TELL_SECONDS).done:
            self._tell()
        future.result()

    def close(self) -> None:
        """Stop what is under way, within the time that a server may send nothing, and let go of the files."""
        self._stop.set()
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
        self._client.close()
        self._cache.close()

    def _tell_own(self) -> None:
        now = time.monotonic()
        if threading.get_ident() == self._owner and now - self._told > _TELL_SECONDS:
            self._told = now
            self._tell()

    def _fetch(self, address: str, sha256: str | None) -> Fetched | Absent:
        split_address(address)
        place = shown_address(address)
        try:
            with self._cache.locked(without_user(address), stopped=self._stop.is_set) as slot:
                known = slot.entry()
                if sha256 is not None and known is not None and known.sha256 == sha256:
                    return Fetched(slot.use(known), "")
                found = self._attempts(address, slot, known, sha256)
                outcome = found if isinstance(found, Absent) else Fetched(slot.use(found), found.encoding)
            self._cache.make_room()
            return outcome
        except OSError as error:
            reason = f"the download cache cannot be written: {error.strerror or error}"
            raise SourceError(f"{reason}; make room, or name another folder", place=place) from error

    def _attempts(self, address: str, slot: Slot, known: Entry | None, sha256: str | None) -> Entry | Absent:
        transfer, place = self._transfer, shown_address(address)
        until = time.monotonic() + transfer.file_seconds
        for attempt in range(1, transfer.attempts + 1):
            try:
                return self._receiver.receive(address, slot, known, sha256=sha256, until=until)
            except Failure as failure:
                times = f" ({attempt} attempts)" if attempt > 1 else ""
                pause = self._pause(attempt, failure)
                late = time.monotonic() + pause > until
                if failure.lasting or attempt == transfer.attempts or late or self._stop.wait(pause):
                    raise SourceError(failure.message + times, place=place) from failure
        raise AssertionError("the last attempt returns or raises")

    def _pause(self, attempt: int, failure: Failure) -> float:
        transfer = self._transfer
        if failure.lasting:
            return 0.0
        if failure.pause is not None:
            if failure.pause > transfer.longest_pause_seconds:
                failure.lasting = True
            return failure.pause
        # Jitter, so that those who were sent away together do not come back together.
        pause = transfer.first_pause_seconds * 2.0 ** (attempt - 1)
        return float(min(pause, transfer.longest_pause_seconds) * random.uniform(0.5, 1.5))
