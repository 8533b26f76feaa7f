"""Some dependency edges, as places in an adjacency, and the walk from edges back to all that reach them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph.levels import MANY, tails_of
from graph.snapshot import Snapshot
from graph.sparse import Integers, distinct, edges_of, starts_of_runs
from graph.universe import Adjacency, Column, Marks

_MANY = 16
"""One in so many of all rows or edges is where looking at all of them becomes the quicker way."""


@dataclass(frozen=True)
class Edges:
    """Edges at `places` of the adjacency of dependents, and the row at the head of each; tails as far as known."""

    dependents: Adjacency
    places: NDArray[np.integer]
    heads: NDArray[np.integer]
    known_tails: Column | None = None

    def __len__(self) -> int:
        return len(self.places)

    @cached_property
    def tails(self) -> Column:
        """The row at the tail of each edge, the dependent."""
        return self.dependents.row[self.places] if self.known_tails is None else self.known_tails

    def where(self, condition: Marks) -> Edges:
        """Return the edges that the condition marks."""
        return Edges(self.dependents, self.places[condition], self.heads[condition])

    def with_any(self, deptypes: int) -> Edges:
        """Return the edges with any of the types."""
        return self.where(self.dependents.deptypes[self.places] & deptypes != 0)

    def with_all(self, deptypes: int) -> Edges:
        """Return the edges with all of the types."""
        return self.where(self.dependents.deptypes[self.places] & deptypes == deptypes) if deptypes else self

    def providing(self, sets: Marks) -> Edges:
        """Return the edges whose set of virtuals is marked."""
        return self.where(sets[self.dependents.virtual_set[self.places]])

    def joined(self, other: Edges) -> Edges:
        """Return these edges and the others; what is in both is there twice."""
        places = np.concatenate([self.places, other.places])
        return Edges(self.dependents, places, np.concatenate([self.heads, other.heads]))

    def least_heads(self) -> tuple[Integers, Integers]:
        """Return the distinct tails, ascending, and of each the least head."""
        order = np.lexsort((self.heads, self.tails))
        tails = self.tails[order]
        first = starts_of_runs(tails)
        return tails[first].astype(np.int64), self.heads[order][first].astype(np.int64)


def edges_into(dependents: Adjacency, rows: FrozenBitMap) -> Edges:
    """Return all edges whose head is one of the rows."""
    heads = Snapshot.row_array(rows)
    counts = dependents.start[heads + np.uint32(1)] - dependents.start[heads]
    return Edges(dependents, edges_of(dependents.start, heads), np.repeat(heads, counts))


def above(
    dependents: Adjacency,
    dependencies: Adjacency,
    starts: Marks,
    *,
    within: Marks,
    deptypes: int,
    max_edges: int | None = None,
) -> tuple[Marks, bool]:
    """Mark the starts and every row of `within` that reaches one of them, over edges of these types within it.

    Each level is taken from the side that has fewer edges: from what was found, or from what is still to be found.
    That is the quicker way where nearly all rows are reached (Beamer et al., 2012). The walk is given up, and False
    said beside what it found so far, before it looks at more than `max_edges` edges (None is no bound).
    """
    found = starts & within
    still_open = within & ~found
    frontier = np.flatnonzero(found)
    left = max_edges
    while len(frontier):
        edges = _about(dependents, frontier)
        if left is not None:
            left -= edges
            if left < 0:
                return found, False
        waiting = np.flatnonzero(still_open) if edges * _MANY > len(dependents.row) else None
        if waiting is not None and _about(dependencies, waiting) < edges:
            frontier = _next_from_below(dependencies, waiting, still_open, found, deptypes)
        else:
            frontier = _next_from_above(dependents, frontier, still_open, deptypes)
        found[frontier] = True
        still_open[frontier] = False
    return found, True


def _about(adjacency: Adjacency, rows: Integers) -> int:
    """Return how many edges the rows have together; of many rows, supposing that they have as many as any."""
    count = len(adjacency.start) - 1
    return len(rows) * len(adjacency.row) // count if len(rows) * _MANY > count else degree(adjacency, rows)


def degree(adjacency: Adjacency, rows: NDArray[np.integer]) -> int:
    """Return how many edges the rows have together."""
    return int((adjacency.start.take(rows + 1) - adjacency.start.take(rows)).sum())


def _next_from_above(dependents: Adjacency, frontier: Integers, still_open: Marks, deptypes: int) -> Integers:
    places = edges_of(dependents.start, frontier)
    near = dependents.row[places[dependents.deptypes[places] & deptypes != 0]]
    near = near[still_open[near]]
    if len(near) * _MANY < len(still_open):
        return distinct(near).astype(np.int64)
    marks = np.zeros(len(still_open), dtype=np.bool_)
    marks[near] = True
    return np.flatnonzero(marks)


def _next_from_below(
    dependencies: Adjacency, waiting: Integers, still_open: Marks, found: Marks, deptypes: int
) -> Integers:
    if not len(waiting):
        return waiting
    first = dependencies.start.take(waiting)
    counts = dependencies.start.take(waiting + 1) - first
    ends = counts.cumsum()
    if ends[-1] * MANY > len(dependencies.row):
        return tails_of(dependencies, still_open, found, deptypes).astype(np.int64)
    places = edges_of(dependencies.start, waiting)
    leading = found.take(dependencies.row.take(places))
    leading &= (dependencies.deptypes.take(places) & deptypes) != 0
    # Without the rows that have no edge, each part of the edges is one row's.
    some = counts > 0
    if not len(places):
        return waiting[some]
    reaching: Integers = waiting[some][np.logical_or.reduceat(leading, (ends - counts)[some])]
    return reaching
