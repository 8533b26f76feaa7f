"""The schema as a subgraph of Apollo Federation 2: keys, entities and the schema that gateways compose from.

A noun is the same for two graphs when its name (a spec's hash) and its snapshot's name are, or its `id`. A key
without the snapshot would let a gateway come back to another snapshot than the one that it left.

https://www.apollographql.com/docs/graphos/reference/federation/subgraph-spec
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Annotated, NewType, cast

import strawberry
from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DocumentNode,
    FieldDefinitionNode,
    ObjectTypeDefinitionNode,
    parse,
    print_ast,
)
from strawberry.types.scalar import ScalarDefinition

from graph.snapshot import Catalogue
from schema.compiler import Compiler
from schema.connections import checked_count
from schema.context import Info
from schema.errors import InvalidRepresentation, presented_value
from schema.lookup import node_by_id, node_by_key
from schema.node import Node, decode_id
from schema.operating_system import OperatingSystem
from schema.package import Package
from schema.snapshot import Snapshot, snapshot_node
from schema.spec import Spec
from schema.stack import Stack
from schema.target import Target

_IN_SNAPSHOT = "name snapshot { name }"

KEYS: Mapping[str, tuple[str, ...]] = {
    "Snapshot": ("name", "id"),
    "Package": (_IN_SNAPSHOT, "id"),
    "Spec": ("hash snapshot { name }", "id"),
    "Stack": (_IN_SNAPSHOT, "id"),
    "Target": (_IN_SNAPSHOT, "id"),
    "OperatingSystem": (_IN_SNAPSHOT, "id"),
    "Compiler": (_IN_SNAPSHOT, "id"),
}
"""The keys of each entity, as the field sets of `@key`; any of them is enough."""

SHAREABLE = frozenset({"PageInfo"})
"""Types that other graphs have too, field by field, because the Relay specification says what they hold."""

FEDERATION = "https://specs.apollo.dev/federation/v2.0"
"""The oldest version that has all that is used here, so that every gateway of Federation 2 takes it."""

_MACHINERY = frozenset({"_service", "_entities", "_Service", "_Entity", "_Any"})
"""What the subgraph specification adds to a schema, and leaves out of the one that is composed."""

Representation = NewType("Representation", object)

FEDERATION_SCALARS: dict[object, ScalarDefinition] = {
    Representation: strawberry.scalar(
        name="_Any",
        description="An entity of another graph's answer: its `__typename` and the fields of one of its keys.",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    )
}

Entity = Annotated[
    Snapshot | Package | Spec | Stack | Target | OperatingSystem | Compiler,
    strawberry.union("_Entity", description="Nouns that other graphs of a federation may refer to and extend."),
]


@strawberry.type(name="_Service", description="What a gateway reads to compose this graph with others.")
class Service:
    """The subgraph, as the specification has it described."""

    @strawberry.field(description="The schema with its keys, without what the gateway's own fields need.")
    def sdl(self, info: Info) -> str:
        """Return the subgraph's schema."""
        return subgraph_sdl(info.schema)


@strawberry.type
class FederationQueries:
    """The two fields by which a gateway reads and joins a subgraph."""

    @strawberry.field(name="_service", description="This graph as a subgraph of Apollo Federation 2.")
    def service(self) -> Service:
        """Return the description of the subgraph."""
        return Service()

    @strawberry.field(
        name="_entities",
        description="The nouns that another graph's answer refers to, in the order of the representations; null "
        "where one is not loaded. A representation that has no key is an error at its place and leaves the others "
        "whole.",
    )
    def entities(
        self,
        info: Info,
        representations: Annotated[
            list[Representation],
            strawberry.argument(description="Type names, each with the fields of a key of that type."),
        ],
    ) -> list[Entity | None]:
        """Return the entities."""
        checked_count("the number of representations", len(representations), most=info.context.limits.max_nodes)
        return [presented_value(entity, info.context.catalogue, stated) for stated in representations]


def entity(catalogue: Catalogue, representation: object) -> Entity | None:
    """Return the noun that a representation stands for, or None where it is not loaded (any more).

    `id` is taken where it is given, else the other key. Raises `InvalidRepresentation`, and `InvalidId`.
    """
    stated = representation if isinstance(representation, dict) else {}
    kind = stated.get("__typename")
    if not isinstance(kind, str) or kind not in KEYS:
        raise InvalidRepresentation(f'"__typename" is {kind!r}: it must be one of {", ".join(KEYS)}')
    if "id" in stated:
        return cast("Entity | None", _by_id(catalogue, kind, stated["id"]))
    if kind == "Snapshot":
        found = catalogue.get(_text(kind, stated, "name"))
        return None if found is None else snapshot_node(catalogue, found)
    holder = stated.get("snapshot")
    within = catalogue.get(_text(kind, holder if isinstance(holder, dict) else {}, "name", of="snapshot."))
    key = _text(kind, stated, "hash" if kind == "Spec" else "name")
    return None if within is None else cast("Entity | None", node_by_key(within, kind, key))


def _by_id(catalogue: Catalogue, kind: str, node_id: object) -> Node | None:
    if not isinstance(node_id, str) or decode_id(node_id)[0] != kind:
        raise InvalidRepresentation(f"{node_id!r} is not the id of a {kind}")
    return node_by_id(catalogue, node_id)


def _text(kind: str, stated: Mapping[str, object], field: str, *, of: str = "") -> str:
    text = stated.get(field)
    if not isinstance(text, str):
        keys = " or ".join(f'"{key}"' for key in KEYS[kind])
        raise InvalidRepresentation(f'a {kind} is named by {keys}: "{of}{field}" must be a text')
    return text


@lru_cache(maxsize=1)
def subgraph_sdl(schema: strawberry.Schema) -> str:
    """Return the schema as a subgraph: linked to the specification, with keys, and without its machinery."""
    document = parse(schema.as_str(), no_location=True)
    described = [_as_subgraph(definition) for definition in document.definitions if _name(definition) not in _MACHINERY]
    link = f'extend schema @link(url: "{FEDERATION}", import: ["@key", "@shareable"])'
    return f"{link}\n\n{print_ast(DocumentNode(definitions=tuple(described)))}\n"


def _name(definition: DefinitionNode | FieldDefinitionNode) -> str | None:
    name = getattr(definition, "name", None)
    return None if name is None else cast("str", name.value)


def _as_subgraph(definition: DefinitionNode) -> DefinitionNode:
    if not isinstance(definition, ObjectTypeDefinitionNode):
        return definition
    keys = (f'@key(fields: "{key}")' for key in KEYS.get(definition.name.value, ()))
    shared = ("@shareable",) if definition.name.value in SHAREABLE else ()
    return replace(
        definition,
        directives=(*(definition.directives or ()), *_directives(*keys, *shared)),
        fields=tuple(field for field in definition.fields or () if _name(field) not in _MACHINERY),
    )


def _directives(*texts: str) -> tuple[ConstDirectiveNode, ...]:
    if not texts:
        return ()
    (carrier,) = parse(f"scalar Carrier {' '.join(texts)}", no_location=True).definitions
    return cast("tuple[ConstDirectiveNode, ...]", carrier.directives)  # type: ignore[attr-defined]
