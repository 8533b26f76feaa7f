"""An operation's way: parsed, chosen and validated once, then run over a catalogue as often as it is asked.

    document, operation name  ->  prepare  ->  Prepared  ->  run(variables, context)  ->  Answer

An operation that cannot be prepared raises `NotPrepared`, which holds the answer that says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
)
from strawberry import Schema

from schema.context import Context
from schema.errors import presented
from schema.execution.answer import Answer, request_error
from schema.execution.cost import price_of
from schema.execution.kept import DEFAULT_FRAGMENT_BYTES, Kept
from schema.execution.limits import check_document, parsed_within
from schema.execution.outline import Outline
from schema.execution.prepared import DEFAULT_DOCUMENT_BYTES, Prepared, PreparedCache
from schema.execution.survey import fragments_of
from schema.execution.validation import errors_of
from schema.limits import DEFAULT_DOCUMENT_LIMITS, DEFAULT_LIMITS, DocumentLimits, Limits

__all__ = ["ALL_KINDS", "QUERIES", "Engine", "NotPrepared", "Prepared", "WrongKind", "answered"]

QUERIES = frozenset({OperationType.QUERY})
"""What is run once, and answered at once."""

ALL_KINDS = frozenset({OperationType.QUERY, OperationType.SUBSCRIPTION})
"""What is run where answers can follow each other."""


class NotPrepared(Exception):
    """A document that cannot be run, with the answer to it."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(*(error.message for error in errors))
        self.answer = request_error(*errors)


class WrongKind(NotPrepared):
    """An operation of a kind that is not run here; `kind` names it."""

    def __init__(self, kind: OperationType) -> None:
        if kind is OperationType.SUBSCRIPTION:
            message = "a subscription needs an answer that goes on: accept text/event-stream, or open a WebSocket"
        else:
            message = f"this server runs no {kind.value}"
        super().__init__(GraphQLError(message, extensions={"code": "GRAPHQL_VALIDATION_FAILED"}))
        self.kind = kind


class Engine:
    """Prepares the operations of one schema, and keeps what it prepared.

    `documents` bounds what it takes, `limits` gives the default page size. `document_cache_bytes` bounds the memory of
    prepared operations, `fragment_cache_bytes` that of parts of answers (0 keeps none); `kept` and `prepared` tell how
    much of it is used. Threads may share an engine.
    """

    def __init__(
        self,
        schema: Schema,
        limits: Limits = DEFAULT_LIMITS,
        documents: DocumentLimits = DEFAULT_DOCUMENT_LIMITS,
        *,
        document_cache_bytes: int = DEFAULT_DOCUMENT_BYTES,
        fragment_cache_bytes: int = DEFAULT_FRAGMENT_BYTES,
    ) -> None:
        self.schema = schema
        self.limits = limits
        self.documents = documents
        # Strawberry's schema has the one of graphql-core under this name alone.
        self._outline = Outline(schema._schema)
        self.kept = Kept(fragment_bytes=fragment_cache_bytes)
        self.prepared: PreparedCache[Prepared] = PreparedCache(document_cache_bytes)

    @property
    def cache_bytes(self) -> int:
        """The memory that all caches take: operations by estimate, texts as they are."""
        return self.prepared.size + self.kept.size

    def known(self, document: str, operation_name: str | None = None) -> Prepared | None:
        """Return the operation where it is prepared already, else None: whoever answers may prepare it elsewhere."""
        return self.prepared.find((document, operation_name))

    def prepare(
        self, document: str, operation_name: str | None = None, *, kinds: Collection[OperationType] = QUERIES
    ) -> Prepared:
        """Parse a document, choose the operation and validate; raises `NotPrepared`, `WrongKind` for other kinds.

        A document with several operations needs the name of one (GraphQL, section 6.1). A subscription is run once for
        each event, which its context holds (GraphQL, section 6.2.3.2).
        """
        known = self.known(document, operation_name)
        if known is not None and known.operation.operation in kinds:
            return known
        prepared = self._prepared(document, operation_name, kinds)
        self.prepared.keep((document, operation_name), prepared, weight=len(document) * prepared.plans)
        return prepared

    def _prepared(self, document: str, name: str | None, kinds: Collection[OperationType]) -> Prepared:
        try:
            parsed = parsed_within(document, self.documents)
            operation = _chosen(parsed, name)
            if operation.operation not in kinds:
                raise WrongKind(operation.operation)
            overlaps = check_document(parsed, operation, self.documents)
        except GraphQLError as error:
            raise NotPrepared(presented(error, before_execution=True)) from None
        errors = errors_of(self._outline, parsed, max_errors=self.documents.max_errors, overlaps=overlaps)
        if errors:
            raise NotPrepared(*(presented(error, before_execution=True) for error in errors))
        fragments = {node.name.value: node for node in fragments_of(parsed.definitions)}
        price = price_of(self._outline, fragments, operation, self.limits)
        return Prepared(self.schema, parsed, operation, price, self.kept)


def answered(
    engine: Engine, document: str, variables: Mapping[str, Any] | None, context: Context, *, name: str | None = None
) -> Answer:
    """Prepare a document's operation and run it; what cannot be prepared is answered too."""
    try:
        return engine.prepare(document, name).run(variables, context)
    except NotPrepared as refused:
        return refused.answer


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is not None:
        operations = [node for node in operations if node.name and node.name.value == name]
    if len(operations) == 1 or (operations and name is not None):
        return operations[0]  # of several with one name too: validation says what is wrong with them
    if name is not None:
        message = f'the document holds no operation named "{name}"'
    elif operations:
        message = 'the document holds several operations: name one in "operationName"'
    else:
        message = "the document holds no operation"
    raise NotPrepared(GraphQLError(message, extensions={"code": "BAD_USER_INPUT"}))
