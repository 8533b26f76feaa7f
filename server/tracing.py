"""A span for each request, for OpenTelemetry: an extra, `specgraph[otel]`, imported only where `traces` is on.

A client's `traceparent` is followed. The span has what the log has, and no more: never a query string, a document or
a variable. Where it is sent is said by OpenTelemetry's own variables (`OTEL_EXPORTER_OTLP_ENDPOINT`,
`OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER`, …).
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import ExtraMissing

if TYPE_CHECKING:
    from opentelemetry.trace import Span, TracerProvider

SERVICE = "specgraph"
FIRST_SERVER_ERROR = 500


def traced(app: ASGIApp, provider: TracerProvider | None = None) -> ASGIApp:
    """Return the application with a span for each request; raises `ExtraMissing` without the extra.

    Without a provider the spans are sent, in batches, as the environment says.
    """
    try:
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind
    except ImportError:
        raise ExtraMissing("--traces needs OpenTelemetry: install specgraph[otel]") from None
    tracer = (provider or _exporting()).get_tracer(SERVICE)

    async def around(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        carrier = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with tracer.start_as_current_span(scope["method"], extract(carrier), SpanKind.SERVER) as span:

            def sending(message: Message) -> Awaitable[None]:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                return send(message)

            try:
                await app(scope, receive, sending)
            finally:
                _describe(span, scope)

    return around


def _describe(span: Span, scope: Scope) -> None:
    """Name the span as OpenTelemetry's conventions for GraphQL and HTTP servers do."""
    route = getattr(scope.get("route"), "path", None)
    if route is not None:
        span.set_attribute("http.route", route)
    span.set_attribute("http.request.method", scope["method"])
    span.set_attribute("specgraph.request_id", scope.get("specgraph.request_id", ""))
    observed = scope.get("specgraph.observed")
    if observed is None:
        span.update_name(f"{scope['method']} {route or scope['path'][:100]}")
        return
    name, code = observed
    span.update_name("query")
    if name is not None:
        span.update_name(f"query {name}")
        span.set_attribute("graphql.operation.name", name)
    span.set_attribute("graphql.operation.type", "query")
    span.set_attribute("specgraph.code", code)
    if code == "INTERNAL":
        from opentelemetry.trace import StatusCode

        span.set_status(StatusCode.ERROR)


def _exporting() -> TracerProvider:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider as Provider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise ExtraMissing("--traces needs OpenTelemetry: install specgraph[otel]") from None
    provider = Provider(resource=Resource.create({"service.name": SERVICE}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
