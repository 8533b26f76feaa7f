"""The answer to one operation, as the bytes of its JSON: in pieces, which are joined where somebody wants them so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from graphql import GraphQLError

from schema.execution.pieces import Pieces
from schema.execution.pieces import joined as joined_pieces

_NO_EXTENSIONS: Mapping[str, Any] = {}


class Answer(NamedTuple):
    """A GraphQL response as JSON, in pieces that are few, and large where they are several.

    `ran` is False for a request error, which leaves no `data` entry; `codes` are those of its errors, in their order;
    `compiled` tells whether a compiled plan made it, or graphql-core.
    """

    pieces: Pieces
    ran: bool
    codes: tuple[str, ...] = ()
    compiled: bool = False

    @property
    def size(self) -> int:
        """The bytes that it has."""
        return sum(map(len, self.pieces))

    @property
    def body(self) -> bytes:
        """All of it in one: a copy, where there are several pieces."""
        return joined_pieces(self.pieces)

    @property
    def whole(self) -> Answer:
        """The same in one piece: for who joins it elsewhere than where it is sent."""
        return self._replace(pieces=(self.body,))


def request_error(*errors: GraphQLError) -> Answer:
    """Return the answer to an operation that was not run."""
    return encoded(None, errors, ran=False)


def encoded(data: dict[str, Any] | None, errors: Sequence[GraphQLError], *, ran: bool) -> Answer:
    """Encode an answer: errors first, as the GraphQL specification advises (section 7.1).

    The errors are presented ones, each with its code (see `schema.errors`).
    """
    payload: dict[str, Any] = {}
    if errors:
        payload["errors"] = [error.formatted for error in errors]
    if ran:
        payload["data"] = data
    return Answer((orjson.dumps(payload),), ran, tuple(map(_code, errors)))


def joined(data: bytes, errors: Sequence[GraphQLError]) -> Answer:
    """Join errors and the JSON of `data` that a compiled plan wrote."""
    head = orjson.dumps([error.formatted for error in errors])
    body = b'{"errors":%b,"data":%b}' % (head, data)
    return Answer((body,), True, tuple(map(_code, errors)), True)


def _code(error: GraphQLError) -> str:
    code: str = (error.extensions or _NO_EXTENSIONS)["code"]
    return code
