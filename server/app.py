"""The ASGI application: its routes, and what runs in it beside requests."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from schema.limits import Limits
from schema.root import schema
from server.background import beside_the_loop
from server.current import CurrentCatalogue, settle_memory
from server.graphql_http import GraphqlEndpoint
from server.loading import load
from server.readiness import liveness, readiness
from server.settings import Settings, settled
from server.watching import fingerprint, follow, watched_paths

SOURCES_VARIABLE = "SPECGRAPH_SOURCES"
"""The sources for `from_environment`, one a line."""


def create_app(settings: Settings, current: CurrentCatalogue, *, sources: Sequence[str] = ()) -> Starlette:
    """Make the application that serves the current catalogue.

    Where nothing is loaded yet, it loads in the background: /healthz answers, /readyz and /graphql say 503 until then.
    With `reload_sources` it watches the `sources`.
    """

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        background = asyncio.create_task(_keep_current(settings, current, sources))
        try:
            yield
        finally:
            background.cancel()
            await asyncio.gather(background, return_exceptions=True)

    graphql = GraphqlEndpoint(
        schema, current, limits_of(settings), max_body_size=settings.max_body_size, graphiql=settings.graphiql
    )
    sdl = printed_schema()

    async def to_graphql(request: Request) -> Response:
        return RedirectResponse(f"{request.scope.get('root_path', '')}/graphql")

    async def schema_file(_: Request) -> Response:
        return PlainTextResponse(sdl)

    return Starlette(
        routes=[
            Route("/", to_graphql),
            Route("/graphql", graphql),
            Route("/schema.graphql", schema_file),
            Route("/healthz", liveness),
            Route("/readyz", readiness(current)),
        ],
        exception_handlers={HTTPException: _as_json},
        lifespan=lifespan,
    )


async def _keep_current(settings: Settings, current: CurrentCatalogue, sources: Sequence[str]) -> None:
    paths = watched_paths(sources) if settings.reload_sources else []
    seen = await beside_the_loop(lambda: fingerprint(paths))
    if current.state.built is None:
        await beside_the_loop(current.refresh)
    else:
        settle_memory()
    if paths:
        await follow(paths, seen, lambda: beside_the_loop(current.refresh))
