"""Spans of requests: off without the setting, and with what the log has, no more."""

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from server.tracing import traced
from tests.server.live import ROOT

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def spans():
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    async def endpoint(request):
        name, code = request.query_params["name"], request.query_params["code"]
        request.scope["specgraph.observed"] = name or None, code
        return PlainTextResponse("answer")

    async def healthy(_):
        return PlainTextResponse("ok")

    app = traced(Starlette(routes=[Route("/graphql", endpoint), Route("/healthz", healthy)]), provider)
    with TestClient(app) as client:
        yield client, exporter


def test_a_span_has_the_operations_name_and_nothing_that_was_asked(spans):
    client, exporter = spans
    client.get(
        "/graphql?name=Builds&code=OK&variables=secret", headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    )
    (span,) = exporter.get_finished_spans()
    assert span.name == "query Builds"
    assert dict(span.attributes) == {
        "http.response.status_code": 200,
        "http.request.method": "GET",
        "http.route": "/graphql",
        "specgraph.request_id": "",
        "graphql.operation.name": "Builds",
        "graphql.operation.type": "query",
        "specgraph.code": "OK",
    }
    assert format(span.context.trace_id, "032x") == TRACE
    assert span.status.status_code is StatusCode.UNSET


def test_an_internal_error_is_an_error_of_the_span_and_a_refusal_is_not(spans):
    client, exporter = spans
    client.get("/graphql?name=&code=INTERNAL")
    client.get("/graphql?name=&code=COST_EXCEEDED")
    failed, refused = exporter.get_finished_spans()
    assert (failed.name, failed.status.status_code) == ("query", StatusCode.ERROR)
    assert (refused.name, refused.status.status_code) == ("query", StatusCode.UNSET)


def test_what_is_no_operation_is_named_by_its_path(spans):
    client, exporter = spans
    client.get("/healthz")
    assert exporter.get_finished_spans()[0].name == "GET /healthz"


def test_without_the_setting_nothing_of_it_is_imported():
    code = (
        "import sys; from server.app import from_environment; from_environment();"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_the_extra_the_setting_names_it():
    code = (
        "import sys; sys.modules['opentelemetry'] = None;"
        "from server.cli import main; sys.exit(main(['serve', '--traces', '--port', '0'], standalone_mode=False))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        "specgraph: error: --traces needs OpenTelemetry: install specgraph[otel]",
    )
