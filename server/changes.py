"""Which snapshots a reload changed, and who is told of it.

    CurrentCatalogue (a thread)  ->  Changes.tell  ->  the event loop  ->  each Inbox  ->  a subscription

An inbox holds one change a snapshot, the latest: a client that reads slowly learns what is so now, and never makes the
server keep more than there are snapshots.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from graph.snapshot import Catalogue, Snapshot
from server.graphql_request import RequestRefused

RETRY_AFTER_SECONDS = "10"


class Kind(StrEnum):
    """What became of a snapshot."""

    ADDED = "ADDED"
    REPLACED = "REPLACED"
    REMOVED = "REMOVED"


@dataclass(frozen=True, slots=True)
class Change:
    """A snapshot that is new, or has other content, or as it was before it went."""

    kind: Kind
    snapshot: Snapshot


def changes_between(before: Catalogue | None, after: Catalogue) -> tuple[Change, ...]:
    """Return what changed, by the snapshots' names; equal digests are no change."""
    old = {snapshot.name: snapshot for snapshot in before or ()}
    new = {snapshot.name: snapshot for snapshot in after}
    found: list[Change] = []
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            found.append(Change(Kind.REMOVED, old[name]))
        elif name not in old:
            found.append(Change(Kind.ADDED, new[name]))
        elif old[name].digest != new[name].digest:
            found.append(Change(Kind.REPLACED, new[name]))
    return tuple(found)


def let_go(task: asyncio.Future[None]) -> None:
    """Cancel a task that nobody waits for any more; what it still raises is nobody's."""
    task.cancel()
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())


class Inbox:
    """The changes that one subscription has not answered yet."""

    def __init__(self) -> None:
        self._changes: dict[str, Change] = {}
        self._wake = asyncio.Event()
        self._ended = False

    def put(self, change: Change) -> None:
        """Keep a change, in place of an earlier one of the same snapshot."""
        self._changes.pop(change.snapshot.name, None)
        self._changes[change.snapshot.name] = change
        self._wake.set()

    def end(self) -> None:
        """Have `next` return None."""
        self._ended = True
        self._wake.set()

    async def next(self) -> Change | None:
        """Wait for a change, and return it; None when the server ends."""
        while not self._changes:
            if self._ended:
                return None
            self._wake.clear()
            await self._wake.wait()
        return self._changes.pop(next(iter(self._changes)))


class Changes:
    """Tells every open subscription of what changed; `most` bounds the connections that may listen."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.connections = 0
        self._inboxes: set[Inbox] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = False

    @property
    def subscriptions(self) -> int:
        """How many subscriptions are open."""
        return len(self._inboxes)

    def tell(self, changes: Sequence[Change]) -> None:
        """Tell of changes, from whichever thread."""
        if changes and self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended, and everybody with it
                self._loop.call_soon_threadsafe(self._deliver, changes)

    def _deliver(self, changes: Sequence[Change]) -> None:
        for inbox in self._inboxes:
            for change in changes:
                inbox.put(change)

    def begin(self) -> None:
        """Learn which event loop the subscriptions are on: the one that runs now."""
        self._loop = asyncio.get_running_loop()

    def end(self) -> None:
        """End all subscriptions, and let nobody in any more: the server is going. From wherever, a signal too."""
        self._ended = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._end_all)

    def _end_all(self) -> None:
        for inbox in self._inboxes:
            inbox.end()

    @contextmanager
    def connection(self) -> Iterator[None]:
        """Count a connection; raises `RequestRefused` where there are as many as there may be."""
        if self.connections >= self.most or self._ended:
            raise RequestRefused(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "TOO_MANY_SUBSCRIPTIONS",
                "this server has as many connections of subscriptions as it takes: come again later",
                {"Retry-After": RETRY_AFTER_SECONDS},
            )
        self.connections += 1
        try:
            yield
        finally:
            self.connections -= 1

    @contextmanager
    def inbox(self) -> Iterator[Inbox]:
        """Listen to what changes from now on."""
        self._loop = asyncio.get_running_loop()
        inbox = Inbox()
        self._inboxes.add(inbox)
        try:
            yield inbox
        finally:
            self._inboxes.discard(inbox)
