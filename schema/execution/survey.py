"""What a part of a document asks for, told from its text alone: variables, and fields that are not to be kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    SelectionNode,
    SelectionSetNode,
)
from graphql.type import is_interface_type, is_object_type
from strawberry.types.field import StrawberryField

from schema.execution.arguments import variables_in

DEFINITION = "strawberry-definition"
"""Where a type or field of graphql-core's schema holds Strawberry's own."""

FAR = frozenset({"transitive", "maxDepth"})
"""Arguments without which a field that may walk far does not."""


class Survey(NamedTuple):
    """`conditions` are the variables of directives; `varies` and `walks` tell what stands in the way of keeping."""

    conditions: frozenset[str] = frozenset()
    varies: bool = False
    walks: bool = False

    def joined(self, other: Survey) -> Survey:
        """Return what either says."""
        return Survey(self.conditions | other.conditions, self.varies or other.varies, self.walks or other.walks)


class Surveyor:
    """Surveys selection sets of one document; each fragment once."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._walking = walking_fields(schema)
        self._fragments = fragments
        self._known: dict[str, Survey] = {}

    def of(self, selections: Iterable[SelectionSetNode | None]) -> Survey:
        """Survey what is selected."""
        found = (self._of_selection(node) for part in selections if part is not None for node in part.selections)
        return reduce(Survey.joined, found, Survey())

    def _of_selection(self, node: SelectionNode) -> Survey:
        conditions = frozenset(name for directive in node.directives or () for name in variables_in(directive))
        if isinstance(node, FragmentSpreadNode):
            below = self._of_fragment(node.name.value)
        else:
            below = self.of([getattr(node, "selection_set", None)])
        own = Survey(conditions)
        if isinstance(node, FieldNode):
            arguments = {argument.name.value for argument in node.arguments or ()}
            varies = any(True for argument in node.arguments or () for _ in variables_in(argument))
            bound = self._walking.get(node.name.value)
            own = Survey(conditions, varies, bound is not None and (not bound or bool(bound & arguments)))
        return own.joined(below)

    def _of_fragment(self, name: str) -> Survey:
        if name not in self._known:
            self._known[name] = self.of([self._fragments[name].selection_set])
        return self._known[name]


def walking_fields(schema: GraphQLSchema) -> dict[str, frozenset[str]]:
    """Return the names of fields that may walk far, each with the arguments of `FAR` that it has."""
    found: dict[str, frozenset[str]] = {}
    for kind in schema.type_map.values():
        if not (is_object_type(kind) or is_interface_type(kind)):
            continue
        for name, definition in kind.fields.items():
            field = definition.extensions.get(DEFINITION)
            resolver = field.base_resolver if isinstance(field, StrawberryField) else None
            if resolver is not None and getattr(resolver.wrapped_func, "walks", False):
                found[name] = found.get(name, FAR) & frozenset(definition.args)
    return found


def fragments_of(definitions: Iterable[object]) -> Iterator[FragmentDefinitionNode]:
    """Yield the fragments among a document's definitions."""
    return (node for node in definitions if isinstance(node, FragmentDefinitionNode))
