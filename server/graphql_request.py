"""A GraphQL-over-HTTP request: the parameters of a POST's JSON body or of a GET's query string.

GraphQL over HTTP, section "Request": `query` is a string, `operationName` a string or null, `variables` and
`extensions` an object or null; appendix "Persisted Documents": `documentId` is a string, and `query` may be left out.
Other parameters are left for the future and ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import orjson

from schema.execution.given import Given
from schema.execution.prepared import Prepared
from server.seen import Seen

_JSON_NAMES = {
    dict: "an object",
    list: "a list",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    type(None): "null",
}
_FROM_TEXT = frozenset({"variables", "extensions"})
_SWITCHES = frozenset({"cost", "dryRun"})


@dataclass(eq=False)
class RequestRefused(Exception):
    """A request that is answered before GraphQL sees it: the status, and the error's code and message."""

    status: HTTPStatus
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class GraphqlRequest:
    """What is to be run. All but `query` are None where they were left out or null, and that with a `document_id` too.

    Not to be changed: it is not frozen because a frozen one takes thrice as long to make.
    """

    query: str | None
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None
    document_id: str | None = None
    _given: Given | None = field(default=None, init=False, repr=False, compare=False)
    _digest: bytes | None = field(default=None, init=False, repr=False, compare=False)

    def given(self, prepared: Prepared) -> Given:
        """Return the variables as they are coerced for an operation; once, if the request is kept."""
        given = self._given
        if given is None or not given.is_for(prepared):
            given = self._given = prepared.given(self.variables)
        return given

    def digest(self) -> bytes:
        """Return a digest of the question; whatever comes beside a document that is sent does not belong to it."""
        if self._digest is None:
            extensions = self.extensions if self.query is None else None
            question = [self.query, self.operation_name, self.variables, self.document_id, extensions]
            self._digest = sha256(orjson.dumps(question)).digest()
        return self._digest


KEPT_BYTES = 8 * 1024 * 1024
"""Memory for bodies that came before, and for what they ask: some thousand."""

LONGEST_KEPT = 4 * 1024
"""Bytes of a body that is kept."""

ENTRY_BYTES = 1_024
BYTES_PER_BYTE = 16
BYTES_PER_BRACKET = 500
"""Memory of a body that is kept, of each of its bytes, and of each object or list, most of it the coerced variables'
(measured: at most so)."""


def kept_size_of(body: bytes) -> int:
    """Return an estimate of the memory that a body takes with what it asks."""
    brackets = body.count(b"{") + body.count(b"[")
    return ENTRY_BYTES + BYTES_PER_BYTE * len(body) + BYTES_PER_BRACKET * brackets


def no_bodies() -> Seen[GraphqlRequest]:
    """Return a place for what bodies ask that came before, byte for byte."""
    return Seen(max_bytes=KEPT_BYTES, longest=LONGEST_KEPT, size_of=kept_size_of)


def malformed(message: str) -> RequestRefused:
    """Return the refusal of a request that is not a well-formed GraphQL-over-HTTP request."""
    return RequestRefused(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", message)


def parameters_of_body(body: bytes | bytearray, *, max_batch: int = 1) -> GraphqlRequest | list[GraphqlRequest]:
    """Read the request from a POST's body; a list of at most `max_batch` is a batch, and 1 is none.

    Raises `RequestRefused`.
    """
    try:
        parameters = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if not body.strip():
            raise malformed('the body is empty: send a JSON object such as {"query": "{ __typename }"}') from None
        raise malformed(f"the body is not JSON in UTF-8: {error}") from None
    if isinstance(parameters, dict):
        return request_of(parameters)
    if isinstance(parameters, list) and max_batch > 1:
        return _batch(parameters, max_batch)
    raise malformed(f'the body is {_JSON_NAMES[type(parameters)]}: send one JSON object with "query" (no batches)')


def _batch(members: list[Any], most: int) -> list[GraphqlRequest]:
    if not 0 < len(members) <= most:
        code = "BATCH_TOO_LARGE" if members else "BAD_REQUEST"
        raise RequestRefused(
            HTTPStatus.BAD_REQUEST, code, f"the batch has {len(members)} requests: this server takes 1 to {most}"
        )
    for member in members:
        if not isinstance(member, dict):
            raise malformed(f"the batch holds {_JSON_NAMES[type(member)]}: it is a list of JSON objects")
    return [request_of(member) for member in members]


def parameters_of_query(query_string: bytes, *, max_size: int) -> GraphqlRequest:
    """Read the request from a GET's query string, of at most `max_size` bytes; raises `RequestRefused`.

    `variables` and `extensions` are JSON texts there; the empty text counts as left out.
    """
    if len(query_string) > max_size:
        raise RequestRefused(
            HTTPStatus.REQUEST_URI_TOO_LONG, "CONTENT_TOO_LARGE", f"the URL is over {max_size} bytes: send a POST"
        )
    parameters: dict[str, Any] = {}
    for name, text in parse_qsl(query_string.decode("latin-1"), keep_blank_values=True):
        if name in parameters:
            raise malformed(f'the parameter "{name}" is given twice')
        parameters[name] = _from_text(name, text)
    return request_of(parameters)


def _from_text(name: str, text: str) -> Any:
    if name not in _FROM_TEXT:
        return text
    try:
        return orjson.loads(text) if text else None
    except orjson.JSONDecodeError as error:
        raise malformed(f'the parameter "{name}" is not JSON: {error}') from None


def request_of(parameters: Mapping[str, Any]) -> GraphqlRequest:
    """Check the types of the parameters; raises `RequestRefused`.

    Without a `query` there is a `documentId`, or a persisted query's hash among the extensions.
    """
    get = parameters.get
    query, variables, extensions = get("query"), get("variables"), get("extensions")
    name, document_id = get("operationName"), get("documentId")
    if not (
        type(query) is str
        and (variables is None or type(variables) is dict)
        and (name is None or type(name) is str)
        and extensions is None
        and document_id is None
    ):
        _check_types(parameters)
    if not query or query.isspace():
        query = None
        if not document_id and not (extensions and "persistedQuery" in extensions):
            raise malformed('the parameter "query" is missing or empty: it holds the GraphQL document')
    return GraphqlRequest(query, name or None, variables, extensions, document_id or None)


def _check_types(parameters: Mapping[str, Any]) -> None:
    for name in ("query", "extensions", "operationName", "variables", "documentId"):
        value, kind = parameters.get(name), dict if name in _FROM_TEXT else str
        if value is not None and not isinstance(value, kind):
            wanted = _JSON_NAMES[kind]
            raise malformed(f'the parameter "{name}" is {_JSON_NAMES[type(value)]}: it must be {wanted} or null')
    for name in _SWITCHES & (parameters.get("extensions") or {}).keys():
        value = parameters["extensions"][name]
        if value is not None and not isinstance(value, bool):
            raise malformed(f'the extension "{name}" is {_JSON_NAMES[type(value)]}: it must be true or false')
