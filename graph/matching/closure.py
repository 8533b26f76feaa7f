"""What `^` asks: which specs have some others in their link and run closure, or at the end of a build edge."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph.levels import marks_of
from graph.matching.edgelist import above, degree, edges_into
from graph.model import LINK_AND_RUN, DependencyType
from graph.snapshot import Snapshot
from graph.sparse import edges_of
from graph.universe import Adjacency, Marks, Universe

LINK_RUN = int(LINK_AND_RUN)
BUILD = int(DependencyType.BUILD)

PASS = 16
"""One in so many of the link and run edges is where a walk is given up for one pass over all of them.

With a million specs a walk has then taken 4 ms, and the pass takes 7 to 11. An edge costs a walk ten times as much."""

GATHERED = 8
"""Edges that are read where they lie in the time in which one is gathered from its place."""


def rows_over(universe: Universe, heads: FrozenBitMap, *, within: Marks) -> Marks:
    """Mark the rows of `within` that reach one of the heads over link and run edges, or have a build edge to one.

    A head is among them only where it reaches a head. `within` is a snapshot that holds the heads, or a part of it out
    of which no link or run edge leads.
    """
    ends = marks_of(heads, count=len(universe))
    found = _reaching(universe, heads, ends, within)
    others = within & ~found
    found[_builders(universe, heads, ends, others)] = True
    return found


def rows_from(universe: Universe, starts: Marks, *, within: Marks) -> Marks:
    """Mark the starts and every row of `within` that reaches one of them through rows of it, over such edges.

    A walk that comes to so many edges that one pass over all is quicker ends in that.
    """
    order = universe.link_run_order
    max_edges = None if order is None else len(order.heads) // PASS
    found, done = above(
        universe.dependents, universe.dependencies, starts, within=within, deptypes=LINK_RUN, max_edges=max_edges
    )
    return found if done or order is None else order.above(found, within=_part(within), strictly=False)


def _reaching(universe: Universe, heads: FrozenBitMap, ends: Marks, within: Marks) -> Marks:
    order = universe.link_run_order
    if order is not None and _degree(universe.dependents, heads) * PASS > len(order.heads):
        return order.above(ends, within=_part(within), strictly=True)
    direct = np.zeros(len(universe), dtype=np.bool_)
    direct[edges_into(universe.dependents, heads).with_any(LINK_RUN).tails] = True
    return rows_from(universe, direct, within=within)


def _builders(universe: Universe, heads: FrozenBitMap, ends: Marks, others: Marks) -> NDArray[np.integer]:
    """Return those of the other rows that have a build edge to one of the heads, some of them more than once.

    What is a link or run edge as well has been followed: of most heads that leaves few edges. Where there are many
    heads it is few rows that are left.
    """
    if not heads:
        return np.empty(0, dtype=np.int64)
    down, up = universe.dependencies, universe.dependents
    first, end = int(up.start[heads.min()]), int(up.start[heads.max() + 1])
    # Supposing that the others have as many edges as any row.
    if np.count_nonzero(others) * len(up.row) * GATHERED < (end - first) * len(universe):
        waiting = np.flatnonzero(others)
        edges = edges_of(down.start, waiting)
        tails: NDArray[np.integer] = np.repeat(waiting, down.start[waiting + 1] - down.start[waiting])
        return tails[_only_builds(down.deptypes.take(edges)) & ends.take(down.row.take(edges))]
    if _degree(up, heads) * GATHERED < end - first:
        edges = edges_of(up.start, Snapshot.row_array(heads))
        edges = edges[_only_builds(up.deptypes.take(edges))]
    else:
        # Rows of one package, most often: their edges lie together.
        edges = first + np.flatnonzero(_only_builds(up.deptypes[first:end]))
        if len(heads) <= heads.max() - heads.min():
            edges = edges[others.take(up.row.take(edges))]
            edges = edges[ends.take(np.searchsorted(up.start, edges, side="right") - 1)]
    tails = up.row.take(edges)
    return tails[others.take(tails)]


def _degree(adjacency: Adjacency, rows: FrozenBitMap) -> int:
    """Return how many edges the rows have together; rows side by side are not looked at one by one."""
    if rows and len(rows) == rows.max() - rows.min() + 1:
        return int(adjacency.start[rows.max() + 1] - adjacency.start[rows.min()])
    return degree(adjacency, Snapshot.row_array(rows))


def _only_builds(deptypes: NDArray[np.uint8]) -> Marks:
    only: Marks = (deptypes & (BUILD | LINK_RUN)) == BUILD
    return only


def _part(within: Marks) -> Marks | None:
    """Return None for all rows: what holds everything need not be asked."""
    return None if within.all() else within
