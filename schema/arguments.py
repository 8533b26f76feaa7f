"""Arguments that many fields share, and how an absent one is told from a given one."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import strawberry
from strawberry import UNSET

from graph.model import ALL_DEPENDENCY_TYPES, DependencyType
from schema import enums

Value = TypeVar("Value")

First = Annotated[
    int | None,
    strawberry.argument(description="At most this many items, from the front of the list (or after `after`)."),
]
After = Annotated[
    str | None,
    strawberry.argument(description="Only items that come after this cursor, which an edge or pageInfo gave."),
]
Last = Annotated[
    int | None,
    strawberry.argument(description="At most this many items, from the end of the list (or before `before`)."),
]
Before = Annotated[
    str | None,
    strawberry.argument(description="Only items that come before this cursor, which an edge or pageInfo gave."),
]
SnapshotName = Annotated[
    str | None,
    strawberry.argument(
        description='Name of a snapshot, such as "develop" or "v2025.11.0"; left out, it is the server\'s default.'
    ),
]
Deptypes = Annotated[
    list[enums.DependencyType] | None,
    strawberry.argument(description="Follow only edges of any of these types; left out, of all types."),
]
MaxDepth = Annotated[
    int | None,
    strawberry.argument(description="Follow at most this many edges in a row; left out, there is no such bound."),
]
Transitive = Annotated[bool | None, strawberry.argument(description="Follow edges all the way instead of once.")]


def given(value: Value | None) -> Value | None:
    """Return an argument's value, or None where it was left out: both say nothing here."""
    return None if value is UNSET else value


def deptypes_of(value: list[Any] | None) -> DependencyType:
    """Join a list of dependency types into flags; a list left out is all of them, an empty list none."""
    types = given(value)
    if types is None:
        return ALL_DEPENDENCY_TYPES
    return DependencyType(sum({int(deptype) for deptype in types}))


def depth_of(max_depth: int | None, *, transitive: bool | None) -> int | None:
    """Return how many edges to follow: one unless `transitive`, and never more than `max_depth`."""
    bound = given(max_depth)
    if given(transitive):
        return bound
    return 1 if bound is None else min(bound, 1)
