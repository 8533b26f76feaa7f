"""What stands around and beside the application for those who run it: its log, metrics and traces."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from starlette.routing import Route

from server.current import CurrentCatalogue
from server.exposition import Siblings, keep_leaving, scraped
from server.gate import Gate
from server.lifecycle import Lifecycle
from server.metrics import Metrics
from server.request_log import RequestLog, standard_output
from server.settings import Settings
from server.tracing import traced

REPORTS_VARIABLE = "SPECGRAPH_REPORTS"
"""The folder in which the workers leave what they counted, for each other."""


@dataclass(frozen=True, slots=True)
class Operations:
    """One for each application. `metrics` are what the endpoints observe with."""

    settings: Settings
    metrics: Metrics
    lifecycle: Lifecycle
    siblings: Siblings | None

    @classmethod
    def of(cls, settings: Settings, metrics: Metrics, current: CurrentCatalogue, lifecycle: Lifecycle) -> Self:
        """Make them, and have the metrics read what is served."""
        _describe_current(metrics, current)
        _describe_lifecycle(metrics, lifecycle)
        folder = os.environ.get(REPORTS_VARIABLE)
        return cls(settings, metrics, lifecycle, Siblings(Path(folder)) if folder else None)

    def routes(self) -> list[Route]:
        """Return what is answered beside the API."""
        return [Route("/metrics", scraped(self.metrics, self.siblings))] if self.settings.metrics else []

    def around(self, gate: Gate) -> RequestLog[Gate]:
        """Return the application with an id, a line in the log and a trace for each request."""
        logged = self.settings.access_log and self.settings.log_level in ("info", "debug")
        around = RequestLog(
            gate,
            self.lifecycle,
            form=self.settings.log_format,
            stream=standard_output if logged else None,
            between=traced if self.settings.traces else None,
        )
        self.metrics.gauge("requests_in_flight", lambda: around.in_flight)
        return around

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """Leave this process's counts for its siblings while it serves."""
        if self.siblings is None:
            yield
            return
        leaving = asyncio.create_task(keep_leaving(self.siblings, self.metrics))
        try:
            yield
        finally:
            leaving.cancel()
            await asyncio.gather(leaving, return_exceptions=True)


def _describe_current(metrics: Metrics, current: CurrentCatalogue) -> None:
    def age() -> float:
        return current.state.age_seconds(datetime.now(UTC)) or 0.0

    def specs() -> int:
        built = current.state.built
        return len(built.catalogue.universe) if built else 0

    def snapshots() -> int:
        built = current.state.built
        return len(built.catalogue) if built else 0

    def problems() -> int:
        built = current.state.built
        return len(built.problems) if built else 0

    def graph_cache_bytes() -> int:
        built = current.state.built
        return built.catalogue.universe.kept_bytes if built else 0

    metrics.gauge("snapshot_age_seconds", age)
    metrics.gauge("graph_cache_bytes", graph_cache_bytes)
    metrics.gauge("specs", specs)
    metrics.gauge("snapshots", snapshots)
    metrics.gauge("problems", problems)
    metrics.gauge("ready", lambda: current.state.built is not None)
    metrics.gauge("last_load_failed", lambda: current.state.failure is not None)
    metrics.total("loads_ok", lambda: current.loads_ok)
    metrics.total("loads_failed", lambda: current.loads_failed)


def _describe_lifecycle(metrics: Metrics, lifecycle: Lifecycle) -> None:
    metrics.gauge("connections", lambda: lifecycle.connections())  # noqa: PLW0108 (it is set later)
    metrics.gauge("draining", lambda: lifecycle.draining)
    metrics.total("connections_refused", lambda: lifecycle.refused)
    metrics.total("connections_timed_out", lambda: lifecycle.timed_out)
