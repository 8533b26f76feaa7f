"""What graphql-core answers over the same schema: the truth that the engine's bytes are compared with."""

from __future__ import annotations

from typing import Any

import orjson
from graphql import GraphQLError, execute_sync, parse, validate

from schema.errors import presented
from schema.limits import DEFAULT_DOCUMENT_LIMITS
from schema.root import schema

SERVED: Any = schema._schema


def reference(document, variables, context, *, name=None):
    """Return graphql-core's answer as the bytes of its JSON; an unforeseen error fails the test."""
    try:
        parsed = parse(document)
    except GraphQLError as error:
        return _encoded(None, [error], ran=False, before=True)
    refused = validate(SERVED, parsed, max_errors=DEFAULT_DOCUMENT_LIMITS.max_errors)
    if refused:
        return _encoded(None, refused, ran=False, before=True)
    result = execute_sync(
        SERVED, parsed, context_value=context, variable_values=dict(variables or {}), operation_name=name
    )
    errors = result.errors or []
    ran = result.data is not None or any(error.path is not None for error in errors)
    return _encoded(result.data, errors, ran=ran, before=False)


def _encoded(data, errors, *, ran, before):
    payload = {}
    if errors:
        payload["errors"] = [presented(error, before_execution=before).formatted for error in errors]
    for error in payload.get("errors", ()):
        assert error["extensions"]["code"] != "INTERNAL", error
    if ran:
        payload["data"] = data
    return orjson.dumps(payload)
