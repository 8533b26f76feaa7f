"""The bounds of one request, as explicit values; the settings fill them in."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from msgspec import Struct

from server.graphql_request import RequestRefused


class RequestBounds(Struct, frozen=True):
    """What is read and run for one request.

    `max_body_size` bytes are read, the last of them `body_seconds` after the first part; a batch has at most
    `max_batch` requests. An operation costs at most `max_cost` points and ends after `seconds`; what costs more than
    `inline_cost`, or is a longer document than `inline_characters` and not known yet, runs beside the event loop.
    Variables hold at most `max_variable_values` values, within each other at most `max_variable_depth` times.
    """

    max_body_size: int = 1_048_576
    body_seconds: float = 10
    max_batch: int = 1
    seconds: float = 10
    max_cost: int = 1_000_000
    inline_cost: int = 2_000
    inline_characters: int = 500
    max_variable_values: int = 10_000
    max_variable_depth: int = 20


def check_variables(variables: dict[str, Any], bounds: RequestBounds) -> None:
    """Do nothing for variables within the bounds; raises `RequestRefused`."""
    level: list[Any] = list(variables.values())
    values, depth = len(level), 1
    while level:
        within: list[Any] = []
        for value in level:
            kind = type(value)
            if kind is dict:
                within.extend(value.values())
            elif kind is list:
                within.extend(value)
        values, depth, level = values + len(within), depth + 1, within
        if values > bounds.max_variable_values or (level and depth > bounds.max_variable_depth):
            raise RequestRefused(
                HTTPStatus.BAD_REQUEST,
                "VARIABLES_TOO_LARGE",
                f"the variables hold more than {bounds.max_variable_values} values, or more than "
                f"{bounds.max_variable_depth} within each other",
            )
