"""What is reached over adjacency arrays, as marks: one boolean a row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph.snapshot import Snapshot
from graph.sparse import edges_of
from graph.universe import Adjacency, Marks

MANY = 4
"""One in so many of all rows is where it is quicker to look at all edges than to gather some."""


def marks_of(rows: FrozenBitMap, *, count: int) -> Marks:
    """Return marks over `count` rows, set for those of the bitmap."""
    marks = np.zeros(count, dtype=np.bool_)
    if rows and len(rows) == rows.max() - rows.min() + 1:
        marks[rows.min() : rows.max() + 1] = True
    else:
        marks[Snapshot.row_array(rows)] = True
    return marks


def spread(adjacency: Adjacency, starts: NDArray[np.integer], *, within: Marks, deptypes: int) -> Marks:
    """Mark the starts and every row of `within` that they reach through rows of `within`, over edges of these types.

    The starts need not be in `within`. The walk is bounded by the number of rows marked in `within`.
    """
    marked = np.zeros(len(within), dtype=np.bool_)
    marked[starts] = True
    found = adjacency.walker.found(starts.astype(np.int64), allowed=within, deptypes=deptypes, max_nodes=len(within))
    if found is not None:
        marked[found] = True
    return marked


def tails_of(adjacency: Adjacency, rows: Marks, heads: Marks, deptypes: int) -> NDArray[np.integer]:
    """Return those of the rows that have an edge of these types to one of the heads; some may be there twice.

    Where there are many rows all edges are looked at as they lie, and where there are few only theirs are gathered.
    """
    chosen = np.flatnonzero(rows)
    if len(chosen) * MANY > len(rows):
        leading = heads[adjacency.row]
        leading &= (adjacency.deptypes & deptypes) != 0
        # Without the rows that have no edge, each part of the edges is one row's.
        with_edges = np.flatnonzero(np.diff(adjacency.start))
        tails = (
            with_edges[np.logical_or.reduceat(leading, adjacency.start[with_edges])] if len(with_edges) else with_edges
        )
        found: NDArray[np.integer] = tails[rows[tails]]
        return found
    edges = edges_of(adjacency.start, chosen)
    leading = heads[adjacency.row[edges]]
    leading &= (adjacency.deptypes[edges] & deptypes) != 0
    return np.repeat(chosen, adjacency.start[chosen + 1] - adjacency.start[chosen])[leading]
