"""The log: plain lines or one JSON object a line, with the id of the request in which something was said.

What a request asked is never in it: query strings and variables are the user's own. Strawberry's own log of errors is
off, for a coercion error quotes the variable: `schema.errors` and `server.graphql_http` log what is unforeseen.
"""

from __future__ import annotations

import copy
import logging
from datetime import UTC, datetime
from typing import IO, Any

import msgspec
from uvicorn.config import LOGGING_CONFIG

from server.request_log import REQUEST_ID, Lines
from server.settings import LogFormat, LogLevel


class WithRequestId(logging.Filter):
    """Gives each record the id of its request, "-" outside of one."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Complete the record, and keep it."""
        record.request_id = REQUEST_ID.get() or "-"
        return True


class JsonLines(logging.Formatter):
    """One JSON object a record: time, level, logger, message, the request's id, and a traceback as one text."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line."""
        request_id = REQUEST_ID.get()
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **({"requestId": request_id} if request_id else {}),
            **({"traceback": self.formatException(record.exc_info)} if record.exc_info else {}),
        }
        return msgspec.json.encode(line).decode()


class Aside(logging.Handler):
    """Has lines written by a thread: whoever reads the log may be slow, or not there, and answers do not wait for it.

    Lines are dropped and counted where too many wait (`server.request_log.Lines`).
    """

    def __init__(self, stream: IO[str]) -> None:
        super().__init__()
        self._lines = Lines(stream)

    def emit(self, record: logging.LogRecord) -> None:
        """Hand over the record's line, as it reads now."""
        self._lines.add(self.format(record))

    def close(self) -> None:
        """Write what waits, as far as it is read."""
        self._lines.close()
        super().close()


def log_config(level: LogLevel, form: LogFormat) -> dict[str, Any]:
    """Return the logging configuration: uvicorn's, with specgraph's own lines beside it."""
    config: dict[str, Any] = copy.deepcopy(LOGGING_CONFIG)
    config["handlers"]["default"] = {"()": Aside, "stream": "ext://sys.stderr", "formatter": "default"}
    if form == "json":
        config["formatters"]["default"] = {"()": JsonLines}
    else:
        config["filters"] = {"with-request-id": {"()": WithRequestId}}
        config["formatters"]["with-request-id"] = {
            **config["formatters"]["default"],
            "fmt": "%(levelprefix)s %(message)s [%(request_id)s]",
        }
        config["handlers"]["own"] = {
            **config["handlers"]["default"],
            "formatter": "with-request-id",
            "filters": ["with-request-id"],
        }
    threshold = level.upper()
    loggers = config["loggers"]
    loggers["uvicorn"]["level"] = threshold
    # What uvicorn says of its own start and end is said by the command line.
    loggers["uvicorn.error"]["level"] = "WARNING" if level == "info" else threshold
    own = "own" if form == "plain" else "default"
    loggers["specgraph"] = {"handlers": [own], "level": threshold, "propagate": False}
    loggers["watchfiles"] = {"handlers": ["default"], "level": "WARNING", "propagate": False}
    return config
