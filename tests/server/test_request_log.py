"""The id of a request, its line, and what the log never has."""

import io
import json
import logging
import logging.config
import re
import threading
from typing import Any, cast

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from server.lifecycle import Lifecycle
from server.logs import log_config
from server.request_log import MOST_WAITING, Lines, RequestLog

SECRET = "s3cret-variable"

pytestmark = pytest.mark.usefixtures("patient_logs")


async def endpoint(request):
    request.scope["specgraph.observed"] = "Builds", "OK"
    logging.getLogger("specgraph").error("error 1a2b3c at None")
    return PlainTextResponse("answer")


def logged(form, lifecycle=None):
    stream = io.StringIO()
    app = Starlette(routes=[Route("/graphql", endpoint, methods=["GET", "POST"])])
    return RequestLog(app, lifecycle or Lifecycle(), form=form, stream=lambda: stream), stream


@pytest.mark.parametrize("given", ["abc", "7f3e:1/2=@x.y_z+-", "x" * 64])
def test_a_well_formed_id_is_taken_over(given):
    app, _ = logged("plain")
    with TestClient(app) as client:
        assert client.get("/graphql", headers={"X-Request-Id": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", 'a"b', "a\tb", "é".encode("latin-1"), "a;b", "<script>"])
def test_another_id_is_replaced_by_one_of_ours(given):
    app, stream = logged("plain")
    with TestClient(app) as client:
        answered = client.get("/graphql", headers={"X-Request-Id": given}).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{8}-1", answered)
    assert f"[{answered}]" in stream.getvalue()


def test_ids_of_ours_are_never_the_same():
    app, _ = logged("plain")
    with TestClient(app) as client:
        ids = [client.get("/graphql").headers["x-request-id"] for _ in range(50)]
    assert len(set(ids)) == 50


@pytest.mark.parametrize("form", ["plain", "json"])
def test_a_line_says_what_ran_and_never_what_was_asked(form):
    app, stream = logged(form)
    with TestClient(app) as client:
        client.get(f"/graphql?query={{x}}&variables={SECRET}", headers={"X-Request-Id": "r1"})
        client.post("/graphql", json={"query": "{x}", "variables": {"a": SECRET}}, headers={"X-Request-Id": "r2"})
    lines = stream.getvalue().splitlines()
    assert SECRET not in stream.getvalue()
    if form == "plain":
        pattern = r'INFO:     testclient:50000 - "{} /graphql" 200 Builds OK \d+\.\d ms \[{}\]'
        assert re.fullmatch(pattern.format("GET", "r1"), lines[0])
        assert re.fullmatch(pattern.format("POST", "r2"), lines[1])
        return
    found = json.loads(lines[0])
    assert found.pop("milliseconds") >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", found.pop("time"))
    assert found == {
        "level": "info",
        "logger": "specgraph.access",
        "requestId": "r1",
        "client": "testclient:50000",
        "method": "GET",
        "path": "/graphql",
        "status": 200,
        "operation": "Builds",
        "code": "OK",
    }


def test_a_path_cannot_forge_a_line():
    app, stream = logged("plain")
    with TestClient(app) as client:
        client.get("/a%0aINFO: forged%00" + "x" * 500)
    assert len(stream.getvalue().splitlines()) == 1
    assert len(stream.getvalue()) < 400


@pytest.mark.parametrize("form", ["plain", "json"])
def test_what_is_logged_during_a_request_has_its_id(form):
    app, _ = logged(form)
    stream = io.StringIO()
    config = log_config("info", form)
    config["handlers"]["default"]["stream"] = stream
    config["handlers"].setdefault("own", config["handlers"]["default"])["stream"] = stream
    config["disable_existing_loggers"] = False
    handlers = {name: list(logging.getLogger(name).handlers) for name in config["loggers"]}
    logging.config.dictConfig(config)
    try:
        with TestClient(app) as client:
            client.get("/graphql", headers={"X-Request-Id": "r1"})
    finally:
        for name, before in handlers.items():
            logger = logging.getLogger(name)
            for handler in set(logger.handlers) - set(before):
                handler.close()  # lines are written aside: closing waits for them
            logger.handlers, logger.propagate = before, True
            logger.setLevel(logging.NOTSET)
    line = stream.getvalue().strip()
    if form == "plain":
        assert line == "ERROR:    error 1a2b3c at None [r1]"
    else:
        found = json.loads(line)
        assert (found["level"], found["message"], found["requestId"]) == ("error", "error 1a2b3c at None", "r1")


def test_a_process_that_drains_has_connections_closed():
    lifecycle = Lifecycle()
    app, _ = logged("plain", lifecycle)
    with TestClient(app) as client:
        assert "connection" not in client.get("/graphql").headers
        lifecycle.draining = True
        assert client.get("/graphql").headers["connection"] == "close"


class Unread:
    """A stream whose reader does not read: every write waits until it is let go."""

    def __init__(self):
        self.waits = threading.Event()
        self.go = threading.Event()
        self.text = ""

    def write(self, text):
        self.waits.set()
        self.go.wait()
        self.text += text

    def flush(self):
        pass


def test_a_log_that_is_not_read_holds_up_nothing_and_says_what_it_lost():
    stream = Unread()
    lines = Lines(cast("Any", stream))
    lines.add("the first")
    stream.waits.wait()
    for number in range(MOST_WAITING + 7):
        lines.add(f"line {number}")
    stream.go.set()
    lines.close()
    written = stream.text.splitlines()
    assert len(written) == 1 + MOST_WAITING + 1
    assert written[-1] == "7 lines were dropped: the log is not read fast enough"


class Full:
    def __init__(self):
        self.tried = 0

    def write(self, text):
        self.tried += 1
        raise OSError(28, "No space left on device")

    def flush(self):
        pass


def test_a_full_disk_under_the_log_stops_nothing():
    stream = Full()
    lines = Lines(cast("Any", stream))
    lines.add("a line")
    lines.close()
    assert stream.tried > 0
