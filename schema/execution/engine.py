"""An operation's way: parsed, chosen and validated once, then run over a catalogue as often as it is asked.

    document, operation name  ->  prepare  ->  Prepared  ->  run(variables, context)  ->  Answer

An operation that cannot be prepared raises `NotPrepared`, which holds the answer that says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    parse,
    validate,
)
from strawberry import Schema

from schema.context import Context
from schema.errors import presented
from schema.execution.answer import Answer, encoded, request_error


class NotPrepared(Exception):
    """A document that cannot be run, with the answer to it."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(*(error.message for error in errors))
        self.answer = request_error(*errors)


class WrongKind(NotPrepared):
    """An operation of a kind that is not run here; `kind` names it."""

    def __init__(self, kind: OperationType) -> None:
        message = f"this endpoint runs queries, and no {kind.value}"
        super().__init__(GraphQLError(message, extensions={"code": "GRAPHQL_VALIDATION_FAILED"}))
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation that is valid against the schema, ready to be run."""

    schema: GraphQLSchema
    document: DocumentNode
    operation: OperationDefinitionNode

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
        )
        ran = not _did_not_run(result)
        errors = [presented(error, before_execution=False) for error in result.errors or ()]
        return encoded(result.data, errors, ran=ran)


@dataclass(frozen=True, slots=True)
class Engine:
    """Prepares the operations of one schema."""

    schema: Schema

    def prepare(self, document: str, operation_name: str | None = None) -> Prepared:
        """Parse a document, choose the operation and validate; raises `NotPrepared`.

        Only queries are prepared. A document with several operations needs the name of one (GraphQL, section 6.1).
        """
        # Strawberry's schema has the one of graphql-core under this name alone.
        schema = self.schema._schema
        try:
            parsed = parse(document)
        except GraphQLError as error:
            raise NotPrepared(presented(error, before_execution=True)) from None
        operation = _chosen(parsed, operation_name)
        if operation.operation is not OperationType.QUERY:
            raise WrongKind(operation.operation)
        errors = validate(schema, parsed)
        if errors:
            raise NotPrepared(*(presented(error, before_execution=True) for error in errors))
        return Prepared(schema, parsed, operation)


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
