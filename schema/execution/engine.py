"""An operation's way: parsed, chosen and validated once, then run over a catalogue as often as it is asked.

    document, operation name  ->  prepare  ->  Prepared  ->  run(variables, context)  ->  Answer

An operation that cannot be prepared raises `NotPrepared`, which holds the answer that says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    validate,
)
from strawberry import Schema

from schema.context import Context
from schema.errors import presented
from schema.execution.answer import Answer, encoded, request_error
from schema.execution.cost import Price, price_of
from schema.execution.deadline import DeadlineExecutor
from schema.execution.limits import check_document, parsed_within
from schema.limits import DEFAULT_DOCUMENT_LIMITS, DEFAULT_LIMITS, DocumentLimits, Limits

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


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation that is valid against the schema, ready to be run; `price` tells what that costs at most."""

    schema: GraphQLSchema
    document: DocumentNode
    operation: OperationDefinitionNode
    price: Price

    @property
    def name(self) -> str | None:
        """The operation's name, None where it has none."""
        return self.operation.name.value if self.operation.name else None

    def run(self, variables: Mapping[str, Any] | None, context: Context) -> Answer:
        """Run the operation; an error in the variables is a request error."""
        result = execute_sync(
            self.schema,
            self.document,
            context_value=context,
            variable_values=dict(variables or {}),
            operation_name=self.name,
            executor_class=DeadlineExecutor,
        )
        ran = not _did_not_run(result)
        errors = [presented(error, before_execution=False) for error in result.errors or ()]
        return encoded(result.data, errors, ran=ran)


@dataclass(frozen=True, slots=True)
class Engine:
    """Prepares the operations of one schema; `documents` bounds what it takes, `limits` gives the default page size."""

    schema: Schema
    limits: Limits = DEFAULT_LIMITS
    documents: DocumentLimits = DEFAULT_DOCUMENT_LIMITS

    def prepare(
        self, document: str, operation_name: str | None = None, *, kinds: Collection[OperationType] = QUERIES
    ) -> Prepared:
        """Parse a document, choose the operation and validate; raises `NotPrepared`, `WrongKind` for other kinds.

        A document with several operations needs the name of one (GraphQL, section 6.1). A subscription is run once for
        each event, which its context holds (GraphQL, section 6.2.3.2).
        """
        # Strawberry's schema has the one of graphql-core under this name alone.
        schema = self.schema._schema
        try:
            parsed = parsed_within(document, self.documents)
            operation = _chosen(parsed, operation_name)
            if operation.operation not in kinds:
                raise WrongKind(operation.operation)
            check_document(parsed, operation, self.documents)
        except GraphQLError as error:
            raise NotPrepared(presented(error, before_execution=True)) from None
        errors = validate(schema, parsed, max_errors=self.documents.max_errors)
        if errors:
            raise NotPrepared(*(presented(error, before_execution=True) for error in errors))
        fragments = {node.name.value: node for node in parsed.definitions if isinstance(node, FragmentDefinitionNode)}
        return Prepared(schema, parsed, operation, price_of(schema, fragments, operation, self.limits))


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
    if len(operations) == 1:
        return operations[0]
    message = (
        'the document holds several operations or none: name one in "operationName"'
        if name is None
        else f'the document holds no operation named "{name}"'
    )
    raise NotPrepared(GraphQLError(message, extensions={"code": "BAD_USER_INPUT"}))


def _did_not_run(result: ExecutionResult) -> bool:
    """Tell a request error, which leaves no `data` entry, from a field's error that made all of `data` null.

    Only the errors of a field have a path.
    """
    return result.data is None and all(error.path is None for error in result.errors or ())
