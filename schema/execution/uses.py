"""Values in a document: whether they are right where they stand, and which variables are used where.

Both in one walk, which raises `Doubtful` at what may be wrong: graphql-core's rules tell then what is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

from graphql import (
    ArgumentNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLSchema,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    is_input_type,
    is_required_input_field,
    type_from_ast,
)
from graphql.type import is_input_object_type, is_list_type, is_non_null_type
from graphql.utilities import is_type_sub_type_of, validate_input_literal


class Doubtful(Exception):
    """A document that may be invalid."""


class Use(NamedTuple):
    """A variable where a value of a type is expected; `has_default` tells whether there is one to be left out for."""

    name: str
    kind: GraphQLInputType
    has_default: bool


def arguments_used(
    nodes: Sequence[ArgumentNode], arguments: Mapping[str, GraphQLArgument], uses: list[Use]
) -> set[str]:
    """Return the names of the arguments that are given, once each, and note their variables."""
    seen: set[str] = set()
    for node in nodes:
        name = node.name.value
        argument = arguments.get(name)
        if argument is None or name in seen:
            raise Doubtful
        seen.add(name)
        _value(node.value, argument.type, _has_default(argument), uses)
    return seen


def _has_default(place: GraphQLArgument | GraphQLInputField) -> bool:
    return place.default is not None or place.default_value is not Undefined


def _value(node: ValueNode, kind: GraphQLInputType, has_default: bool, uses: list[Use]) -> None:
    if isinstance(node, VariableNode):
        uses.append(Use(node.name.value, kind, has_default))
        return
    if is_non_null_type(kind):
        if isinstance(node, NullValueNode):
            raise Doubtful
        kind = kind.of_type
    elif isinstance(node, NullValueNode):
        return
    if is_list_type(kind):
        for item in node.values if isinstance(node, ListValueNode) else (node,):
            _value(item, kind.of_type, False, uses)
    elif is_input_object_type(kind):
        _object(node, kind, uses)
    else:
        _untyped(node)
        validate_input_literal(node, kind, _wrong)


def _untyped(node: ValueNode) -> None:
    """Look through lists and objects that are a scalar's: variables in them have no type."""
    if isinstance(node, VariableNode):
        raise Doubtful
    if isinstance(node, ListValueNode):
        for item in node.values:
            _untyped(item)
    elif isinstance(node, ObjectValueNode):
        if len({member.name.value for member in node.fields}) < len(node.fields):
            raise Doubtful
        for member in node.fields:
            _untyped(member.value)


def _wrong(_error: GraphQLError, _path: list[str | int]) -> NoReturn:
    raise Doubtful


def _object(node: ValueNode, kind: GraphQLInputObjectType, uses: list[Use]) -> None:
    if not isinstance(node, ObjectValueNode) or kind.is_one_of:
        raise Doubtful
    known = kind.fields
    seen: set[str] = set()
    for member in node.fields:
        name = member.name.value
        if name in seen or name not in known:
            raise Doubtful
        seen.add(name)
        _value(member.value, known[name].type, _has_default(known[name]), uses)
    if any(name not in seen and is_required_input_field(field) for name, field in known.items()):
        raise Doubtful


class Variables:
    """The variables that one operation declares."""

    def __init__(self, schema: GraphQLSchema, nodes: Sequence[VariableDefinitionNode]) -> None:
        self._schema = schema
        self._nodes = {node.variable.name.value: node for node in nodes}
        if len(self._nodes) < len(nodes):
            raise Doubtful
        self._kinds: dict[str, Any] = {}
        for name, node in self._nodes.items():
            kind = type_from_ast(schema, node.type)
            if node.directives or not is_input_type(kind):
                raise Doubtful
            self._kinds[name] = kind
            if node.default_value is not None:
                _value(node.default_value, kind, False, [])

    def check(self, uses: Sequence[Use]) -> None:
        """Do nothing where each is used, nothing else is, and each where its type may stand."""
        if {use.name for use in uses} != self._nodes.keys():
            raise Doubtful
        for name, kind, has_default in set(uses):
            given = self._kinds[name]
            if given is kind:
                continue
            if is_non_null_type(kind) and not is_non_null_type(given):
                default = self._nodes[name].default_value
                if not has_default and (default is None or isinstance(default, NullValueNode)):
                    raise Doubtful
                kind = kind.of_type
            if not is_type_sub_type_of(self._schema, given, kind):
                raise Doubtful
