"""How the schema may change: what breaks clients, compared with a former state of it.

`make check` compares with the main branch: `python -m schema.evolution FORMER.graphql NOW.graphql` prints what breaks,
and exits with 1 where something does. What was deprecated there may go; so may a type that only deprecated things
named.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from graphql import GraphQLEnumType, GraphQLSchema, build_schema, find_breaking_changes, get_named_type

_REMOVED = re.compile(r"(?:Field |Argument |Enum value |Type |)(\S+) was removed\.")


def breaking_changes(former: str, now: str) -> list[str]:
    """Return what of the schema `now` breaks clients of the schema `former`, both as text, in graphql-core's words.

    >>> breaking_changes("type Query { a: Int, b: Int @deprecated }", "type Query { a: Int }")
    []
    >>> breaking_changes("type Query { a: Int, b: Int }", "type Query { a: Int }")
    ['Field Query.b was removed.']
    """
    before = build_schema(former)
    may_go = set(_may_go(before))
    changes = find_breaking_changes(before, build_schema(now))
    return sorted(change.description for change in changes if _removed(change.description) not in may_go)


def _removed(description: str) -> str | None:
    found = _REMOVED.fullmatch(description)
    return found[1] if found else None


def _may_go(schema: GraphQLSchema) -> Iterator[str]:
    """Yield the coordinates of what is deprecated, and of the types that nothing else names."""
    named = {root.name for root in (schema.query_type, schema.mutation_type, schema.subscription_type) if root}
    for coordinate, reason, type_name in _members(schema):
        if reason is None:
            named.add(type_name)
        else:
            yield coordinate
    for kind in schema.type_map.values():
        named |= {interface.name for interface in getattr(kind, "interfaces", ())}
        named |= {member.name for member in getattr(kind, "types", ())}
    yield from schema.type_map.keys() - named - _implementing(schema, named)


def _implementing(schema: GraphQLSchema, named: set[str]) -> set[str]:
    return {
        kind.name
        for kind in schema.type_map.values()
        if named & {interface.name for interface in getattr(kind, "interfaces", ())}
    }


def _members(schema: GraphQLSchema) -> Iterator[tuple[str, str | None, str]]:
    """Yield coordinate, reason of deprecation and type of every field, argument, input field and enum value."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLEnumType):
            for name, value in kind.values.items():
                yield f"{kind.name}.{name}", value.deprecation_reason, kind.name
            continue
        for name, field in getattr(kind, "fields", {}).items():
            yield f"{kind.name}.{name}", field.deprecation_reason, get_named_type(field.type).name
            for argument, definition in getattr(field, "args", {}).items():
                coordinate = f"{kind.name}.{name}({argument}:)"
                reason = definition.deprecation_reason or field.deprecation_reason
                yield coordinate, reason, get_named_type(definition.type).name


def main(files: Sequence[str]) -> int:
    """Print what breaks between two files; return the exit code."""
    former, now = (Path(file).read_text(encoding="utf-8") for file in files)
    changes = breaking_changes(former, now)
    for change in changes:
        sys.stderr.write(f"schema/schema.graphql breaks clients of the main branch: {change}\n")
    if changes:
        sys.stderr.write("Deprecate first (docs/api.md), and remove in a later release.\n")
    return 1 if changes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
