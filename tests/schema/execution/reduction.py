"""The smallest part of an operation that still fails: what a failure is reported with.

hypothesis would shrink the shape and the seed, and each step would make quite another operation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import REMOVE, FragmentDefinitionNode, Visitor, parse, print_ast, validate, visit

from tests.schema.execution.operations import Operation
from tests.schema.execution.reference import SERVED

REMOVABLE = frozenset(
    {"field", "inline_fragment", "fragment_spread", "directive", "argument", "object_field", "fragment_definition"}
)


def reduced(operation: Operation, fails: Callable[[Operation], bool]) -> Operation:
    """Return an operation that fails too, and of which nothing can be left out; variables are left as they are."""
    place = 0
    while (smaller := _without(operation, place)) is not None:
        # What was left out makes room at its place: the next candidate has moved up.
        if smaller.document and fails(smaller):
            operation = smaller
        else:
            place += 1
    return operation


def _without(operation: Operation, place: int) -> Operation | None:
    """Leave one part out; the document is empty where the rest is not valid, None where there is no such place."""
    remover = _Remover(place)
    document = _tidy(visit(parse(operation.document), remover))
    if not remover.removed:
        return None
    whole = any(definition.kind == "operation_definition" for definition in document.definitions)
    valid = whole and not validate(SERVED, document)
    return Operation(print_ast(document) if valid else "", operation.variables)


class _Remover(Visitor):
    def __init__(self, place: int) -> None:
        super().__init__()
        self.left = place
        self.removed = False

    def enter(self, node: Any, *_: object) -> Any:
        if node.kind not in REMOVABLE or self.removed:
            return None
        self.left -= 1
        if self.left >= 0:
            return None
        self.removed = True
        return REMOVE


class _Used(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()
        self.fragments: set[str] = set()

    def enter_variable(self, node: Any, _key: object, parent: Any, *_: object) -> None:
        if getattr(parent, "kind", None) != "variable_definition":
            self.variables.add(node.name.value)

    def enter_fragment_spread(self, node: Any, *_: object) -> None:
        self.fragments.add(node.name.value)


class _Unused(Visitor):
    def __init__(self, used: _Used) -> None:
        super().__init__()
        self.used = used

    def enter_variable_definition(self, node: Any, *_: object) -> Any:
        return None if node.variable.name.value in self.used.variables else REMOVE

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: object) -> Any:
        return None if node.name.value in self.used.fragments else REMOVE

    def enter_selection_set(self, node: Any, *_: object) -> Any:
        return None if node.selections else REMOVE


def _tidy(document: Any) -> Any:
    """Leave out variables and fragments that nothing uses, and what only they used."""
    while True:
        used = _Used()
        visit(document, used)
        tidied = visit(document, _Unused(used))
        if tidied is document:
            return document
        document = tidied
