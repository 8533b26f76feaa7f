"""The catalogue that is served now: one reference, swapped whole.

A request reads the reference once and keeps what it got; a reload makes another beside it and swaps. A reload that
fails changes nothing but `failure`.
"""

from __future__ import annotations

import ctypes
import logging
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus

from graph.build import Built
from graph.errors import SpecgraphError
from graph.snapshot import Catalogue
from server.changes import Change, changes_between
from server.graphql_request import RequestRefused
from server.inspection import amount

log = logging.getLogger("specgraph")

SECONDS_PER_MINUTE = 60

RETRY_AFTER_SECONDS = "2"
"""When to ask again while the sources are being read: they take seconds, not minutes."""

SETTLE_AFTER_SECONDS = 1.0
"""How long after the last request that reads an old catalogue its memory is freed: it is told before it is let go."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why and when a load failed."""

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """What is served, None before the first load; and how the last load failed, None where it did not."""

    built: Built | None = None
    failure: Failure | None = None

    @property
    def ingested_at(self) -> datetime | None:
        """When what is served was read from its sources: a snapshot file says when that was."""
        catalogue = self.built.catalogue if self.built else ()
        return max((snapshot.ingested_at for snapshot in catalogue), default=None)

    def age_seconds(self, now: datetime) -> float | None:
        """Return how long ago that was; 0 where the clock was set back since, None where nothing is served."""
        read = self.ingested_at
        return max(0.0, (now - read).total_seconds()) if read else None


def ignored(_: Sequence[Change]) -> None:
    """Tell nobody."""


class CurrentCatalogue:
    """Holds the state that requests read, and replaces it.

    `load` reads the sources anew each time. One load runs at a time: the caller sees to it. Loads are counted; what is
    given as `built` is none.
    """

    def __init__(self, load: Callable[[], Built], *, built: Built | None = None) -> None:
        self._load = load
        self.state = State(built)
        self.loads_ok = 0
        self.loads_failed = 0
        self.on_change: Callable[[Sequence[Change]], None] = ignored
        """Called with the snapshots that a load changed, in the thread of the load."""

    def catalogue(self) -> Catalogue:
        """Return what is served; raises `RequestRefused` before the first load."""
        built = self.state.built
        if built is None:
            raise RequestRefused(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "NOT_READY",
                "the sources are not loaded yet: /readyz tells when they are",
                {"Retry-After": RETRY_AFTER_SECONDS},
            )
        return built.catalogue

    def refresh(self, make_ready: Callable[[Built], None] | None = None) -> bool:
        """Load, and serve what came of it once it is ready; where that fails keep the old, log it, and return False.

        Never raises: it runs in the background, where nobody would see an error.
        """
        try:
            built = self._load()
        except (SpecgraphError, OSError) as error:
            log.error("the sources could not be loaded, %s: %s", self._kept(), error)
            self._fail(str(error))
            return False
        except Exception:
            log.exception("the sources could not be loaded, %s", self._kept())
            self._fail("internal error; see the server's log")
            return False
        log.info("loaded %s, %s", amount(len(built.catalogue), "snapshot"), amount(len(built.problems), "problem"))
        if make_ready is not None:
            make_ready(built)
        self._swap(built)
        return True

    def _fail(self, reason: str) -> None:
        self.loads_failed += 1
        self.state = replace(self.state, failure=Failure(reason, datetime.now(UTC)))

    def _kept(self) -> str:
        age = self.state.age_seconds(datetime.now(UTC))
        if age is None:
            return "nothing is served"
        minutes = int(age) // SECONDS_PER_MINUTE
        return f"the old ones are kept, read {amount(minutes, 'minute')} ago"

    def _swap(self, built: Built) -> None:
        """Serve the new one, and let go of the old one: now, or when the last request that reads it ends."""
        self.loads_ok += 1
        before = self.state.built
        old = weakref.ref(before.catalogue.universe) if before is not None else None
        changes = changes_between(before.catalogue if before is not None else None, built.catalogue)
        del before
        self.state = State(built)
        self.on_change(changes)
        del changes  # a snapshot that was removed goes with whoever was told of it
        give_back_memory()
        universe = old() if old is not None else None
        if universe is not None and universe is not built.catalogue.universe:
            weakref.finalize(universe, _give_back_soon).atexit = False


_malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
"""Gives back the memory that the C library has free: glibc alone has it, and keeps tens of megabytes after a load."""


def give_back_memory() -> None:
    """Give back the memory that is free: after a load, what reading took, and what the old catalogue did.

    A catalogue is freed by the last who holds it: nothing is collected here, which would stop every thread.
    """
    if _malloc_trim is not None:
        _malloc_trim(0)


def _give_back_soon() -> None:
    """Give back beside the request that was the last to read an old catalogue, and once that is gone altogether."""
    timer = threading.Timer(SETTLE_AFTER_SECONDS, give_back_memory)
    timer.daemon = True
    timer.start()
