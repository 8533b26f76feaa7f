"""What a server counts, and how Prometheus reads it.

    endpoint  -> Metrics.observe, once a request: plain additions, no lock, no text
    scrape    -> Metrics.report of this process, and of its siblings as they left it -> exposition

A process with siblings leaves its report in a folder now and then; whichever is asked adds them up
(`server.metrics_exposed`). The counts of a process that has ended stay in the sum: a counter never goes back.

Operations are told apart by name, but a client can make up names without end: `NAMES` are learned, from operations
that succeeded, and all others are one. So neither memory nor the scrape grows with what clients send.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from msgspec import Struct, field

from graph import native

NAMES = 100
"""Operation names that one process learns: as many as a front end has, and a scrape of some 100 kB at the most."""

NAME_CHARACTERS = 100
"""Longest name that is learned."""

ANONYMOUS = "(anonymous)"
OTHER = "(other)"
"""Labels of what has no name of its own here; neither is a name that GraphQL allows."""

OK = "OK"
"""The code of an answer without errors."""

Merged = Literal["sum", "max"]


class Counted(Struct):
    """What was counted of one operation: requests by code, seconds of CPU, bytes of answers, and what ran them."""

    codes: dict[str, int] = field(default_factory=dict)
    cpu_seconds: float = 0.0
    size: int = 0
    compiled: int = 0
    fallback: int = 0

    def add(self, other: Counted) -> None:
        """Count what another process counted."""
        for code, count in other.codes.items():
            self.codes[code] = self.codes.get(code, 0) + count
        self.cpu_seconds += other.cpu_seconds
        self.size += other.size
        self.compiled += other.compiled
        self.fallback += other.fallback


class Report(Struct):
    """All that one process counted: operations and totals only grow, gauges are as of now."""

    operations: dict[str, Counted] = field(default_factory=dict)
    totals: dict[str, float] = field(default_factory=dict)
    gauges: dict[str, float] = field(default_factory=dict)

    def add(self, other: Report) -> None:
        """Count what a process counted that has ended: its gauges mean nothing any more."""
        for name, counted in other.operations.items():
            self.operations.setdefault(name, Counted()).add(counted)
        for name, total in other.totals.items():
            self.totals[name] = self.totals.get(name, 0) + total

    def add_living(self, other: Report) -> None:
        """Count what a sibling counts, its gauges as `GAUGES` says: added up, or the greater of the two."""
        self.add(other)
        for name, value in other.gauges.items():
            if name not in self.gauges:
                self.gauges[name] = value
            elif GAUGES[name].merged == "sum":
                self.gauges[name] += value
            else:
                self.gauges[name] = max(self.gauges[name], value)


@dataclass(frozen=True, slots=True)
class Described:
    """A gauge or a total: its help text, and how those of several processes are one."""

    help: str
    merged: Merged = "sum"


GAUGES: dict[str, Described] = {
    "requests_in_flight": Described("Requests that have begun and not ended."),
    "queue_length": Described("Requests that wait for others to end."),
    "connections": Described("Open connections."),
    "cache_bytes": Described("Bytes of answers and plans that are kept to be used again, as far as they are counted."),
    "graph_cache_bytes": Described("Bytes of closures, marks and edges that are kept beside the data."),
    "persisted_bytes": Described("Bytes of documents that clients had kept."),
    "seen_bytes": Described(
        "Bytes of heads and bodies of requests that came before, with what they mean, by estimate."
    ),
    "prepared_operations": Described("Operations that are kept prepared."),
    "subscriptions": Described("Subscriptions that are open."),
    "resident_bytes": Described("Memory that the processes hold; what they share is counted in each."),
    "processes": Described("Processes that serve."),
    "native_processes": Described("Processes that use native kernels."),
    "draining": Described("Processes that end when their requests have."),
    "ready": Described("Processes that have something to serve."),
    "snapshots": Described("Snapshots that are served.", "max"),
    "specs": Described("Specs of all snapshots, each once.", "max"),
    "problems": Described("What could not be read in the sources.", "max"),
    "snapshot_age_seconds": Described("How long ago what is served was read from its sources.", "max"),
    "last_load_failed": Described("1 where the last load failed, else 0.", "max"),
}
"""Every gauge by its name, without the prefix."""

TOTALS: dict[str, Described] = {
    "loads_ok": Described("Loads of the sources that succeeded."),
    "loads_failed": Described("Loads of the sources that failed."),
    "cpu_seconds": Described("CPU seconds of the processes that serve."),
    "connections_refused": Described("Connections that were refused, for there were too many."),
    "connections_timed_out": Described("Connections that were closed, for their client was too slow."),
}
"""Every total by its name, without the prefix."""


class Observer(Protocol):
    """What an endpoint tells of each request that it has answered."""

    def observe(
        self,
        scope: Any,
        name: str | None,
        codes: Sequence[str],
        *,
        compiled: bool | None = None,
        cpu_seconds: float = 0.0,
        size: int = 0,
    ) -> None:
        """Tell of one request: the operation's name, the codes of its errors, and the bytes of its answer.

        `compiled` is None where nothing ran. `scope` is the request's own of ASGI, to which the log's line and the
        trace belong.
        """


class Metrics:
    """Counts requests, and knows what to read when somebody asks for more.

    Only the event loop's thread observes: nothing is locked.
    """

    def __init__(self) -> None:
        self.operations: dict[str | None, Counted] = {None: Counted()}
        self._other = Counted()
        with_kernels = int(native.in_use())
        self._gauges: dict[str, Callable[[], float]] = {
            "resident_bytes": resident_bytes,
            "processes": lambda: 1,
            "native_processes": lambda: with_kernels,
        }
        self._totals: dict[str, Callable[[], float]] = {"cpu_seconds": time.process_time}

    def observe(
        self,
        scope: Any,
        name: str | None,
        codes: Sequence[str],
        *,
        compiled: bool | None = None,
        cpu_seconds: float = 0.0,
        size: int = 0,
    ) -> None:
        """Count one request (see `Observer`). A request with several errors counts under the first one's code."""
        code = codes[0] if codes else OK
        scope["specgraph.observed"] = name, code
        counted = self.operations.get(name)
        if counted is None:
            counted = self._unknown(name, code)
        try:
            counted.codes[code] += 1
        except KeyError:
            counted.codes[code] = 1
        counted.cpu_seconds += cpu_seconds
        counted.size += size
        if compiled:
            counted.compiled += 1
        elif compiled is not None:
            counted.fallback += 1

    def _unknown(self, name: str | None, code: str) -> Counted:
        if name is None or code != OK or len(name) > NAME_CHARACTERS or len(self.operations) > NAMES:
            return self._other
        return self.operations.setdefault(name, Counted())

    def gauge(self, name: str, read: Callable[[], float]) -> None:
        """Say how to read a gauge of `GAUGES`; it is read at a scrape."""
        if name not in GAUGES:
            raise KeyError(f"{name} is no gauge: describe it in server.metrics.GAUGES")
        self._gauges[name] = read

    def total(self, name: str, read: Callable[[], float]) -> None:
        """Say how to read a total of `TOTALS`, which never falls; it is read at a scrape."""
        if name not in TOTALS:
            raise KeyError(f"{name} is no total: describe it in server.metrics.TOTALS")
        self._totals[name] = read

    def report(self) -> Report:
        """Return all that was counted, and the gauges as they are now."""
        operations = {ANONYMOUS if name is None else name: counted for name, counted in self.operations.items()}
        return Report(
            {**operations, OTHER: self._other},
            {name: float(read()) for name, read in self._totals.items()},
            {name: float(read()) for name, read in self._gauges.items()},
        )


def resident_bytes(*, shared: bool = True) -> int:
    """Return the memory that this process holds, in bytes; where the system does not say how much now, the most ever.

    Without what it shares with others, such as mapped files, where the system tells them apart. On Linux from
    /proc/self/statm (proc(5)), elsewhere from getrusage(2), whose unit there is the byte.
    """
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 (a scrape reads it: no Path)
            _, resident, mapped, *_ = map(int, file.read().split())
            return (resident if shared else resident - mapped) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def own_bytes() -> int:
    """Return the memory that this process holds and shares with none, as far as the system tells them apart."""
    return resident_bytes(shared=False)
