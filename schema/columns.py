"""How a field is read from the store, said once at its resolver: for one node by Python, for many from columns.

A resolver alone is enough: compiled operations call it node by node. A declaration here lets them do better, and the
resolver stays what it was or is made from the declaration, so that the two cannot drift apart.

- `varies_with(position)`: what the field gives is told by this position alone. It is then asked once for each distinct
  position, and what came of it is used for all nodes that share it. `position` takes a node, whose row is a number, or
  `Rows`, whose row is an array: `lambda spec: spec.within.universe.target.column[spec.row]` reads either.
- `told_by(column)`: the same, where the position is what a column of the snapshot's universe has at the node's row.
- `each_row`: the method reads a leaf field for an array of rows, and the resolver is made from it.
- `many(read)`: the field of many nodes at once, from their `Batch`; None where that takes too much for these arguments,
  and the resolver is called for each instead.
- `listed(read)`: a list field whose items are a batch; None where they are not, and the resolver's list is read.
- `walks`: the field may read a large part of the graph, so that no answer with it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from graph.snapshot import Snapshot

R = TypeVar("R", bound=Callable[..., Any])
V = TypeVar("V")

Integers = NDArray[np.integer]


class Batch(Protocol):
    """Nodes of one type in one snapshot, not made yet."""

    @property
    def within(self) -> Snapshot:
        """The snapshot."""

    def __len__(self) -> int:
        """Return how many nodes there are."""

    def one(self, index: int) -> Any:
        """Return the node at this place, as a resolver returns it."""


@dataclass(frozen=True, slots=True)
class Groups:
    """A list field of many nodes at once: all items one after the other, and how many of them each node has."""

    items: Batch
    counts: Integers


class Rows:
    """Many nodes of one type by integers, in any order: specs by row, packages and stacks by their position.

    `make` gives the node of a row. Whatever the noun calls it, the row is an array here.
    """

    __slots__ = ("_given", "_row", "make", "within")

    def __init__(self, within: Snapshot, rows: Integers | list[int], make: Callable[[Snapshot, int], Any]) -> None:
        self.within = within
        self.make = make
        self._given = rows
        self._row: Integers | None = None

    @property
    def row(self) -> Integers:
        """The rows as an array."""
        if self._row is None:
            self._row = np.asarray(self._given, dtype=np.int64)
        return self._row

    @property
    def place(self) -> Integers:
        """The rows, by the name that every noun has for what tells it from others."""
        return self.row

    @property
    def position(self) -> Integers:
        """The rows, by the name that packages and stacks have for them."""
        return self.row

    @property
    def places(self) -> list[int]:
        """The rows as a list."""
        found: list[int] = self._given if isinstance(self._given, list) else self._given.tolist()
        return found

    def __len__(self) -> int:
        return len(self._given)

    def one(self, index: int) -> Any:
        """Return the node at this place."""
        return self.make(self.within, int(self._given[index]))


def varies_with(position: Callable[[Any], Any]) -> Callable[[R], R]:
    """Declare the position that a resolver's value is told by. It stands below `strawberry.field`."""

    def declare(resolver: R) -> R:
        resolver.position = position  # type: ignore[attr-defined]
        return resolver

    return declare


def told_by(column: Callable[[Snapshot], Integers]) -> Callable[[R], R]:
    """Declare the column that has the position that a resolver's value is told by, at the row of its node."""

    def declare(resolver: R) -> R:
        resolver.through = column  # type: ignore[attr-defined]
        return varies_with(lambda node: column(node.within)[node.row])(resolver)

    return declare


class ByRow(Protocol):
    """What a field of rows reads: a node, or `Rows`."""

    within: Snapshot
    row: Any


def each_row(read: Callable[[Any], Sequence[V]]) -> Callable[[Any], V]:
    """Make the resolver of a leaf field from a method that reads it for an array of rows."""

    def resolver(self: Any) -> V:
        return read(Rows(self.within, np.array([self.row]), type(self)))[0]

    resolver.__name__, resolver.__doc__, resolver.__module__ = read.__name__, read.__doc__, read.__module__
    # Strawberry reads the field's type from here, and resolves it in the module: what a list of is returned.
    item = str(read.__annotations__["return"]).removeprefix("list[").removesuffix("]")
    resolver.__annotations__ = {"return": item}
    resolver.by_row = True  # type: ignore[attr-defined]
    return many(read)(resolver)


def many(read: Callable[..., Batch | Groups | Sequence[Any] | None]) -> Callable[[R], R]:
    """Declare how a field is read for many nodes: `read` takes their batch, and the resolver's other arguments.

    It gives one item for each node: a list of leaf values, a batch of nodes, or groups of them for a list field.
    """

    def declare(resolver: R) -> R:
        resolver.many = read  # type: ignore[attr-defined]
        return resolver

    return declare


def listed(read: Callable[[Any], Batch | None]) -> Callable[[R], R]:
    """Declare how the items of a list field are read for one node: `read` takes the node."""

    def declare(resolver: R) -> R:
        resolver.listed = read  # type: ignore[attr-defined]
        return resolver

    return declare


def walks(resolver: R) -> R:
    """Declare that a field may read a large part of the graph."""
    resolver.walks = True  # type: ignore[attr-defined]
    return resolver
