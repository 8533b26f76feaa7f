"""How a field is read from the store, said once at its resolver: for one node by Python, for many from columns.

A resolver alone is enough: compiled operations call it node by node. A declaration here lets them do better, and the
resolver stays what it was or is made from the declaration, so that the two cannot drift apart.

- `varies_with(position)`: what the field gives is told by this position alone. It is then asked once for each distinct
  position, and what came of it is used for all nodes that share it. `position` takes a node, whose row is a number, or
  `Rows`, whose row is an array: `lambda spec: spec.within.universe.target.column[spec.row]` reads either.
- `of_row(read)`: the field is a function of the row; `read` gives that function for a snapshot. Makes the resolver.
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
    counts: list[int]


@dataclass(frozen=True, slots=True)
class Rows:
    """Many nodes of one type by their rows, in any order; `make` gives the node of a row."""

    within: Snapshot
    row: Integers
    make: Callable[[Snapshot, int], Any]

    def __len__(self) -> int:
        return len(self.row)

    def one(self, index: int) -> Any:
        """Return the node at this place."""
        return self.make(self.within, int(self.row[index]))


def varies_with(position: Callable[[Any], Any]) -> Callable[[R], R]:
    """Declare the position that a resolver's value is told by. It stands below `strawberry.field`."""

    def declare(resolver: R) -> R:
        resolver.position = position  # type: ignore[attr-defined]
        return resolver

    return declare


def of_row(read: Callable[[Snapshot], Callable[[int], Any]]) -> Callable[[Any], Any]:
    """Make the resolver of a field that is a function of the row."""

    def resolver(self: Any) -> Any:
        return read(self.within)(self.row)

    resolver.read = read  # type: ignore[attr-defined]
    return resolver


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
