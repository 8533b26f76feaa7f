"""The log: uvicorn's, a line a request, without what a request asked.

A query string holds the variables of a GET request, which are the user's own; they never reach the log. Nor does
Strawberry's own log of errors, for a coercion error quotes the variable: `schema.errors` and `server.graphql_http`
log what is unforeseen.
"""

from __future__ import annotations

import copy
import logging
from typing import Any

from uvicorn.config import LOGGING_CONFIG

from server.settings import LogLevel

_PATH_ARGUMENT = 2
"""Position of the path among the arguments of uvicorn's access line: client, method, path, version, status."""


class WithoutQueryString(logging.Filter):
    """Cuts the query string off the path of an access line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record, and keep it."""
        if isinstance(record.args, tuple) and len(record.args) > _PATH_ARGUMENT:
            arguments = list(record.args)
            arguments[_PATH_ARGUMENT] = str(arguments[_PATH_ARGUMENT]).partition("?")[0]
            record.args = tuple(arguments)
        return True


def log_config(level: LogLevel) -> dict[str, Any]:
    """Return the logging configuration: uvicorn's, with specgraph's own lines beside it."""
    config: dict[str, Any] = copy.deepcopy(LOGGING_CONFIG)
    config["filters"] = {"without-query-string": {"()": WithoutQueryString}}
    config["handlers"]["access"]["filters"] = ["without-query-string"]
    threshold = level.upper()
    loggers = config["loggers"]
    for name in ("uvicorn", "uvicorn.access"):
        loggers[name]["level"] = threshold
    # What uvicorn says of its own start and end is said by the command line.
    loggers["uvicorn.error"]["level"] = "WARNING" if level == "info" else threshold
    loggers["specgraph"] = {"handlers": ["default"], "level": threshold, "propagate": False}
    loggers["watchfiles"] = {"handlers": ["default"], "level": "WARNING", "propagate": False}
    return config
