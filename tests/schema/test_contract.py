"""The served schema against the public contract, against its printed form, and as something to read."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
    find_breaking_changes,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
)

from schema.root import schema, sdl

SERVED = build_schema(sdl())
PRINTED = Path(__file__).resolve().parents[2] / "schema" / "schema.graphql"


def test_nothing_of_the_contract_is_missing(shared_data):
    path = shared_data.parent / "contract" / "schema.graphql"
    if not path.exists():
        pytest.skip(f"the public contract is not at {path}")
    contract = build_schema(path.read_text(encoding="utf-8"))
    assert find_breaking_changes(contract, SERVED) == []


def test_the_printed_schema_is_the_served_one():
    assert PRINTED.read_text(encoding="utf-8") == sdl()


def test_the_schema_that_is_served_is_the_one_that_answers():
    assert not find_breaking_changes(SERVED, schema._schema)
    assert not find_breaking_changes(schema._schema, SERVED)


def described_things():
    """Yield (name, description) of everything that a reader of the schema sees."""
    for name, kind in SERVED.type_map.items():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        yield name, kind.description
        if isinstance(kind, GraphQLEnumType):
            yield from ((f"{name}.{value}", kind.values[value].description) for value in kind.values)
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
            for field, definition in kind.fields.items():
                yield f"{name}.{field}", definition.description
                arguments = getattr(definition, "args", {})
                yield from ((f"{name}.{field}({arg}:)", arguments[arg].description) for arg in arguments)


def test_every_type_field_argument_input_field_and_value_is_described():
    assert {name for name, description in described_things() if not description} == set()


def test_every_listed_thing_is_a_node():
    for name, kind in SERVED.type_map.items():
        if name.endswith("Connection"):
            assert isinstance(kind, GraphQLObjectType)
            node = get_named_type(kind.fields["nodes"].type)
            assert isinstance(node, GraphQLObjectType)
            assert [interface.name for interface in node.interfaces] == ["Node"]
            assert {"edges", "nodes", "pageInfo", "totalCount"} <= set(kind.fields)


def test_root_fields_are_nullable_but_for_lists_that_cannot_fail():
    query = SERVED.query_type
    assert query is not None
    required = {name for name, field in query.fields.items() if str(field.type).endswith("!")}
    assert required == {"nodes", "snapshots", "_service", "_entities"}
