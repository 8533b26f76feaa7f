"""Compressed sparse rows: the edges of row r stand at `start[r]:start[r + 1]`, and `head` has their other ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Number = TypeVar("Number", bound=np.integer)

ENDLESS = -1
"""The generation of a row on a circle, or behind one."""

LIKELY_GENERATIONS = 100
"""Generations of new rows among one another up to which they are looked for one by one: real specs have some thirty."""

SPARSE = 1 / 16
"""Share of all rows below which it is quicker to sort what was found than to look at every row."""


_FEW = np.arange(1 << 12)


def edges_of(start: Integers, rows: NDArray[np.integer]) -> Integers:
    """Return the positions of all edges of the rows, row after row."""
    return edges_reader(start)(rows)


def edges_reader(start: Integers) -> Callable[[NDArray[np.integer]], Integers]:
    """Return `edges_of` for rows of one graph: what a walk calls at each level is looked up once."""
    # Methods, and `take` before brackets: of small arrays the calls cost more than the numbers.
    starts, ends, running = start.take, start[1:].take, np.add.accumulate

    def edges_of_rows(rows: NDArray[np.integer]) -> Integers:
        if len(rows) == 1:
            return np.arange(start[rows[0]], start[rows[0] + 1])
        places = ends(rows)
        counts = places - starts(rows)
        until = running(counts)
        count = int(until[-1]) if len(until) else 0
        places -= until
        edges: Integers = places.repeat(counts)
        edges += _FEW[:count] if count <= len(_FEW) else np.arange(count)
        return edges

    return edges_of_rows


def distinct(values: NDArray[Number]) -> NDArray[Number]:
    """Return the distinct values, ascending: six times as fast as `np.unique` (numpy 2.4) where there are 300."""
    ordered = np.sort(values)
    return ordered[starts_of_runs(ordered)]


def starts_of_runs(values: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Mark each value that differs from the one before it."""
    marks = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=marks[1:])
    return marks


def generations(start: Integers, head: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the generation of each row: one more than the latest among those with an edge to it, 0 where none has.

    Rows are taken up when all edges to them are done (Kahn, 1962). What lies on a circle or behind one is never taken
    up, and is `ENDLESS`.
    """
    waiting = np.bincount(head, minlength=len(start) - 1)
    generation = np.full(len(waiting), ENDLESS, dtype=np.int32)
    latest = 0
    ready = np.flatnonzero(waiting == 0)
    while len(ready):
        generation[ready] = latest
        latest += 1
        ready = _released(waiting, head[edges_of(start, ready)])
    return generation


def are_generations(generation: NDArray[np.int32], start: Integers, head: NDArray[np.int32]) -> bool:
    """Tell whether each row has the generation one above the highest of those that it leads to, 0 where to none.

    Here `head` has what a row leads to, which for `generations` has the edges to it. Only one set of numbers is such,
    and only where no row is on a circle: along one they would rise for ever.
    """
    return bool(np.array_equal(_next_generation(generation, start, head), generation))


def _next_generation(generation: NDArray[np.int32], start: Integers, head: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return one more than the highest generation of what each row leads to, 0 where to nothing."""
    leading = np.flatnonzero(start[1:] > start[:-1])
    found = np.zeros(len(start) - 1, dtype=np.int32)
    if len(leading):
        found[leading] = np.maximum.reduceat(generation.take(head), start.take(leading)) + 1
    return found


def likely_generations(
    generation: NDArray[np.int32], start: Integers, head: NDArray[np.int32], rows: Integers
) -> NDArray[np.int32]:
    """Return the generations where those of these rows are not known, and those of all others are as they were.

    Whether they are right, `are_generations` tells: another row may have come to lead further.
    """
    generation = generation.copy()
    generation[rows] = 0
    heads = head.take(edges_of(start, rows))
    starts = np.concatenate([[0], np.cumsum(start.take(rows + 1) - start.take(rows))])
    for _ in range(LIKELY_GENERATIONS):
        found = _next_generation(generation, starts, heads)
        if np.array_equal(found, generation.take(rows)):
            break
        generation[rows] = found
    return generation


def _released(waiting: Integers, heads: NDArray[np.int32]) -> Integers:
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
