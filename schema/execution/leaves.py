"""Leaf values as JSON: what `coerce_output_value` of graphql-core gives, with short ways for the common cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from functools import cache
from typing import Any

import orjson
from graphql import GraphQLEnumType, GraphQLLeafType, Undefined
from graphql.pyutils import inspect

Encode = Callable[[Any], str]

INT_MAX = 2**31 - 1


def json_text(value: Any) -> str:
    """Return a value as JSON."""
    return orjson.dumps(value).decode()


@cache
def leaf_encoder(kind: GraphQLLeafType) -> Encode:
    """Return the function that completes a value of a leaf type; it raises what graphql-core's completion does."""

    def slow(value: Any) -> str:
        coerced = kind.coerce_output_value(value)
        if coerced is Undefined or coerced is None:
            raise TypeError(
                f"Expected `{inspect(kind)}.coerce_output_value({inspect(value)})` to return non-nullable value,"
                f" returned: {inspect(coerced)}"
            )
        return json_text(coerced)

    if isinstance(kind, GraphQLEnumType):
        return _of_enum(slow)
    return _SHORT_WAYS.get(kind.name, _same)(slow)


def _same(slow: Encode) -> Encode:
    return slow


def _of_text(slow: Encode) -> Encode:
    def encode(value: Any) -> str:
        return orjson.dumps(value).decode() if type(value) is str else slow(value)

    return encode


def _of_boolean(slow: Encode) -> Encode:
    def encode(value: Any) -> str:
        return "true" if value is True else "false" if value is False else slow(value)

    return encode


def _of_integer(slow: Encode) -> Encode:
    def encode(value: Any) -> str:
        return str(value) if type(value) is int and -INT_MAX <= value <= INT_MAX else slow(value)

    return encode


def _of_enum(slow: Encode) -> Encode:
    known: dict[Any, str] = {}

    def encode(value: Any) -> str:
        # Members only: 1 and True would be one key.
        if not isinstance(value, Enum):
            return slow(value)
        key = (type(value), value.name)
        if key not in known:
            known[key] = slow(value)
        return known[key]

    return encode


_SHORT_WAYS: dict[str, Callable[[Encode], Encode]] = {
    "String": _of_text,
    "ID": _of_text,
    "Boolean": _of_boolean,
    "Int": _of_integer,
}


def texts_of(values: Sequence[Any], encode: Encode) -> list[str]:
    """Encode many values of which none is null."""
    if not isinstance(values[0] if values else None, str):
        return [encode(value) for value in values]
    try:
        joined = "".join(values)
    except TypeError:
        return [encode(value) for value in values]
    if encode(joined) == f'"{joined}"':  # no character of any of them needs an escape
        return [f'"{value}"' for value in values]
    return [encode(value) for value in values]
