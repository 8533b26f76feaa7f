"""A snapshot's own edges, numbered by rank in it: what is walked where the universe holds many other snapshots.

A spec that many snapshots share has edges into all of them. A walk over the universe's arrays would read and drop
those of the others, and marks a row of every snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from graph.snapshot import Snapshot
from graph.sparse import Integers, edges_of
from graph.universe import ABSENT, INDUCED_MAX_BYTES, Adjacency, Column
from graph.walks import Walker

LEAST_SHARE = 4
"""One in so many of all specs: a snapshot with more of them is walked in the universe."""

EDGE_BYTES = 2 * (4 + 4 + 1 + 4)
"""An edge in both directions: rank, row, types and virtuals."""

ROW_BYTES = 2 * 8 + 8
"""A row: where its edges begin in both directions, and itself."""


@dataclass(frozen=True, slots=True)
class OwnEdges:
    """Edges of one direction between ranks: those of rank r lead to `head[start[r]:start[r + 1]]`.

    `adjacency` has them in the same order, with rows of the universe at their ends. `walker` is given ranks, and finds
    rows.
    """

    head: Column
    adjacency: Adjacency
    walker: Walker


@dataclass(frozen=True, slots=True)
class Induced:
    """The edges among the `members` of a snapshot, its rows in order."""

    members: Integers
    dependencies: OwnEdges
    dependents: OwnEdges

    def ranks(self, rows: Integers) -> Integers | None:
        """Return the ranks of rows; None where the snapshot does not hold all of them."""
        ranks = np.searchsorted(self.members, rows)
        if not len(rows):
            return ranks
        held = len(self.members) > ranks.max() and bool((self.members.take(ranks) == rows).all())
        return ranks if held else None

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        both = (self.dependencies, self.dependents)
        edges = sum(e.head.nbytes + e.adjacency.row.nbytes + e.adjacency.deptypes.nbytes for e in both)
        rest = sum(e.adjacency.virtual_set.nbytes + e.adjacency.start.nbytes for e in both)
        return edges + rest + self.members.nbytes


def induced(snapshot: Snapshot) -> Induced | None:
    """Return the snapshot's own edges, kept for the next question; None where it is a large part of the universe.

    None too where they would not be kept: a walk takes a hundredth of the time in which they are made.
    """
    universe = snapshot.universe
    rows = len(snapshot.rows)
    if rows * LEAST_SHARE > len(universe):
        return None
    # Supposing that its specs have as many edges as any, all of them within it.
    edges = rows * len(universe.dependencies.row) // max(len(universe), 1)
    if edges * EDGE_BYTES + rows * ROW_BYTES > INDUCED_MAX_BYTES:
        return None
    # Keyed by the bitmap, which is kept beside them, so that no other gets its identity meanwhile.
    _, found = universe.induced.found(
        id(snapshot.rows),
        lambda: (snapshot.rows, _induced(snapshot)),
        lambda made: cast(Induced, made[1]).size,
    )
    return cast(Induced, found)


def _induced(snapshot: Snapshot) -> Induced:
    edges = snapshot.universe.dependencies
    members = Snapshot.row_array(snapshot.rows).astype(np.int64)
    rank = np.full(len(snapshot.universe), ABSENT, dtype=np.int32)
    rank[members] = np.arange(len(members), dtype=np.int32)
    at = edges_of(edges.start, members)
    tails = np.repeat(np.arange(len(members), dtype=np.int32), edges.start[members + 1] - edges.start[members])
    inside = rank[edges.row[at]] != ABSENT
    at, tails = at[inside], tails[inside]
    heads = rank[edges.row[at]]
    back = np.argsort(heads, kind="stable")
    return Induced(
        members,
        _own(edges, at, tails, heads, members),
        _own(edges, at[back], heads[back], tails[back], members),
    )


def _own(edges: Adjacency, at: Integers, tails: Column, heads: Column, members: Integers) -> OwnEdges:
    start = np.zeros(len(members) + 1, dtype=np.int64)
    np.cumsum(np.bincount(tails, minlength=len(members)), out=start[1:])
    rows = members[heads].astype(np.int32)
    own = Adjacency(start, rows, edges.deptypes[at], edges.virtual_set[at])
    return OwnEdges(heads, own, Walker(start, heads, own.deptypes, members))
