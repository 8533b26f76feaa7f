"""Prepared operations: valid, priced, compiled when first run, and kept within a budget of memory.

A plan is made for each setting of the variables in directives. What cannot be compiled runs on graphql-core, and the
answer says so.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from itertools import count
from threading import Lock
from typing import Any, Generic, TypeVar

from graphql import DocumentNode, ExecutionResult, GraphQLError, OperationDefinitionNode, OperationType, execute_sync
from graphql.execution.values import VariableValues
from strawberry import Schema

from schema.context import Context
from schema.errors import presented
from schema.execution.answer import Answer, encoded, joined, request_error
from schema.execution.cost import Price
from schema.execution.deadline import DeadlineExecutor
from schema.execution.given import Given
from schema.execution.kept import Kept
from schema.execution.plan import Plan
from schema.execution.run import NotCompiled, Run
from schema.execution.survey import Surveyor, fragments_of

P = TypeVar("P")

DEFAULT_DOCUMENT_BYTES = 32 * 2**20
"""Memory for prepared operations: some thousand of ordinary size."""

BYTES_PER_DOCUMENT = 24 * 1024
BYTES_PER_CHARACTER = 500
"""Memory of a prepared operation, and of each character of its document, parsed and compiled (measured: at most so)."""

MOST_PLANS = 8
"""Plans of one operation: it has one for each setting of the variables in its directives that was asked for."""


class Prepared:
    """An operation that is valid against the schema, ready to be run; `price` tells what that costs at most.

    `name` is None where it has none.
    """

    def __init__(
        self, schema: Schema, document: DocumentNode, operation: OperationDefinitionNode, price: Price, kept: Kept
    ) -> None:
        self.schema = schema
        self.document = document
        self.operation = operation
        self.name = operation.name.value if operation.name else None
        self._kept = kept
        self._plans: dict[tuple[Any, ...], Plan | None] = {}
        self._surveyor = Surveyor(
            schema._schema, {node.name.value: node for node in fragments_of(document.definitions)}
        )
        self._conditions = sorted(self._surveyor.of([operation.selection_set]).conditions)
        self.price = price.with_conditions(self._conditions)

    @property
    def plans(self) -> int:
        """How many plans it may have: one for each setting of the variables in its directives, within `MOST_PLANS`."""
        return int(min(2 ** len(self._conditions), MOST_PLANS))

    def run(self, variables: Mapping[str, Any] | None, context: Context) -> Answer:
        """Run the operation; an error in the variables is a request error."""
        return self.run_given(self.given(variables), context)

    def given(self, variables: Mapping[str, Any] | None) -> Given:
        """Coerce variables, for one run or many."""
        return Given(self, variables)

    def run_given(self, given: Given, context: Context) -> Answer:
        """Run the operation with variables that were coerced for it."""
        if given.errors:
            return request_error(*(presented(error, before_execution=False) for error in given.errors))
        try:
            plan = self._plan(given.values)
            if plan is not None:
                return _written(plan, Run(self.schema, context, given, given.arguments(plan), self._kept))
        except NotCompiled:
            pass
        return self._executed(given.raw, context)

    def _plan(self, values: VariableValues) -> Plan | None:
        """Return the plan for the variables in directives; None where graphql-core is to run it."""
        key = tuple([values.coerced.get(name) for name in self._conditions])
        try:
            return self._plans[key]
        except KeyError:
            pass
        # A condition that is null is an error at a place that graphql-core knows.
        compilable = self.operation.operation is OperationType.QUERY and not self.operation.directives
        plan = None
        if compilable and all(isinstance(value, bool) for value in key):
            plan = Plan(self.schema, self.operation, self.document.definitions, self._surveyor, values)
        if len(self._plans) >= MOST_PLANS:
            self._plans.clear()
        self._plans[key] = plan
        return plan

    def _executed(self, variables: dict[str, Any], context: Context) -> Answer:
        """Run the operation on graphql-core."""
        result = execute_sync(
            self.schema._schema,
            self.document,
            context_value=context,
            variable_values=variables,
            operation_name=self.name,
            executor_class=DeadlineExecutor,
        )
        ran = not _did_not_run(result)
        errors = [presented(error, before_execution=False) for error in result.errors or ()]
        return encoded(result.data, errors, ran=ran)


def _written(plan: Plan, run: Run) -> Answer:
    try:
        data = plan.write(run)
    except GraphQLError as error:
        run.errors.append(error)
        data = "null"
    if not run.errors:
        return Answer(run.pieces(f'{{"data":{data}}}'), True, (), True)
    answer = joined(b"".join(run.pieces(data)), [presented(error, before_execution=False) for error in run.errors])
    for raised in run.errors:
        _unwind(raised)
    return answer


def _unwind(error: BaseException | None) -> None:
    """Let go of the frames that an error was raised through: they hold what holds the error."""
    while error is not None:
        error.__traceback__ = None
        error = (error.original_error if isinstance(error, GraphQLError) else None) or error.__context__


def _did_not_run(result: ExecutionResult) -> bool:
    """Tell a request error, which leaves no `data` entry, from a field's error that made all of `data` null.

    Only the errors of a field have a path.
    """
    return result.data is None and all(error.path is None for error in result.errors or ())


class PreparedCache(Generic[P]):
    """Prepared operations by document and name; those used least recently make room once the budget is spent.

    Looking one up takes no lock: a mapping that is only replaced entry by entry can be read by any thread.
    """

    def __init__(self, max_bytes: int) -> None:
        """Keep operations of at most so many bytes, by estimate; 0 keeps none."""
        self.max_bytes = max_bytes
        self.size = 0
        self.found = 0
        self.missed = 0
        self._kept: dict[Hashable, list[Any]] = {}
        self._clock = count(1)
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Hashable) -> P | None:
        """Return the prepared operation, or None where it is not kept."""
        entry = self._kept.get(key)
        if entry is None:
            return None
        self.found += 1
        entry[2] = next(self._clock)
        prepared: P = entry[0]
        return prepared

    def keep(self, key: Hashable, prepared: P, *, weight: int) -> None:
        """Keep a prepared operation whose document has so many characters, unless it is more than the whole budget."""
        size = BYTES_PER_DOCUMENT + weight * BYTES_PER_CHARACTER
        self.missed += 1
        with self._lock:
            if size > self.max_bytes or key in self._kept:
                return
            self._kept[key] = [prepared, size, next(self._clock)]
            self.size += size
            while self.size > self.max_bytes:
                oldest = min(self._kept, key=lambda k: self._kept[k][2])
                self.size -= self._kept.pop(oldest)[1]
