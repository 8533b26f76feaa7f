"""One run of a compiled operation: what it was asked with, and the errors that it met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from graphql import FieldNode, GraphQLError
from graphql.error import located_error
from graphql.execution.values import VariableValues

from schema.context import Context

if TYPE_CHECKING:
    from schema.execution.kept import Kept

Path: TypeAlias = tuple[Any, str | int] | None
"""A place in the answer: the place around it, and the key or index there."""


class RunInfo:
    """What resolvers are handed: of all that Strawberry's `Info` has, the context."""

    __slots__ = ("context",)

    def __init__(self, context: Context) -> None:
        self.context = context


class Run:
    """The state of one run. `arguments` are those that depend on variables, by field; `texts` what it found once."""

    __slots__ = ("arguments", "context", "errors", "info", "kept", "raw", "scope", "texts", "variables")

    def __init__(self, context: Context, variables: VariableValues, raw: dict[str, Any], kept: Kept) -> None:
        self.context = context
        self.info = RunInfo(context)
        self.variables = variables
        self.raw = raw
        self.kept = kept
        self.scope = kept.scope(context)
        self.errors: list[GraphQLError] = []
        self.arguments: dict[int, Any] = {}
        self.texts: dict[Any, dict[Any, str]] = {}

    def fail(self, error: Exception, nodes: list[FieldNode], path: Path, *, nullable: bool) -> None:
        """Note a field's error; raises it, with its place, where the field must not be null."""
        located = located_error(error, nodes, _path_list(path))
        if not nullable:
            raise located
        self.errors.append(located)


def _path_list(path: Path) -> list[str | int]:
    keys: list[str | int] = []
    while path is not None:
        path, key = path
        keys.append(key)
    return keys[::-1]
