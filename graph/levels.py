"""Walks over adjacency arrays, a whole level at a time: what every traversal is made of.

The arrays are compressed sparse rows: the edges of row r stand at `start[r]:start[r + 1]`. Marks are one boolean a
row. Each edge is looked at once, and each level costs a fixed number of array operations.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph.snapshot import Snapshot
from graph.universe import ABSENT, Adjacency, Column, Marks

Integers = NDArray[np.int64]

SPARSE = 1 / 16
"""Share of all rows below which it is quicker to sort what was found than to look at every row."""


def marks_of(rows: FrozenBitMap, *, count: int) -> Marks:
    """Return marks over `count` rows, set for those of the bitmap."""
    marks = np.zeros(count, dtype=np.bool_)
    marks[Snapshot.row_array(rows)] = True
    return marks


def bitmap_of(rows: NDArray[np.integer]) -> FrozenBitMap:
    """Return the rows of an array as a bitmap."""
    # pyroaring takes an array.array over as it is, and anything else item by item: ten times as slow.
    return FrozenBitMap(array("I", rows.astype(np.uint32).tobytes()))


def edges_of(start: Integers, rows: NDArray[np.integer]) -> Integers:
    """Return the positions of all edges of the rows, row after row."""
    first = start[rows]
    counts = start[rows + 1] - first
    ends = np.cumsum(counts)
    edges: Integers = np.arange(ends[-1] if len(ends) else 0) + np.repeat(first - (ends - counts), counts)
    return edges


def firsts(values: Column, scratch: Column) -> Marks:
    """Mark the first occurrence of each value, without sorting.

    `scratch` has a place for every value; what it holds does not count, before and after.
    """
    places = np.arange(len(values), dtype=scratch.dtype)
    # Where an index is repeated, numpy keeps the last value assigned: backwards, that is the first occurrence.
    scratch[values[::-1]] = places[::-1]
    marks: Marks = scratch[values] == places
    return marks


def spread(adjacency: Adjacency, starts: NDArray[np.integer], *, within: Marks, deptypes: int) -> Marks:
    """Mark the starts and every row of `within` that they reach through rows of `within`, over edges of these types.

    The starts need not be in `within`. The walk is bounded by the number of rows marked in `within`.
    """
    still_open = within.copy()
    still_open[starts] = False
    marked = np.zeros(len(within), dtype=np.bool_)
    marked[starts] = True
    scratch = np.empty(len(within), dtype=np.int32)
    frontier: NDArray[np.integer] = starts
    while len(frontier):
        edges = edges_of(adjacency.start, frontier)
        heads = adjacency.row[edges[(adjacency.deptypes[edges] & deptypes) != 0]]
        heads = heads[still_open[heads]]
        frontier = heads[firsts(heads, scratch)]
        still_open[frontier] = False
        marked[frontier] = True
    return marked


@dataclass(frozen=True, slots=True)
class Subgraph:
    """Some rows and the edges among them, as compressed sparse rows over the places of `rows`, which ascend."""

    rows: NDArray[np.uint32]
    start: Integers
    head: Column


def subgraph(adjacency: Adjacency, rows: FrozenBitMap, *, count: int, deptypes: int) -> Subgraph:
    """Return the edges of these types that lead from one of the rows to another, of `count` rows in all."""
    members = Snapshot.row_array(rows)
    place = np.full(count, ABSENT, dtype=np.int32)
    place[members] = np.arange(len(members), dtype=np.int32)
    edges = edges_of(adjacency.start, members)
    heads = place[adjacency.row[edges]]
    kept = (heads != ABSENT) & ((adjacency.deptypes[edges] & deptypes) != 0)
    tails = np.repeat(np.arange(len(members)), adjacency.start[members + 1] - adjacency.start[members])
    start = np.concatenate([[0], np.cumsum(np.bincount(tails[kept], minlength=len(members)))])
    return Subgraph(members, start, heads[kept])


def generations(start: Integers, head: Column, *, passing: Marks) -> Column:
    """Return the generation of each row: one more than the latest among those with an edge to it, 1 where none has.

    A row of `passing` opens no generation: it has the latest of those with an edge to it, 0 where none has. Rows are
    taken up when all edges to them are done (Kahn, 1962). What lies on a circle or behind one is never taken up, and
    is `ABSENT`.
    """
    waiting = np.bincount(head, minlength=len(passing))
    generation = np.full(len(passing), ABSENT, dtype=np.int32)
    latest = 0
    ready = np.flatnonzero(waiting == 0)
    held = ready[:0]
    while len(ready) or len(held):
        held, taken = np.concatenate([held, ready[~passing[ready]]]), ready[passing[ready]]
        if not len(taken):
            held, taken = taken, held
            latest += 1
        generation[taken] = latest
        ready = _released(waiting, head[edges_of(start, taken)])
    return generation


def _released(waiting: Integers, heads: Column) -> Integers:
    """Count one edge to each of the heads as done, and return the rows that wait for none any more."""
    if len(heads) < len(waiting) * SPARSE:
        rows, counts = np.unique(heads, return_counts=True)
        waiting[rows] -= counts
    else:
        done = np.bincount(heads, minlength=len(waiting))
        rows = np.flatnonzero(done).astype(np.int32)
        waiting -= done
    released: Integers = rows[waiting[rows] == 0].astype(np.int64)
    return released
