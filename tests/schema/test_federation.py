"""The schema as a subgraph: what gateways read of it, and the entities that they ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from graphql import ObjectTypeDefinitionNode, parse, print_ast, strip_ignored_characters

from schema.federation import KEYS
from schema.limits import Limits
from schema.root import sdl

ENTITIES = """query ($of: [_Any!]!) { _entities(representations: $of) {
  __typename
  ... on Snapshot { id name }
  ... on Package { id name specCount snapshot { name } }
  ... on Spec { id hash version snapshot { name } }
  ... on Stack { id name specCount snapshot { name } }
  ... on Target { id name family snapshot { name } }
  ... on OperatingSystem { id name specCount snapshot { name } }
  ... on Compiler { id name family snapshot { name } }
} }"""

TAG = {"name": "v2025.11.0"}
NAMED: dict[str, dict[str, Any]] = {
    "Snapshot": {"name": "v2025.11.0"},
    "Package": {"name": "hdf5", "snapshot": TAG},
    "Spec": {"hash": "pemy6dbksd55n2jllhe7cebrmcvnegmh", "snapshot": TAG},
    "Stack": {"name": "e4s-neoverse_v1", "snapshot": TAG},
    "Target": {"name": "x86_64_v3", "snapshot": TAG},
    "OperatingSystem": {"name": "ubuntu22.04", "snapshot": TAG},
    "Compiler": {"name": "gcc@11.4.0", "snapshot": TAG},
}
"""A noun of each type by its key, and so the fields of the key in the answer."""


def represented(kind, key):
    """Return the representation of a noun."""
    return {"__typename": kind, **key}


def test_every_node_is_an_entity():
    nodes = {
        definition.name.value
        for definition in parse(sdl()).definitions
        if isinstance(definition, ObjectTypeDefinitionNode)
        and "Node" in {interface.name.value for interface in definition.interfaces or ()}
    }
    assert nodes == set(KEYS) == set(NAMED)


@pytest.mark.parametrize("kind", NAMED)
def test_an_entity_is_found_by_each_of_its_keys(ask, kind):
    (by_name,) = ask(ENTITIES, of=[represented(kind, NAMED[kind])])["_entities"]
    assert by_name == {**by_name, "__typename": kind, **NAMED[kind]}
    assert ask(ENTITIES, of=[represented(kind, {"id": by_name["id"]})]) == {"_entities": [by_name]}
    assert ask("query ($id: ID!) { node(id: $id) { id } }", id=by_name["id"]) == {"node": {"id": by_name["id"]}}


def test_an_entity_is_of_the_snapshot_that_its_key_names(ask, raw):
    tags = sorted(raw)
    assert len(tags) > 1
    found = ask(ENTITIES, of=[{"__typename": "Package", "name": "py-build", "snapshot": {"name": tag}} for tag in tags])
    expected = [sum(spec.name == "py-build" for spec in raw[tag].specs.values()) for tag in tags]
    assert [entity["specCount"] if entity else 0 for entity in found["_entities"]] == expected
    assert len(set(expected)) > 1


def test_entities_come_in_the_order_of_their_representations_and_as_often(ask):
    several = [represented(kind, key) for kind, key in NAMED.items()]
    alone = [ask(ENTITIES, of=[one])["_entities"][0] for one in several]
    assert ask(ENTITIES, of=[*several, *reversed(several)])["_entities"] == [*alone, *reversed(alone)]
    assert ask(ENTITIES, of=[]) == {"_entities": []}


def test_a_literal_representation_is_one_too(ask):
    query = """{ _entities(representations: [
      {__typename: "Package", name: "hdf5", snapshot: {name: "v2025.11.0"}}
    ]) { ... on Package { name } } }"""
    assert ask(query) == {"_entities": [{"name": "hdf5"}]}


NOT_LOADED = [
    {"__typename": "Snapshot", "name": "v9"},
    {"__typename": "Package", "name": "hdf5", "snapshot": {"name": "v9"}},
    {"__typename": "Package", "name": "nope", "snapshot": TAG},
    {"__typename": "Spec", "hash": "pemy6d", "snapshot": TAG},  # the beginning of a hash is no key
    {"__typename": "Compiler", "name": "gcc@=11.4.0", "snapshot": TAG},
    {"__typename": "Package", "id": "UGFja2FnZTp2MjAyNS4xMS4wOm5vcGU"},  # Package:v2025.11.0:nope
]


def test_what_is_not_loaded_is_null(ask):
    assert ask(ENTITIES, of=NOT_LOADED) == {"_entities": [None] * len(NOT_LOADED)}


KINDS = "Snapshot, Package, Spec, Stack, Target, OperatingSystem, Compiler"
WRONG = [
    ({}, f'"__typename" is None: it must be one of {KINDS}'),
    ("Package", f'"__typename" is None: it must be one of {KINDS}'),
    ({"__typename": "Query"}, f"\"__typename\" is 'Query': it must be one of {KINDS}"),
    ({"__typename": ["Package"]}, f"\"__typename\" is ['Package']: it must be one of {KINDS}"),
    (
        {"__typename": "Package", "name": "hdf5"},
        'a Package is named by "name snapshot { name }" or "id": "snapshot.name" must be a text',
    ),
    (
        {"__typename": "Package", "snapshot": TAG},
        'a Package is named by "name snapshot { name }" or "id": "name" must be a text',
    ),
    (
        {"__typename": "Spec", "hash": 7, "snapshot": TAG},
        'a Spec is named by "hash snapshot { name }" or "id": "hash" must be a text',
    ),
    ({"__typename": "Snapshot"}, 'a Snapshot is named by "name" or "id": "name" must be a text'),
    (
        {"__typename": "Stack", "id": "UGFja2FnZTp2MjAyNS4xMS4wOmhkZjU"},
        "'UGFja2FnZTp2MjAyNS4xMS4wOmhkZjU' is not the id of a Stack",
    ),
    ({"__typename": "Stack", "id": None}, "None is not the id of a Stack"),
    ({"__typename": "Stack", "id": "hdf5"}, "'hdf5' is not a node id; ids come from the `id` field of a node"),
]


@pytest.mark.parametrize(("representation", "message"), WRONG)
def test_a_representation_without_a_key_is_an_error_at_its_place(ask_errors, representation, message):
    package = represented("Package", NAMED["Package"])
    data, (error,) = ask_errors(ENTITIES, of=[package, representation, package])
    assert [entity and entity["__typename"] for entity in data["_entities"]] == ["Package", None, "Package"]
    assert (error["message"], error["path"]) == (message, ["_entities", 1])
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


def test_more_representations_than_the_maximum_are_refused(ask):
    package = represented("Package", NAMED["Package"])
    bounded = ask.within(Limits(max_nodes=3))
    assert len(bounded(ENTITIES, of=[package] * 3)["_entities"]) == 3
    data, (error,) = bounded.errors(ENTITIES, of=[package] * 4)
    assert data is None
    assert error["message"] == "the number of representations is 4; give 0 to 3"
    assert error["extensions"] == {"code": "PAGE_TOO_LARGE"}


MACHINERY = {"_Any", "_Entity", "_Service", "_Service.sdl", "Query._service", "Query._entities"}


def printed_parts(text):
    """Return each definition by name and each field of an object type by its coordinate, printed on one line."""
    parts = {}
    definitions: Any = parse(text).definitions
    for definition in definitions:
        name = definition.name.value
        if isinstance(definition, ObjectTypeDefinitionNode):
            for field in definition.fields or ():
                parts[f"{name}.{field.name.value}"] = strip_ignored_characters(print_ast(field))
            definition = replace(definition, fields=(), directives=())
        parts[name] = strip_ignored_characters(print_ast(definition))
    return parts


def test_the_subgraph_is_the_served_schema_without_the_fields_of_gateways(ask):
    link, definitions = ask("{ _service { sdl } }")["_service"]["sdl"].split("\n", 1)
    assert link == (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@shareable"])'
    )
    served = printed_parts(sdl())
    assert served.keys() >= MACHINERY
    assert printed_parts(definitions) == {name: part for name, part in served.items() if name not in MACHINERY}


def test_every_entity_states_its_keys(ask):
    stated = parse(ask("{ _service { sdl } }")["_service"]["sdl"])
    directives = {
        definition.name.value: [print_ast(directive) for directive in definition.directives]
        for definition in stated.definitions
        if isinstance(definition, ObjectTypeDefinitionNode) and definition.directives
    }
    in_snapshot = ['@key(fields: "name snapshot { name }")', '@key(fields: "id")']
    assert directives == {
        "Snapshot": ['@key(fields: "name")', '@key(fields: "id")'],
        "Package": in_snapshot,
        "Spec": ['@key(fields: "hash snapshot { name }")', '@key(fields: "id")'],
        "Stack": in_snapshot,
        "Target": in_snapshot,
        "OperatingSystem": in_snapshot,
        "Compiler": in_snapshot,
        "PageInfo": ["@shareable"],
    }
