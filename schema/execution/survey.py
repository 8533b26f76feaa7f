"""What a part of a document asks for, told from its text alone: variables, and fields that are not to be kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
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
        if other is NOTHING:
            return self
        if self is NOTHING:
            return other
        return Survey(self.conditions | other.conditions, self.varies or other.varies, self.walks or other.walks)


NOTHING = Survey()


class Surveyor:
    """Surveys selection sets of one document, which it keeps alive: each selection set and fragment once."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._walking = walking_fields(schema)
        self._fragments = fragments
        self._known: dict[str, Survey] = {}
        self._sets: dict[int, Survey] = {}

    def of(self, selections: Iterable[SelectionSetNode | None]) -> Survey:
        """Survey what is selected."""
        found = NOTHING
        for part in selections:
            if part is not None:
                found = found.joined(self._of_set(part))
        return found

    def _of_set(self, part: SelectionSetNode) -> Survey:
        known = self._sets.get(id(part))
        if known is None:
            known = NOTHING
            for node in part.selections:
                if not self._is_bare(node):
                    known = known.joined(self._of_selection(node))
            self._sets[id(part)] = known
        return known

    def _is_bare(self, node: SelectionNode) -> bool:
        """Tell whether it is a name alone, which says nothing; most fields are."""
        if not isinstance(node, FieldNode) or node.selection_set is not None or node.arguments or node.directives:
            return False
        return node.name.value not in self._walking

    def _of_selection(self, node: SelectionNode) -> Survey:
        if isinstance(node, FragmentSpreadNode):
            below = self._of_fragment(node.name.value)
        else:
            selections: SelectionSetNode | None = getattr(node, "selection_set", None)
            below = NOTHING if selections is None else self._of_set(selections)
        own = self._of_field(node) if isinstance(node, FieldNode) else NOTHING
        if node.directives:
            conditions = frozenset(name for directive in node.directives for name in variables_in(directive))
            own = own.joined(Survey(conditions))
        return own.joined(below)

    def _of_field(self, node: FieldNode) -> Survey:
        arguments = {argument.name.value for argument in node.arguments or ()}
        varies = any(True for argument in node.arguments or () for _ in variables_in(argument))
        bound = self._walking.get(node.name.value)
        walks = bound is not None and (not bound or bool(bound & arguments))
        return Survey(varies=varies, walks=walks) if varies or walks else NOTHING

    def _of_fragment(self, name: str) -> Survey:
        if name not in self._known:
            self._known[name] = self.of([self._fragments[name].selection_set])
        return self._known[name]


@cache
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
