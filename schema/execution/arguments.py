"""A field's arguments as its resolver takes them: coerced by graphql-core, converted by Strawberry.

Those without variables are coerced once, when the plan is made; the others once in each run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    GraphQLField,
    ListValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    VariableNode,
)
from graphql.execution.values import VariableValues, get_argument_values
from graphql.language import Node
from strawberry import Schema
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from schema.execution.run import Run


def variables_in(node: Node) -> Iterator[str]:
    """Yield the names of the variables in a value, an argument or a directive."""
    if isinstance(node, VariableNode):
        yield node.name.value
    elif isinstance(node, (ArgumentNode, ObjectFieldNode)):
        yield from variables_in(node.value)
    elif isinstance(node, ListValueNode):
        for item in node.values:
            yield from variables_in(item)
    elif isinstance(node, ObjectValueNode):
        for member in node.fields:
            yield from variables_in(member)
    elif isinstance(node, DirectiveNode):
        for argument in node.arguments or ():
            yield from variables_in(argument)


class Arguments:
    """The arguments of one field of one plan."""

    __slots__ = ("_constant", "_definition", "_field", "_node", "_schema", "varies")

    def __init__(self, schema: Schema, definition: GraphQLField, field: StrawberryField, node: FieldNode) -> None:
        self._schema = schema
        self._definition = definition
        self._field = field
        self._node = node
        self._constant: dict[str, Any] | None = {}
        self.varies = any(True for argument in node.arguments or () for _ in variables_in(argument))
        if definition.args and not self.varies:
            try:
                self._constant = self._coerced(None)
            except Exception:  # noqa: BLE001 (an error knows who called: each run has its own, which goes with it)
                self._constant = None

    def of(self, run: Run) -> dict[str, Any]:
        """Return the keyword arguments; raises what coercing them raises."""
        if self._constant is not None and not self.varies:
            return self._constant
        known = run.arguments.get(id(self))
        if known is None:
            known = run.arguments[id(self)] = self._tried(run.variables)
        values, error = known
        if error is not None:
            raise error.with_traceback(None)
        result: dict[str, Any] = values
        return result

    @property
    def constant(self) -> dict[str, Any] | None:
        """The keyword arguments where they are the same in every run, and right."""
        return None if self.varies else self._constant

    def _tried(self, variables: VariableValues | None) -> tuple[dict[str, Any], Exception | None]:
        try:
            return self._coerced(variables), None
        except Exception as error:  # noqa: BLE001 (raised again where the field is run)
            return {}, error

    def _coerced(self, variables: VariableValues | None) -> dict[str, Any]:
        coerced = get_argument_values(self._definition, self._node, variables or VariableValues({}, {}))
        converter = self._schema.schema_converter
        return convert_arguments(
            coerced, self._field.arguments, scalar_registry=converter.scalar_registry, config=converter.config
        )
