"""A schema as whoever walks a document needs it: by type, what a field's name stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    GraphQLArgument,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    is_required_argument,
)
from graphql.type import SchemaMetaFieldDef, TypeMetaFieldDef, TypeNameMetaFieldDef, is_interface_type, is_object_type


@dataclass(frozen=True, slots=True)
class FieldOutline:
    """A field of a type: `below` is the type of its selection set, None where it is a leaf.

    `is_plain` tells a leaf that is no list and takes no arguments.
    """

    coordinate: str
    definition: GraphQLField
    below: GraphQLCompositeType | None
    is_list: bool
    is_plain: bool
    arguments: Mapping[str, GraphQLArgument]
    required: frozenset[str]


class Outline:
    """The fields of a schema's types, introspection included; each type is looked at once."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._fields: dict[str, dict[str, FieldOutline]] = {}

    def composite(self, name: str) -> GraphQLCompositeType | None:
        """Return the object, interface or union type of that name, or None where there is none."""
        kind = self.schema.type_map.get(name)
        return kind if is_composite_type(kind) else None

    def fields(self, kind: GraphQLCompositeType) -> Mapping[str, FieldOutline]:
        """Return what may be asked of a type, by name."""
        found = self._fields.get(kind.name)
        if found is None:
            found = self._fields[kind.name] = {
                name: _outlined(kind.name, name, definition) for name, definition in self._definitions(kind).items()
            }
        return found

    def _definitions(self, kind: GraphQLCompositeType) -> dict[str, GraphQLField]:
        found = {"__typename": TypeNameMetaFieldDef}
        if kind is self.schema.query_type:
            found |= {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}
        if is_object_type(kind) or is_interface_type(kind):
            found |= kind.fields
        return found


def _outlined(parent: str, name: str, definition: GraphQLField) -> FieldOutline:
    named = get_named_type(definition.type)
    is_list = is_list_type(get_nullable_type(definition.type))
    return FieldOutline(
        coordinate=f"{parent}.{name}",
        definition=definition,
        below=named if is_composite_type(named) else None,
        is_list=is_list,
        is_plain=not is_list and not definition.args and not is_composite_type(named),
        arguments=definition.args,
        required=frozenset(name for name, argument in definition.args.items() if is_required_argument(argument)),
    )
