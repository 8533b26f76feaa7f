"""The settings' way into the parts that answer: what each of them is made of, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp

from schema.execution.engine import Engine
from schema.limits import DocumentLimits, Limits
from schema.root import schema
from server.access import Access
from server.answering import Answering
from server.bounds import RequestBounds
from server.budget import Budget
from server.caching import EntityTags
from server.changes import Changes
from server.cors import Cors
from server.current import CurrentCatalogue
from server.door import Door
from server.gate import Gate
from server.graphql_http import GraphqlEndpoint, HttpManner
from server.graphql_sse import EventStreams
from server.graphql_ws import GraphqlSocket, SocketBounds
from server.metrics import Metrics
from server.offload import Threads
from server.pages import graphiql_page
from server.persisted import PersistedDocuments, read_manifest
from server.settings import Settings


@dataclass(frozen=True, slots=True)
class Parts:
    """What the protocols share."""

    answering: Answering
    changes: Changes
    door: Door
    metrics: Metrics


def limits_of(settings: Settings) -> Limits:
    """Return the API's bounds as the settings give them."""
    return Limits(
        default_page_size=settings.default_page_size,
        max_page_size=settings.max_page_size,
        max_traversal_nodes=settings.max_traversal_nodes,
    )


def document_limits_of(settings: Settings) -> DocumentLimits:
    """Return the bounds of a document as the settings give them."""
    return DocumentLimits(
        max_tokens=settings.max_tokens,
        max_depth=settings.max_depth,
        max_fields=settings.max_fields,
        max_root_fields=settings.max_root_fields,
        max_aliases=settings.max_aliases,
        max_directives=settings.max_directives,
        max_definitions=settings.max_definitions,
        max_overlaps=settings.max_overlaps,
        introspection=settings.introspection,
    )


def bounds_of(settings: Settings) -> RequestBounds:
    """Return the bounds of a request as the settings give them."""
    return RequestBounds(
        max_body_size=settings.max_body_size,
        max_batch=settings.max_batch,
        seconds=settings.timeout,
        max_cost=settings.max_cost,
        max_variable_values=settings.max_variable_values,
    )


def parts_of(settings: Settings) -> Parts:
    """Make what the protocols share; raises `CommandError` and `OSError` for a file that cannot be used."""
    limits = limits_of(settings)
    manifest = read_manifest(Path(settings.trusted_documents)) if settings.trusted_documents else None
    engine = Engine(
        schema,
        limits,
        document_limits_of(settings),
        document_cache_bytes=settings.document_cache_size,
        fragment_cache_bytes=settings.fragment_cache_size,
    )
    answering = Answering(
        engine,
        limits,
        bounds_of(settings),
        Threads(settings.max_threads, settings.max_queue),
        PersistedDocuments(settings.persisted_queries, manifest),
        Budget(settings.rate) if settings.rate else None,
    )
    access = Access.of(Path(settings.tokens)) if settings.tokens else None
    door = Door(_names(settings.allowed_hosts.lower()), access)
    changes = Changes(settings.max_subscribers)
    metrics = Metrics()
    metrics.gauge("queue_length", lambda: answering.threads.under_way)
    metrics.gauge("subscriptions", lambda: changes.subscriptions)
    metrics.gauge("cache_bytes", lambda: engine.cache_bytes)
    metrics.gauge("persisted_bytes", lambda: answering.documents.kept_bytes)
    metrics.gauge("prepared_operations", lambda: len(engine.prepared))
    return Parts(answering, changes, door, metrics)


def gate_of(settings: Settings, current: CurrentCatalogue, parts: Parts, others: ASGIApp) -> Gate:
    """Make the application: the endpoint of each protocol before the router of the other paths."""
    observer = parts.metrics
    manner = HttpManner(graphiql_page if settings.graphiql else None, settings.compression, settings.cache_seconds)
    tags = EntityTags(f"{settings.default_page_size} {settings.max_page_size} {settings.max_traversal_nodes}")
    streams = EventStreams(parts.answering, current, parts.changes, observer, settings.heartbeat)
    bounds = SocketBounds(heartbeat=settings.heartbeat, max_operations=settings.max_socket_operations)
    cors = Cors(frozenset(_names(settings.cors_origins))) if settings.cors_origins else None
    endpoint = GraphqlEndpoint(parts.answering, current, parts.door, tags, streams, observer, manner)
    parts.metrics.gauge("seen_bytes", lambda: endpoint.heads.size + endpoint.bodies.size)
    return Gate(
        endpoint,
        GraphqlSocket(parts.answering, current, parts.changes, parts.door, observer, bounds),
        others,
        parts.door,
        cors,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()
