"""A GraphQL-over-HTTP request: the parameters of a POST's JSON body or of a GET's query string.

GraphQL over HTTP, section "Request": `query` is a string, `operationName` a string or null, `variables` and
`extensions` an object or null. Other parameters are left for the future and ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
from starlette.requests import Request

from server.media import JSON, parse_media_type

_JSON_NAMES = {
    dict: "an object",
    list: "a list",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    type(None): "null",
}
_FROM_TEXT = ("variables", "extensions")


@dataclass(frozen=True)
class RequestRefused(Exception):
    """A request that is answered before GraphQL sees it: the status, and the error's code and message."""

    status: HTTPStatus
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GraphqlRequest:
    """What is to be run. `variables` and `operation_name` are None where they were left out or null."""

    query: str
    operation_name: str | None = None
    variables: dict[str, Any] | None = None


def malformed(message: str) -> RequestRefused:
    """Return the refusal of a request that is not a well-formed GraphQL-over-HTTP request."""
    return RequestRefused(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", message)


async def read_post(request: Request, *, max_size: int) -> GraphqlRequest:
    """Read the request from a POST's body, of at most `max_size` bytes.

    The limit is kept here and not by Starlette's `max_body_size`, which answers 413 in plain text.
    """
    _check_content_type(request)
    body = await _body(request, max_size=max_size)
    if not body.strip():
        raise malformed('the body is empty: send a JSON object such as {"query": "{ __typename }"}')
    try:
        parameters = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise malformed(f"the body is not JSON in UTF-8: {error}") from None
    if not isinstance(parameters, dict):
        raise malformed(f'the body is {_JSON_NAMES[type(parameters)]}: send one JSON object with "query" (no batches)')
    return _checked(parameters)


def read_get(request: Request, *, max_size: int) -> GraphqlRequest:
    """Read the request from a GET's query string, of at most `max_size` bytes.

    `variables` and `extensions` are JSON texts there; the empty text counts as left out.
    """
    if len(request.scope["query_string"]) > max_size:
        raise RequestRefused(
            HTTPStatus.REQUEST_URI_TOO_LONG, "CONTENT_TOO_LARGE", f"the URL is over {max_size} bytes: send a POST"
        )
    parameters: dict[str, Any] = {}
    for name, text in request.query_params.multi_items():
        if name in parameters:
            raise malformed(f'the parameter "{name}" is given twice')
        parameters[name] = _from_text(name, text)
    return _checked(parameters)


def _from_text(name: str, text: str) -> Any:
    if name not in _FROM_TEXT:
        return text
    try:
        return orjson.loads(text) if text else None
    except orjson.JSONDecodeError as error:
        raise malformed(f'the parameter "{name}" is not JSON: {error}') from None


def _check_content_type(request: Request) -> None:
    given = request.headers.get("content-type")
    media_type = parse_media_type(given) if given else None
    if media_type is None or media_type.name != JSON or not media_type.is_utf8:
        raise _unsupported(f"the body's type is {given or 'not given'}: send Content-Type: application/json, in UTF-8")
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.strip().lower() not in ("", "identity"):
        raise _unsupported(f"the body's encoding is {encoding}: send it uncompressed")


def _unsupported(message: str) -> RequestRefused:
    return RequestRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message, {"Accept": JSON})


async def _body(request: Request, *, max_size: int) -> bytes:
    too_large = RequestRefused(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "CONTENT_TOO_LARGE",
        f"the body is over {max_size} bytes, the most that this server reads",
    )
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > max_size:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_size:
            raise too_large
    return bytes(body)


def _checked(parameters: dict[str, Any]) -> GraphqlRequest:
    query = _typed(parameters, "query", str)
    if not query or not query.strip():
        raise malformed('the parameter "query" is missing or empty: it holds the GraphQL document')
    _typed(parameters, "extensions", dict)
    return GraphqlRequest(
        query=query,
        operation_name=_typed(parameters, "operationName", str) or None,
        variables=_typed(parameters, "variables", dict),
    )


def _typed(parameters: dict[str, Any], name: str, kind: type) -> Any:
    value = parameters.get(name)
    if value is not None and not isinstance(value, kind):
        raise malformed(f'the parameter "{name}" is {_JSON_NAMES[type(value)]}: it must be {_JSON_NAMES[kind]} or null')
    return value
