"""What `^` asks: which specs have some others in their link and run closure, or at the end of a build edge."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph.generation_order import GenerationOrder
from graph.levels import marks_of
from graph.matching.edgelist import above, degree, edges_into
from graph.model import LINK_AND_RUN, DependencyType
from graph.snapshot import Snapshot
from graph.sparse import edges_of
from graph.universe import Adjacency, Marks, Universe

LINK_RUN = int(LINK_AND_RUN)
BUILD = int(DependencyType.BUILD)

GATHERED = 8
"""Edges that are read where they lie in the time in which one is gathered from its place (measured: 2 and 16 ns)."""

WALKED = 2
"""A walk is given up when it has come to one in so many of the edges that would have cost as much as one pass."""


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


def rows_from(universe: Universe, starts: Marks, *, within: Marks, deptypes: int) -> Marks:
    """Mark the starts and every row of `within` that reaches one of them through rows of it, over edges of these types.

    A walk that comes to many edges ends in one pass over all edges, or over those of `within` where these are few.
    """
    one_pass = _pass_over(universe, within, deptypes)
    if one_pass is not None and _edges_of_some(universe, starts & within) > one_pass.most_walked:
        return one_pass.above(starts)
    most = None if one_pass is None else one_pass.most_walked
    found, done = above(
        universe.dependents, universe.dependencies, starts, within=within, deptypes=deptypes, max_edges=most
    )
    return found if done or one_pass is None else one_pass.above(found)


def _reaching(universe: Universe, heads: FrozenBitMap, ends: Marks, within: Marks) -> Marks:
    one_pass = _pass_over(universe, within, LINK_RUN)
    if one_pass is not None and _degree(universe.dependents, heads) > one_pass.most_walked:
        return one_pass.above(ends, strictly=True)
    direct = np.zeros(len(universe), dtype=np.bool_)
    direct[edges_into(universe.dependents, heads).with_any(LINK_RUN).tails] = True
    return rows_from(universe, direct, within=within, deptypes=LINK_RUN)


def _edges_of_some(universe: Universe, rows: Marks) -> int:
    """Return how many edges the rows have, supposing that they have as many as any."""
    return int(np.count_nonzero(rows)) * len(universe.dependencies.row) // max(len(universe), 1)


@dataclass(frozen=True, slots=True)
class _Pass:
    """One look at edges of these types within some rows: in the order of all rows, or without it at those of `within`.

    A walk is given up for it when it has come to `most_walked` edges.
    """

    universe: Universe
    within: Marks
    deptypes: int
    order: GenerationOrder | None
    most_walked: int

    def above(self, starts: Marks, *, strictly: bool = False) -> Marks:
        """Mark what `GenerationOrder.above` does."""
        if self.order is None:
            return _above_in_part(self.universe, starts, self.within, self.deptypes, strictly=strictly)
        within = None if self.within.all() else self.within
        deptypes = None if self.deptypes == LINK_RUN else self.deptypes
        return self.order.above(starts, within=within, deptypes=deptypes, strictly=strictly)


def _pass_over(universe: Universe, within: Marks, deptypes: int) -> _Pass | None:
    """Return the quickest pass; None where a walk is to be preferred, or some specs depend on themselves."""
    order = universe.link_run_order
    if order is None:
        return None
    own, of_all = _edges_of_some(universe, within), len(order.heads) // GATHERED
    if own < of_all:
        return _Pass(universe, within, deptypes, None, own // WALKED)
    return None if deptypes & ~LINK_RUN else _Pass(universe, within, deptypes, order, of_all // WALKED)


def _above_in_part(universe: Universe, starts: Marks, within: Marks, deptypes: int, *, strictly: bool) -> Marks:
    """Mark what `GenerationOrder.above` does, by the edges of `within` alone."""
    edges = universe.dependencies
    rows = np.flatnonzero(within)
    rows = rows[np.argsort(universe.generation.take(rows), kind="stable")]
    places = edges_of(edges.start, rows)
    chosen = (edges.deptypes.take(places) & deptypes) != 0
    heads = edges.row.take(places[chosen])
    before = np.zeros(len(places) + 1, dtype=np.int64)
    np.cumsum(chosen, out=before[1:])
    first = before.take(np.concatenate([[0], np.cumsum(edges.start.take(rows + 1) - edges.start.take(rows))]))
    # Each part of the edges is one row's: without the rows that have none.
    some = first[1:] > first[:-1]
    rows, first = rows[some], np.append(first[:-1][some], len(heads))
    bounds = np.flatnonzero(np.diff(universe.generation.take(rows), prepend=-1, append=-1)).tolist()
    reached = starts & within
    found = np.zeros(len(starts), dtype=np.bool_) if strictly else reached
    for begun, end in pairwise(bounds):
        leading = reached.take(heads[first[begun] : first[end]])
        hit = rows[begun:end][np.logical_or.reduceat(leading, first[begun:end] - first[begun])]
        reached[hit] = True
        found[hit] = True
    return found


def _builders(universe: Universe, heads: FrozenBitMap, ends: Marks, others: Marks) -> NDArray[np.integer]:
    """Return those of the other rows that have a build edge to one of the heads, some of them more than once.

    What is a link or run edge as well has been followed: of most heads that leaves few edges. Where there are many
    heads it is few rows that are left.
    """
    if not heads:
        return np.empty(0, dtype=np.int64)
    down, up = universe.dependencies, universe.dependents
    first, end = int(up.start[heads.min()]), int(up.start[heads.max() + 1])
    if _edges_of_some(universe, others) * GATHERED < end - first:
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
