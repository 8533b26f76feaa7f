"""The tests themselves: every field of the API is asked for by a document in this folder."""

from __future__ import annotations

import ast
from pathlib import Path

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSyntaxError,
    ObjectFieldNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    get_named_type,
    is_introspection_type,
    parse,
    validate,
    visit,
)

from schema.root import sdl

SERVED = build_schema(sdl())


class Asked(Visitor):
    """Notes every field, argument and input field that a document names, by type."""

    def __init__(self, types):
        super().__init__()
        self.types = types
        self.names = set()

    def enter_field(self, node: FieldNode, *_):
        self.names.add(f"{self.types.get_parent_type().name}.{node.name.value}")

    def enter_argument(self, node: ArgumentNode, *_):
        field = self.types.get_field_def()
        parent = self.types.get_parent_type()
        for name, definition in parent.fields.items():
            if definition is field:
                self.names.add(f"{parent.name}.{name}({node.name.value}:)")

    def enter_object_field(self, node: ObjectFieldNode, *_):
        parent = get_named_type(self.types.get_parent_input_type())
        if parent is not None:  # within a scalar, such as a representation
            self.names.add(f"{parent.name}.{node.name.value}")


def documents():
    """Yield every valid document that stands as a string in a test of this folder."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str) and "{" in node.value):
                continue
            try:
                document = parse(node.value)
            except GraphQLSyntaxError:
                continue
            if not validate(SERVED, document):
                yield document


def asked():
    names = set()
    for document in documents():
        types = TypeInfo(SERVED)
        notes = Asked(types)
        visit(document, TypeInfoVisitor(types, notes))
        names |= notes.names
    return names


def served():
    """Yield every field, argument and input field of the schema."""
    for name, kind in SERVED.type_map.items():
        if is_introspection_type(kind):
            continue
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
            for field, definition in kind.fields.items():
                yield f"{name}.{field}"
                yield from (f"{name}.{field}({argument}:)" for argument in getattr(definition, "args", {}))


def test_every_field_is_asked_for():
    names = asked()
    assert len(names) > 200
    assert set(served()) - names == set()
