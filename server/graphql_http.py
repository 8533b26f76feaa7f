"""GraphQL over HTTP: one endpoint for GET and POST, by the specification's draft of September 2025.

The status of a well-formed request's answer depends on its media type. `application/json`: 200, whatever the errors.
`application/graphql-response+json`: 200 where the operation ran, 400 where it did not (no `data` entry). Requests
that are not well-formed are 4xx with either type. https://graphql.github.io/graphql-over-http/draft/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from schema.context import Context
from schema.errors import masked
from schema.execution.answer import Answer, request_error
from schema.execution.engine import Engine, NotPrepared, WrongKind
from schema.limits import Limits
from server.current import CurrentCatalogue
from server.graphql_request import GraphqlRequest, RequestRefused, read_get, read_post
from server.media import GRAPHQL_RESPONSE, HTML, JSON, negotiated
from server.pages import graphiql_page

METHODS = "GET, HEAD, POST"
RETRY_AFTER_SECONDS = "2"
"""When to ask again while the sources are being read: they take seconds, not minutes."""

_VARY = {"Vary": "Accept"}
_NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class GraphqlEndpoint:
    """The ASGI application at /graphql. One request uses one catalogue from its start to its end."""

    engine: Engine
    current: CurrentCatalogue
    limits: Limits
    max_body_size: int
    graphiql: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.respond(Request(scope, receive))
        await response(scope, receive, send)

    async def respond(self, request: Request) -> Response:
        """Answer a request; whatever goes wrong, the answer is a list of errors with codes."""
        offers = (GRAPHQL_RESPONSE, JSON, HTML) if self._may_be_browser(request) else (GRAPHQL_RESPONSE, JSON)
        media_type = negotiated(",".join(request.headers.getlist("accept")), offers)
        try:
            if request.method not in METHODS.split(", "):
                raise _method_not_allowed(f"{request.method} is not answered here: use GET or POST", METHODS)
            if media_type is None:
                raise RequestRefused(
                    HTTPStatus.NOT_ACCEPTABLE, "NOT_ACCEPTABLE", f"the answer is {' or '.join(offers)}"
                )
            if media_type == HTML:
                return graphiql_page(request)
            return await self._run(request, media_type)
        except RequestRefused as refused:
            return _refusal(refused, media_type or JSON)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it
        except Exception as error:  # noqa: BLE001 (masked: the log has it, the client its id)
            hidden = masked(GraphQLError("unforeseen", original_error=error), error)
            return _response(request_error(hidden), media_type or JSON)

    def _may_be_browser(self, request: Request) -> bool:
        return self.graphiql and request.method in ("GET", "HEAD")

    async def _run(self, request: Request, media_type: str) -> Response:
        if request.method == "POST":
            asked = await read_post(request, max_size=self.max_body_size)
        else:
            asked = read_get(request, max_size=self.max_body_size)
        built = self.current.state.built
        if built is None:
            raise RequestRefused(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "NOT_READY",
                "the sources are not loaded yet: /readyz tells when they are",
                {"Retry-After": RETRY_AFTER_SECONDS},
            )
        answer = self._answered(asked, Context(built.catalogue, self.limits), method=request.method)
        return _response(answer, media_type)

    def _answered(self, asked: GraphqlRequest, context: Context, *, method: str) -> Answer:
        try:
            prepared = self.engine.prepare(asked.query, asked.operation_name)
        except NotPrepared as refused:
            if isinstance(refused, WrongKind) and method != "POST":
                message = f"a {refused.kind.value} is not run by a GET request: send a POST"
                raise _method_not_allowed(message, "POST") from None
            return refused.answer
        return prepared.run(asked.variables, context)


def _method_not_allowed(message: str, allow: str) -> RequestRefused:
    return RequestRefused(HTTPStatus.METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message, {"Allow": allow})


def _response(answer: Answer, media_type: str) -> Response:
    status = HTTPStatus.OK
    if not answer.ran and "INTERNAL" in answer.codes:
        status = HTTPStatus.INTERNAL_SERVER_ERROR
    elif not answer.ran and media_type == GRAPHQL_RESPONSE:
        status = HTTPStatus.BAD_REQUEST
    return _typed(answer.body, status, media_type)


def _refusal(refused: RequestRefused, media_type: str) -> Response:
    error: dict[str, Any] = {"message": refused.message, "extensions": {"code": refused.code}}
    return _typed(orjson.dumps({"errors": [error]}), refused.status, media_type, refused.headers)


def _typed(body: bytes, status: HTTPStatus, media_type: str, headers: Mapping[str, str] = _NO_HEADERS) -> Response:
    content_type = {"Content-Type": f"{media_type}; charset=utf-8"}
    return Response(body, status, headers={**content_type, **_VARY, **headers})
