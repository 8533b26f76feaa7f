"""Errors as clients see them: every code is given here, and what is not meant for them is masked.

SpecgraphError (graph.errors)
├── Timeout             the time of one request is over
└── BadInput
    ├── PageTooLarge    more items asked for than the server gives at once
    ├── InvalidCursor   a cursor that is not one of this list's
    ├── InvalidId       an id that the server never gave out
    └── InvalidRepresentation   an entity of another graph's answer that has no key
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from graphql import GraphQLError, GraphQLSyntaxError

from graph.errors import AmbiguousHash, BadInput, SpecgraphError, SpecSyntaxError, UnknownSnapshot, VersionSyntaxError

log = logging.getLogger("specgraph")

P = ParamSpec("P")
Value = TypeVar("Value")

ERROR_ID_BYTES = 6
"""Random bytes of the id that ties a masked error to the log."""


class Timeout(SpecgraphError):
    """The time that one request may take is over; what is not answered by then is null."""


class PageTooLarge(BadInput):
    """More items asked for at once than the server gives; the message names the maximum."""


class InvalidCursor(BadInput):
    """A cursor of another list, of another snapshot's content, or of none."""


class InvalidId(BadInput):
    """A node id that is not of the documented form."""


class InvalidRepresentation(BadInput):
    """An entity's representation without a type of this schema, or without one of its keys."""


CODES: dict[type[SpecgraphError], str] = {
    Timeout: "TIMEOUT",
    PageTooLarge: "PAGE_TOO_LARGE",
    UnknownSnapshot: "UNKNOWN_SNAPSHOT",
    AmbiguousHash: "AMBIGUOUS_HASH",
    VersionSyntaxError: "SPEC_SYNTAX",
    SpecSyntaxError: "SPEC_SYNTAX",
    BadInput: "BAD_USER_INPUT",
}
"""The code of each error that is meant for the client; a subclass without its own has its parent's."""


def code_of(error: SpecgraphError) -> str | None:
    """Return the code of a domain error, or None for one that says nothing to a client."""
    return next((CODES[kind] for kind in type(error).__mro__ if kind in CODES), None)


def presented(error: GraphQLError, *, before_execution: bool) -> GraphQLError:
    """Return the error as the client sees it: with its code, and masked where it was not meant to be seen.

    `before_execution` tells errors of the document from those of its run. A masked error carries an id, and the log
    has that id with the traceback.
    """
    original = error.original_error
    if isinstance(error, GraphQLSyntaxError):
        return with_code(error, "GRAPHQL_PARSE_FAILED")
    # A number of thousands of digits is no number to Python: of a document, that is the document's fault.
    of_document = before_execution and isinstance(original, ValueError)
    if original is None or of_document or isinstance(original, GraphQLError):
        return with_code(error, "GRAPHQL_VALIDATION_FAILED" if before_execution else "BAD_USER_INPUT")
    code = code_of(original) if isinstance(original, SpecgraphError) else None
    return with_code(error, code) if code else masked(error, original)


def with_code(error: GraphQLError, code: str) -> GraphQLError:
    """Return the error with a code, unless it already has one."""
    extensions = {"code": code, **(error.extensions or {})}
    return GraphQLError(
        error.message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        original_error=error.original_error,
        extensions=extensions,
    )


def masked(error: GraphQLError, original: BaseException) -> GraphQLError:
    """Hide an unforeseen error behind an id, and log it under that id."""
    error_id = secrets.token_hex(ERROR_ID_BYTES)
    log.error("error %s at %s", error_id, error.path, exc_info=original)
    return GraphQLError(
        f"internal error {error_id}; the server's log has the details under this id",
        nodes=error.nodes,
        path=error.path,
        extensions={"code": "INTERNAL", "id": error_id},
    )


def presented_value(function: Callable[P, Value], *args: P.args, **kwargs: P.kwargs) -> Value:
    """Call a function for one item of a list, and give back the error that it raises instead of raising it.

    graphql-core raises an exception that it finds as a value at the item's own place, so that one item's error is
    not the whole list's (`graphql.execution.complete_value`).
    """
    try:
        return function(*args, **kwargs)
    except BadInput as error:
        return cast("Value", error)
