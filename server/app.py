"""The ASGI application: its routes, and what runs in it beside requests."""

from __future__ import annotations

import asyncio
import os
import sys
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
from server.assembly import gate_of, parts_of
from server.background import beside_the_loop
from server.current import CurrentCatalogue
from server.freshness import Freshness, keep_fresh
from server.gate import Gate
from server.health import liveness, readiness
from server.offload import SWITCH_SECONDS
from server.pages import browse_page, built_pages
from server.rebuilding import CATALOGUE, OUTCOME, SOURCES_VARIABLE, handed_over, loaded_again
from server.sdl import printed_schema
from server.settings import Settings, settled
from server.watching import Watch

HANDOVER_VARIABLE = "SPECGRAPH_HANDOVER"
"""The folder in which the process above its workers leaves what they serve."""

ONLY_WHEN_TOLD = Freshness()


def create_app(settings: Settings, current: CurrentCatalogue, *, freshness: Freshness = ONLY_WHEN_TOLD) -> Gate:
    """Make the application that serves the current catalogue.

    Where nothing is loaded yet, it loads in the background: /healthz answers, /readyz and /graphql say 503 until then.
    It loads again when `freshness` says so, and on SIGHUP.
    """
    parts = parts_of(settings)
    current.on_change = parts.changes.tell

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        sys.setswitchinterval(SWITCH_SECONDS)
        background = asyncio.create_task(_keep_current(current, freshness))
        try:
            yield
        finally:
            background.cancel()
            parts.answering.threads.close()
            await asyncio.gather(background, return_exceptions=True)

    routes = [
        Route("/", browse_page(built_pages())),
        Route("/assets/{name}", built_pages().asset),
        Route("/healthz", liveness),
        Route("/readyz", readiness(current)),
    ]
    if settings.introspection:
        routes.append(Route("/schema.graphql", _text(printed_schema())))
    others = Starlette(routes=routes, exception_handlers={HTTPException: _as_json}, lifespan=lifespan)
    return gate_of(settings, current, parts, others)


async def _keep_current(current: CurrentCatalogue, freshness: Freshness) -> None:
    if current.state.built is None:
        await beside_the_loop(current.refresh)
    await keep_fresh(freshness, lambda: beside_the_loop(current.refresh))


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


def from_environment() -> Gate:
    """Make the application from environment variables alone, as each process of `--workers` does.

    `SPECGRAPH_SOURCES` holds the sources, one a line; none is the embedded sample. Loads in the background.
    """
    settings = settled({}, os.environ)
    folder = os.environ.get(HANDOVER_VARIABLE)
    if folder:
        return _serving_from(Path(folder), settings)
    sources = os.environ.get(SOURCES_VARIABLE, "").splitlines()
    current = CurrentCatalogue(lambda: loaded_again(sources, settings))
    return create_app(settings, current, freshness=freshness_of(sources, settings))


def freshness_of(sources: Sequence[str], settings: Settings) -> Freshness:
    """Look at the sources now, as far as they are to be watched, and say when they are to be read again."""
    return Freshness(Watch.of(sources) if settings.reload_sources else None, settings.refresh)


def _serving_from(folder: Path, settings: Settings) -> Gate:
    """Make a worker's application: the process above says when there is something new, by replacing files."""
    watch = Watch.of([str(folder / CATALOGUE), str(folder / OUTCOME)])

    def load() -> Built:
        # A worker that starts after a failed rebuild serves what the others do.
        return handed_over(folder, default=settings.default_snapshot, stale_too=current.state.built is None)

    current = CurrentCatalogue(load)
    return create_app(settings, current, freshness=Freshness(watch))
