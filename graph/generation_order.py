"""Edges laid out so that one pass over them marks everything that reaches some rows, whatever these are.

A walk looks up the edges of each row it comes to, which costs more than the edge itself; where most rows are reached it
is quicker to look at all edges in an order in which each is looked at once. Rows are taken generation by generation
(`graph.sparse.generations`), so that what a row leads to is marked before the row, and within a generation those with
the most edges first. The first edges of a generation's rows then lie side by side, after them the second edges of the
rows that have two, and so on: each such run is one look-up and one `or` of whole arrays (the jagged diagonals of Saad,
1989).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.sparse import ENDLESS, Integers

Rows = NDArray[np.int32]
Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class GenerationOrder:
    """Some edges of all rows, none of them on a circle.

    `rows` are all rows in the order described above. `runs[g, k]` is how many rows of generation g have more than k
    edges. `heads` and `deptypes` have, run after run, what these edges lead to and their types.
    """

    rows: Rows
    sizes: Integers
    runs: Integers
    heads: Rows
    deptypes: NDArray[np.uint8]

    def above(self, starts: Marks, *, within: Marks | None, deptypes: int | None, strictly: bool) -> Marks:
        """Mark every row of `within` that reaches one of the starts through rows of `within`; None is all rows.

        Edges of any of these types are followed; None is all of the order's. The starts are marked too, unless
        `strictly`: then only those are that reach another. Starts outside of `within` do not count.
        """
        reached = starts.copy() if within is None else starts & within
        found = np.zeros(len(starts), dtype=np.bool_) if strictly else reached
        begun = edge = 0
        for size, runs in zip(self.sizes.tolist(), self.runs.tolist(), strict=True):
            rows = self.rows[begun : begun + size]
            begun += size
            leading = np.zeros(runs[0], dtype=np.bool_)
            for count in runs:
                if not count:
                    break
                run = slice(edge, edge + count)
                leads = reached.take(self.heads[run])
                if deptypes is not None:
                    leads &= (self.deptypes[run] & deptypes) != 0
                leading[:count] |= leads
                edge += count
            above = rows[: len(leading)][leading]
            if within is not None:
                above = above[within.take(above)]
            reached[above] = True
            if strictly:
                found[above] = True
        return found


ORDERED = ("rows", "sizes", "runs", "heads", "deptypes")
"""The arrays of an order, as they are given to it."""

NO_ORDER = GenerationOrder(
    np.empty(0, dtype=np.int32),
    np.empty(0, dtype=np.int64),
    np.empty((0, 1), dtype=np.int64),
    np.empty(0, dtype=np.int32),
    np.empty(0, dtype=np.uint8),
)
"""The arrays where there is no order; no rows have an order that differs from it in nothing."""


def generation_order(
    generation: Rows, start: Integers, heads: Rows, deptypes: NDArray[np.uint8], *, chosen: int
) -> GenerationOrder | None:
    """Lay out the edges of any of the chosen types; those of row r lead to `heads[start[r]:start[r + 1]]`.

    `generation` are those of the rows by all edges, or by the chosen ones. None where some row has none, for it lies
    on a circle or behind one: then there is no such order.
    """
    rows = len(generation)
    if rows and generation.min() == ENDLESS:
        return None
    marks = (deptypes & chosen) != 0
    kept = np.zeros(len(heads) + 1, dtype=np.int64)
    np.cumsum(marks, out=kept[1:])
    first = kept.take(start)  # of each row's edges among the chosen
    degree = np.diff(first)
    generations, most = int(generation.max(initial=-1)) + 1, int(degree.max(initial=1))
    key = generation.astype(np.int64) * (most + 1) + (most - degree)
    order = np.argsort(key, kind="stable").astype(np.int32)
    # How many rows of each generation have just so many edges, then more than so many.
    exactly = np.bincount(key, minlength=generations * (most + 1)).reshape(generations, most + 1)
    runs = exactly.cumsum(axis=1)[:, :most]
    runs = runs[:, ::-1]
    sizes = exactly.sum(axis=1)
    found = GenerationOrder(order, sizes, runs, np.empty(kept[-1], np.int32), np.empty(kept[-1], np.uint8))
    _lay_out(found, first, heads[marks], deptypes[marks])
    return found


def _lay_out(order: GenerationOrder, first: Integers, heads: Rows, deptypes: NDArray[np.uint8]) -> None:
    """Write the edges into the order; those of row r stand from `first[r]` on."""
    begun = edge = 0
    for size, counts in zip(order.sizes.tolist(), order.runs.tolist(), strict=True):
        places = first.take(order.rows[begun : begun + size])
        begun += size
        for nth, count in enumerate(counts):
            run, at = slice(edge, edge + count), places[:count] + nth
            heads.take(at, out=order.heads[run])
            deptypes.take(at, out=order.deptypes[run])
            edge += count
