"""The ASGI application: its routes, and what runs in it beside requests."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from graph.build import Built
from server.allocator import keep_freed_pages
from server.assembly import gate_of, parts_of
from server.background import beside_the_loop
from server.collector import Collector
from server.current import CurrentCatalogue
from server.freshness import Freshness, keep_fresh
from server.gate import Gate
from server.health import liveness, readiness
from server.lifecycle import Lifecycle
from server.offload import SWITCH_SECONDS
from server.operations import Operations
from server.pages import browse_page, built_pages
from server.rebuilding import CATALOGUE, OUTCOME, SOURCES_VARIABLE, handed_over, loaded_again
from server.request_log import RequestLog
from server.sdl import printed_schema
from server.settings import Settings, settled
from server.warming import refresh_and_warm, warm
from server.watching import Watch

HANDOVER_VARIABLE = "SPECGRAPH_HANDOVER"
"""The folder in which the process above its workers leaves what they serve."""

ONLY_WHEN_TOLD = Freshness()

RETRY_SECONDS = 5.0
"""When a worker that has nothing to serve tries again to load."""

LOOK_SECONDS = 0.1


def create_app(
    settings: Settings,
    current: CurrentCatalogue,
    *,
    freshness: Freshness = ONLY_WHEN_TOLD,
    lifecycle: Lifecycle | None = None,
    hold: bool = False,
) -> RequestLog[Gate]:
    """Make the application that serves the current catalogue.

    Where nothing is loaded yet, it loads in the background: /healthz answers, /readyz and /graphql say 503 until then;
    with `hold` it does not start before something is loaded. It loads again when `freshness` says so, and on SIGHUP.
    """
    lifecycle = lifecycle or Lifecycle()
    parts = parts_of(settings)
    current.on_change = parts.changes.tell
    lifecycle.when_draining.append(parts.changes.end)
    collector = Collector()
    operations = Operations.of(settings, parts.metrics, current, lifecycle)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        sys.setswitchinterval(SWITCH_SECONDS)
        keep_freed_pages()
        parts.changes.begin()
        if hold:
            await _loaded(current, lifecycle)
        collector.begin()
        async with operations.beside():
            background = asyncio.create_task(_keep_current(current, freshness))
            try:
                yield
            finally:
                background.cancel()
                parts.answering.threads.close()
                collector.end()
                await asyncio.gather(background, return_exceptions=True)

    routes = [
        Route("/", browse_page(built_pages())),
        Route("/assets/{name}", built_pages().asset),
        Route("/healthz", liveness),
        Route("/readyz", readiness(current, lifecycle)),
        *operations.routes(),
    ]
    if settings.introspection:
        routes.append(Route("/schema.graphql", _text(printed_schema())))
    others = Starlette(routes=routes, exception_handlers={HTTPException: _as_json}, lifespan=lifespan)
    return operations.around(gate_of(settings, current, parts, others))


async def _keep_current(current: CurrentCatalogue, freshness: Freshness) -> None:
    if current.state.built is None:
        await beside_the_loop(current.refresh)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(beside_the_loop(lambda: warm(current)))
        await keep_fresh(freshness, lambda: beside_the_loop(lambda: refresh_and_warm(current)))


async def _loaded(current: CurrentCatalogue, lifecycle: Lifecycle) -> None:
    """Load, again and again where that fails, until there is something to serve or the process is told to end."""
    while current.state.built is None and not lifecycle.draining:
        if not await beside_the_loop(current.refresh):
            again = time.monotonic() + RETRY_SECONDS
            while time.monotonic() < again and not lifecycle.draining:
                await asyncio.sleep(LOOK_SECONDS)


def _text(text: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(_: Request) -> Response:
        return PlainTextResponse(text)

    return endpoint


async def _as_json(_: Request, error: Exception) -> Response:
    status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.BAD_REQUEST
    headers = error.headers if isinstance(error, HTTPException) else None
    message = f"{status.phrase}: this server has /graphql, /schema.graphql, /healthz and /readyz"
    body = {"errors": [{"message": message, "extensions": {"code": status.name}}]}
    return JSONResponse(body, status, headers)


def from_environment(lifecycle: Lifecycle | None = None, *, hold: bool = False) -> RequestLog[Gate]:
    """Make the application from environment variables alone, as each process of `--workers` does.

    `SPECGRAPH_SOURCES` holds the sources, one a line; none is the embedded sample. Loads in the background.
    """
    settings = settled({}, os.environ)
    folder = os.environ.get(HANDOVER_VARIABLE)
    if folder:
        return _serving_from(Path(folder), settings, lifecycle, hold=hold)
    sources = os.environ.get(SOURCES_VARIABLE, "").splitlines()
    current = CurrentCatalogue(lambda: loaded_again(sources, settings))
    freshness = freshness_of(sources, settings)
    return create_app(settings, current, freshness=freshness, lifecycle=lifecycle, hold=hold)


def freshness_of(sources: Sequence[str], settings: Settings) -> Freshness:
    """Look at the sources now, as far as they are to be watched, and say when they are to be read again."""
    return Freshness(Watch.of(sources) if settings.reload_sources else None, settings.refresh)


def _serving_from(folder: Path, settings: Settings, lifecycle: Lifecycle | None, *, hold: bool) -> RequestLog[Gate]:
    """Make a worker's application: the process above says when there is something new, by replacing files."""
    watch = Watch.of([str(folder / CATALOGUE), str(folder / OUTCOME)])

    def load() -> Built:
        # A worker that starts after a failed rebuild serves what the others do.
        return handed_over(folder, default=settings.default_snapshot, stale_too=current.state.built is None)

    current = CurrentCatalogue(load)
    return create_app(settings, current, freshness=Freshness(watch), lifecycle=lifecycle, hold=hold)
