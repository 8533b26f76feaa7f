"""/metrics: what the processes of one server counted, added up, in the formats that Prometheus reads.

    <folder>/<pid>      the report of a process, renamed into place about once a second
    <folder>/retired    the sum of those that have ended, made by the process above them

A scrape and a retirement exclude each other, so that no count is missed or taken twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from server.metrics import GAUGES, TOTALS, Metrics, Report

LEAVE_EVERY_SECONDS = 1.0
"""How old the counts of a sibling may be in a scrape, and what a process that is killed takes with it."""

RETIRED = "retired"
_LOCK = "lock"
_PREFIX = "specgraph_"


class Siblings:
    """The folder in which the processes of one server leave their reports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def leave(self, report: Report) -> None:
        """Leave this process's report for its siblings."""
        self._replace(str(os.getpid()), report)

    def total(self, own: Report) -> Report:
        """Return this process's report with those of the others added."""
        with self._locked(fcntl.LOCK_SH):
            for path in self._reports():
                if path.name != str(os.getpid()):
                    self._add(own, path)
        return own

    def retire(self, living: Collection[int]) -> None:
        """Keep the counts of the processes that are not among the living, and nothing else of them."""
        with self._locked(fcntl.LOCK_EX):
            ended = [path for path in self._reports() if path.name != RETIRED and int(path.name) not in living]
            total = Report()
            for path in [self.folder / RETIRED, *ended]:
                report = _read(path)
                if report is not None:
                    total.add(report)
            if ended:
                self._replace(RETIRED, total)
            for path in ended:
                path.unlink(missing_ok=True)

    def _reports(self) -> Iterable[Path]:
        return sorted(path for path in self.folder.iterdir() if path.name.isdecimal() or path.name == RETIRED)

    def _add(self, own: Report, path: Path) -> None:
        report = _read(path)
        if report is None:
            return
        if path.name == RETIRED:
            own.add(report)
        else:
            own.add_living(report)

    def _replace(self, name: str, report: Report) -> None:
        draft = self.folder / f".{name}.draft"
        draft.write_bytes(msgspec.json.encode(report))
        draft.replace(self.folder / name)

    @contextlib.contextmanager
    def _locked(self, kind: int) -> Iterator[None]:
        with (self.folder / _LOCK).open("wb") as file:
            fcntl.flock(file, kind)
            yield


def _read(path: Path) -> Report | None:
    with contextlib.suppress(OSError, msgspec.MsgspecError):  # none yet, or the disk was full
        return msgspec.json.decode(path.read_bytes(), type=Report)
    return None


async def keep_leaving(siblings: Siblings, metrics: Metrics) -> None:
    """Leave the report about once a second, and at the end; ends only by being cancelled."""
    try:
        while True:
            with contextlib.suppress(OSError):  # a full disk is no reason to stop: the next one may be written
                siblings.leave(metrics.report())
            await asyncio.sleep(LEAVE_EVERY_SECONDS)
    finally:
        with contextlib.suppress(OSError):
            siblings.leave(metrics.report())


class Collected(Collector):
    """One report as Prometheus's metric families."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def collect(self) -> Iterator[Any]:
        """Yield the families, each sorted by its labels."""
        yield from self._operations()
        for name, described in TOTALS.items():
            if name in self._report.totals:
                yield CounterMetricFamily(_PREFIX + name, described.help, self._report.totals[name])
        for name, described in GAUGES.items():
            if name in self._report.gauges:
                yield GaugeMetricFamily(_PREFIX + name, described.help, self._report.gauges[name])

    def _operations(self) -> Iterator[Any]:
        by_name = ["operation"]
        requests = CounterMetricFamily(
            _PREFIX + "requests", "Requests by operation and by the code of the first error.", labels=[*by_name, "code"]
        )
        cpu = CounterMetricFamily(_PREFIX + "request_cpu_seconds", "CPU seconds of answering.", labels=by_name)
        size = CounterMetricFamily(_PREFIX + "response_bytes", "Bytes of answers, before compression.", labels=by_name)
        ran = CounterMetricFamily(
            _PREFIX + "executions", "Operations that ran, by what ran them.", labels=[*by_name, "by"]
        )
        for name, counted in sorted(self._report.operations.items()):
            for code, count in sorted(counted.codes.items()):
                requests.add_metric([name, code], count)
            cpu.add_metric([name], counted.cpu_seconds)
            size.add_metric([name], counted.size)
            ran.add_metric([name, "compiled"], counted.compiled)
            ran.add_metric([name, "fallback"], counted.fallback)
        return iter((requests, cpu, size, ran))


def exposed(report: Report, accept: str) -> tuple[bytes, str]:
    """Return the report in the format that is asked for, and its content type."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collected(report))
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


def scraped(metrics: Metrics, siblings: Siblings | None) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of /metrics: this process's counts, and its siblings' where it has some."""

    async def endpoint(request: Request) -> Response:
        # Copied, for what is added to it is not this process's own.
        report = msgspec.json.decode(msgspec.json.encode(metrics.report()), type=Report)
        if siblings is not None:
            report = siblings.total(report)
        body, content_type = exposed(report, request.headers.get("accept", ""))
        return Response(body, headers={"Content-Type": content_type})

    return endpoint
