"""Fields that have one place in the answer: whether they are the same field, so that they merge for certain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    InlineFragmentNode,
    NamedTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
    print_ast,
)

from schema.execution.outline import FieldOutline, Outline
from schema.execution.uses import Doubtful

_Typed: TypeAlias = tuple[SelectionSetNode, GraphQLCompositeType]


class Merging:
    """Compares fields with all fragments in place; the document's other parts were found valid.

    Fields of one name, of one type and with one text of arguments merge, whatever the types that they are asked of
    (GraphQL, section 5.3.2), if what is selected below them does. Others may merge too: they raise `Doubtful`.
    """

    def __init__(self, outline: Outline, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._outline = outline
        self._fragments = fragments

    def check(self, document: DocumentNode) -> None:
        """Do nothing where all fields merge for certain."""
        root = self._outline.schema.query_type
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode) and root is not None:
                self._check([(node.selection_set, root)])

    def _check(self, sets: Iterable[_Typed]) -> None:
        found: dict[str, list[tuple[FieldNode, FieldOutline]]] = {}
        self._collect(sets, found, set())
        for fields in found.values():
            (first, outlined), *others = fields
            for node, other in others:
                if node.name.value != first.name.value or _written(node) != _written(first):
                    raise Doubtful
                if str(other.definition.type) != str(outlined.definition.type):
                    raise Doubtful
            below = [(node.selection_set, on.below) for node, on in fields if node.selection_set and on.below]
            if below:
                self._check(below)

    def _collect(
        self, sets: Iterable[_Typed], found: dict[str, list[tuple[FieldNode, FieldOutline]]], spread: set[str]
    ) -> None:
        for selections, kind in sets:
            for node in selections.selections:
                if isinstance(node, FieldNode):
                    name = (node.alias or node.name).value
                    found.setdefault(name, []).append((node, self._outline.fields(kind)[node.name.value]))
                elif isinstance(node, InlineFragmentNode):
                    on = self._on(node.type_condition) if node.type_condition else kind
                    self._collect([(node.selection_set, on)], found, spread)
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                    spread.add(node.name.value)
                    fragment = self._fragments[node.name.value]
                    self._collect([(fragment.selection_set, self._on(fragment.type_condition))], found, spread)

    def _on(self, condition: NamedTypeNode) -> GraphQLCompositeType:
        kind = self._outline.composite(condition.name.value)
        if kind is None:
            raise Doubtful
        return kind


def _written(node: FieldNode) -> list[str]:
    """Return a field's arguments as text."""
    return [print_ast(argument) for argument in node.arguments or ()]
