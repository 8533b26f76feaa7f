"""One run of a compiled operation: what it was asked with, and the errors that it met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from graphql import FieldNode, GraphQLError
from graphql.error import located_error
from strawberry import Schema

from schema.context import Context
from schema.execution.pieces import Pieces, large

if TYPE_CHECKING:
    from schema.execution.given import Given
    from schema.execution.kept import Column, Kept

Path: TypeAlias = tuple[Any, str | int] | None
"""A place in the answer: the place around it, and the key or index there."""


MARK = "\0"
"""Stands around the number of a list that was set aside. JSON escapes it, so that no text holds it."""


class NotCompiled(BaseException):
    """Something that is left to graphql-core. Not an `Exception`: nobody may take it for a field's error."""


class RunInfo:
    """What resolvers are handed: of all that Strawberry's `Info` has, the context and the schema.

    A resolver that asks for more is left to graphql-core, and with it the whole operation.
    """

    __slots__ = ("context", "schema")

    def __init__(self, context: Context, schema: Schema) -> None:
        self.context = context
        self.schema = schema

    def __getattr__(self, name: str) -> NoReturn:
        raise NotCompiled(f"a resolver asks for info.{name}")


class Run:
    """The state of one run.

    `arguments` are those that depend on variables, by field; `columns` what it found once. `inline` counts who keeps
    what is being written, so that nothing of it is set aside. `in_batch` says that many nodes are being written
    together, so that nothing below them is tried again; `one_by_one` that this was tried.
    """

    __slots__ = (
        "_aside",
        "arguments",
        "columns",
        "context",
        "errors",
        "in_batch",
        "info",
        "inline",
        "kept",
        "one_by_one",
        "raw",
        "scope",
        "variables",
    )

    def __init__(self, schema: Schema, context: Context, given: Given, arguments: dict[int, Any], kept: Kept) -> None:
        self.context = context
        self.info = RunInfo(context, schema)
        self.variables = given.values
        self.raw = given.raw
        self.kept = kept
        self.scope = kept.scope(context)
        self.errors: list[GraphQLError] = []
        self.arguments = arguments
        self.columns: dict[tuple[int, int, str], Column] = {}
        self._aside: list[Pieces] = []
        self.inline = 0
        self.in_batch = False
        self.one_by_one = False

    def listed(self, items: Pieces) -> str:
        """Return items, each behind a comma, as a list, or a mark in its place: no copy is made of them then."""
        if self.inline or self.in_batch:
            return f"[{b''.join(items)[1:].decode()}]"
        self._aside.append(items)
        return f"[{MARK}{len(self._aside) - 1}{MARK}]"

    def pieces(self, text: str) -> Pieces:
        """Return a text with everything that was set aside back in its place, in pieces."""
        if not self._aside:
            return (text.encode(),)
        pieces: list[bytes | memoryview] = []
        for place, part in enumerate(text.split(MARK)):
            if not place % 2:
                pieces.append(part.encode())
                continue
            items = self._aside[int(part)]
            if items:
                pieces.append(items[0][1:])
                pieces += items[1:]
        return large(pieces)

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
