"""The ASGI application: its routes, and what runs in it beside requests."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from schema.limits import Limits
from schema.root import schema
from server.background import beside_the_loop
from server.current import CurrentCatalogue
from server.graphql_http import GraphqlEndpoint
from server.health import liveness, readiness
from server.loading import load
from server.logs import mute_strawberry
from server.sdl import printed_schema
from server.settings import Settings, settled
from server.watching import Watch, follow

SOURCES_VARIABLE = "SPECGRAPH_SOURCES"
"""The sources for `from_environment`, one a line."""


def create_app(settings: Settings, current: CurrentCatalogue, *, watch: Watch | None = None) -> Starlette:
    """Make the application that serves the current catalogue.

    Where nothing is loaded yet, it loads in the background: /healthz answers, /readyz and /graphql say 503 until then.
    Where there is something to watch, it loads again whenever that changes.
    """

    mute_strawberry()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        background = asyncio.create_task(_keep_current(current, watch))
        try:
            yield
        finally:
            background.cancel()
            await asyncio.gather(background, return_exceptions=True)

    graphql = GraphqlEndpoint(
        schema, current, limits_of(settings), max_body_size=settings.max_body_size, graphiql=settings.graphiql
    )
    return Starlette(
        routes=[
            Route("/", _to_graphql),
            Route("/graphql", graphql),
            Route("/schema.graphql", _text(printed_schema())),
            Route("/healthz", liveness),
            Route("/readyz", readiness(current)),
        ],
        exception_handlers={HTTPException: _as_json},
        lifespan=lifespan,
    )


async def _keep_current(current: CurrentCatalogue, watch: Watch | None) -> None:
    if current.state.built is None:
        await beside_the_loop(current.refresh)
    if watch is not None:
        await follow(watch, lambda: beside_the_loop(current.refresh))


def limits_of(settings: Settings) -> Limits:
    """Return the API's bounds as the settings give them."""
    return Limits(
        default_page_size=settings.default_page_size,
        max_page_size=settings.max_page_size,
        max_traversal_nodes=settings.max_traversal_nodes,
    )


async def _to_graphql(request: Request) -> Response:
    return RedirectResponse(f"{request.scope.get('root_path', '')}/graphql")


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


def from_environment() -> Starlette:
    """Make the application from environment variables alone, as each process of `--workers` does.

    `SPECGRAPH_SOURCES` holds the sources, one a line; none is the embedded sample. Loads in the background.
    """
    settings = settled({}, os.environ)
    sources = os.environ.get(SOURCES_VARIABLE, "").splitlines()
    watch = Watch.of(sources) if settings.reload_sources else None
    return create_app(settings, CurrentCatalogue(lambda: load(sources, settings)), watch=watch)
