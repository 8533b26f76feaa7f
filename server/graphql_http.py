"""GraphQL over HTTP: one endpoint for GET and POST, by the specification's draft of September 2025.

The status of a well-formed request's answer depends on its media type. `application/json`: 200, whatever the errors.
`application/graphql-response+json`: 200 where the operation ran, 400 where it did not (no `data` entry). Requests
that are not well-formed are 4xx with either type. https://graphql.github.io/graphql-over-http/draft/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from graphql import GraphQLError, OperationDefinitionNode, parse
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send
from strawberry import Schema
from strawberry.http.ides import get_graphql_ide_html
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from schema.context import Context
from schema.errors import masked
from schema.limits import Limits
from server.current import CurrentCatalogue
from server.graphql_request import GraphqlRequest, RequestRefused, read_get, read_post
from server.media import GRAPHQL_RESPONSE, HTML, JSON, negotiated

METHODS = "GET, HEAD, POST"
RETRY_AFTER_SECONDS = "2"
"""When to ask again while the sources are being read: they take seconds, not minutes."""

_VARY = {"Vary": "Accept"}
_OPERATION = re.compile(r"\b(?:query|mutation|subscription)\b")
_NO_CODES: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class GraphqlEndpoint:
    """The ASGI application at /graphql. One request uses one catalogue from its start to its end."""

    schema: Schema
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
                return HTMLResponse(get_graphql_ide_html(), headers=_VARY)
            return await self._run(request, media_type)
        except RequestRefused as refused:
            return _refusal(refused, media_type or JSON)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it
        except Exception as error:  # noqa: BLE001 (masked: the log has it, the client its id)
            hidden = masked(GraphQLError("unforeseen", original_error=error), error)
            return _answer(PreExecutionError(data=None, errors=[hidden]), media_type or JSON)

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
        result = await self._execute(asked, Context(built.catalogue, self.limits), method=request.method)
        return _answer(result, media_type)

    async def _execute(self, asked: GraphqlRequest, context: Context, *, method: str) -> ExecutionResult:
        if asked.operation_name is None and holds_several_operations(asked.query):
            return _request_error(_unknown_operation(None), "BAD_USER_INPUT")
        try:
            return await self.schema.execute(
                asked.query,
                variable_values=asked.variables,
                context_value=context,
                operation_name=asked.operation_name,
                allowed_operation_types={OperationType.QUERY},
            )
        except CannotGetOperationTypeError:
            return _request_error(_unknown_operation(asked.operation_name), "BAD_USER_INPUT")
        except InvalidOperationTypeError as error:
            kind = error.operation_type.value
            if method != "POST":
                raise _method_not_allowed(f"a {kind} is not run by a GET request: send a POST", "POST") from None
            return _request_error(f"this endpoint runs queries, and no {kind}", "GRAPHQL_VALIDATION_FAILED")


def holds_several_operations(document: str) -> bool:
    """Tell whether the document holds more than one operation; a document that cannot be parsed does not.

    GraphQL's GetOperation refuses to choose among them; Strawberry 0.341 runs the first
    (`strawberry.types.execution.ExecutionContext.operation_name`). Only a text with two of the keywords is parsed.

    >>> holds_several_operations("query A { a } query B { b }"), holds_several_operations("query A { query }")
    (True, False)
    """
    if len(_OPERATION.findall(document)) < 2:
        return False
    try:
        definitions = parse(document, no_location=True).definitions
    except GraphQLError:
        return False
    return sum(isinstance(definition, OperationDefinitionNode) for definition in definitions) > 1


def _unknown_operation(name: str | None) -> str:
    if name is None:
        return 'the document holds several operations or none: name one in "operationName"'
    return f'the document holds no operation named "{name}"'


def _request_error(message: str, code: str) -> ExecutionResult:
    return PreExecutionError(data=None, errors=[GraphQLError(message, extensions={"code": code})])


def _method_not_allowed(message: str, allow: str) -> RequestRefused:
    return RequestRefused(HTTPStatus.METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message, {"Allow": allow})


def did_not_run(result: ExecutionResult) -> bool:
    """Tell a request error, which leaves no `data` entry, from a field's error that made all of `data` null.

    Only the errors of a field have a path.
    """
    if isinstance(result, PreExecutionError):
        return True
    return result.data is None and all(error.path is None for error in result.errors or ())


def _answer(result: ExecutionResult, media_type: str) -> Response:
    """Encode a result: errors first, as the GraphQL specification advises (section 7.1)."""
    ran = not did_not_run(result)
    payload: dict[str, Any] = {}
    if result.errors:
        payload["errors"] = [error.formatted for error in result.errors]
    if ran:
        payload["data"] = result.data
    if result.extensions:
        payload["extensions"] = result.extensions
    status = HTTPStatus.OK
    if not ran and any((e.extensions or _NO_CODES).get("code") == "INTERNAL" for e in result.errors or ()):
        status = HTTPStatus.INTERNAL_SERVER_ERROR
    elif not ran and media_type == GRAPHQL_RESPONSE:
        status = HTTPStatus.BAD_REQUEST
    return _encoded(payload, status, media_type)


def _refusal(refused: RequestRefused, media_type: str) -> Response:
    error: dict[str, Any] = {"message": refused.message, "extensions": {"code": refused.code}}
    return _encoded({"errors": [error]}, refused.status, media_type, refused.headers)


def _encoded(
    payload: dict[str, Any], status: HTTPStatus, media_type: str, headers: Mapping[str, str] = _NO_CODES
) -> Response:
    content_type = {"Content-Type": f"{media_type}; charset=utf-8"}
    return Response(orjson.dumps(payload), status, headers={**content_type, **_VARY, **headers})
