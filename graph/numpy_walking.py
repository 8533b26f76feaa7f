"""Walks over compressed sparse rows, a whole level at a time, in numpy: what is run where `graph.walking` is not built.

Levels are many and most of them small, so that what counts is the number of array operations, and that what is taken
as an index is of 64 bits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.marks import Marks
from graph.sparse import Integers, edges_reader

Places = NDArray[np.int32]

_NONE = np.empty(0, dtype=np.int64)
_PLACES = np.arange(1 << 12, dtype=np.int32)


class Walker:
    """Walks over one graph: the edges of row r lead to `head[start[r]:start[r + 1]]`, each of the types beside it.

    What is found is said as `members` of the rows, where there are any. A lone start is never found; one of several
    is found when another reaches it, and not walked from again. Only rows that are `allowed` are found and walked
    through, all where it is None; only edges of any of these types are followed, all where they are None.
    """

    def __init__(
        self,
        start: Integers,
        head: NDArray[np.int32],
        deptypes: NDArray[np.uint8],
        members: Integers | None = None,
    ) -> None:
        self._start, self._head, self._deptypes, self._members = start, head, deptypes, members

    def found(
        self, starts: Integers, *, allowed: Marks | None, deptypes: int | None, max_nodes: int
    ) -> Integers | None:
        """Return all rows that the starts reach, ascending; None where they are more than `max_nodes`."""
        still_open, begun = self._still_open(starts, allowed)
        place = np.empty(len(still_open), dtype=np.int32)
        # Looked up once: a level is so short that looking up what it calls is a good part of it.
        edges_behind, head_of = self._edges_reader(deptypes), self._head.take
        is_open, place_of = still_open.take, place.take
        levels = [_NONE]
        count, frontier = 0, starts
        while len(frontier):
            heads = head_of(edges_behind(frontier)).astype(np.int64)
            heads = heads[is_open(heads)]
            if not len(heads):
                break
            # Of a row that is there several times one place is kept, whichever it is.
            places = _places_of(heads)
            place[heads] = places
            found = heads[place_of(heads) == places]
            still_open[found] = False
            levels.append(found)
            count += len(found)
            if count > max_nodes:
                return None
            frontier = found if begun is None else found[~begun.take(found)]
        # Of half the bits, for which sorting takes half the time.
        rows = np.concatenate(levels, dtype=np.int32, casting="same_kind")
        rows.sort()
        return self._members_of(rows.astype(np.int64))

    def traced(
        self,
        starts: Integers,
        *,
        allowed: Marks | None,
        deptypes: int | None,
        max_depth: int | None,
        max_nodes: int,
    ) -> tuple[Integers, Integers, Integers, bool]:
        """Return the rows found, ascending, the depth of each, the first edge to each, and whether there are more.

        Those that are found first are kept, `max_nodes` of them. A row's first edge is the one from the row that was
        found earlier, and of those the first as they lie.
        """
        levels = self._levels(starts, allowed, deptypes, max_depth, max_nodes)
        sizes = [len(level.found) for level in levels]
        found = np.concatenate([_NONE, *(level.found for level in levels)])[:max_nodes]
        edges = np.concatenate([_NONE, *(level.edges for level in levels)])
        depths = np.repeat(np.arange(1, len(sizes) + 1), sizes)
        order = np.argsort(found)
        return self._members_of(found[order]), depths[order], edges[order], sum(sizes) > max_nodes

    def _levels(
        self,
        starts: Integers,
        allowed: Marks | None,
        deptypes: int | None,
        max_depth: int | None,
        max_nodes: int,
    ) -> list[_Level]:
        """Return what is found level by level, until nothing is left or a bound is met."""
        still_open, begun = self._still_open(starts, allowed)
        scratch = np.empty(len(still_open), dtype=np.int32)
        edges_behind = self._edges_reader(deptypes)
        levels: list[_Level] = []
        count, frontier = 0, starts
        while len(frontier) and count <= max_nodes and len(levels) != max_depth:
            edges = edges_behind(frontier)
            heads = self._head.take(edges).astype(np.int64)
            is_open = still_open.take(heads)
            heads = heads[is_open]
            if not len(heads):
                break
            first = firsts(heads, scratch)
            found = heads[first]
            still_open[found] = False
            levels.append(_Level(found, edges, is_open, first))
            count += len(found)
            frontier = found if begun is None else found[~begun.take(found)]
        return levels

    def _edges_reader(self, deptypes: int | None) -> Callable[[Integers], Integers]:
        """Return what gives the edges of these types of a frontier, one row's after the other's."""
        edges_of_rows = edges_reader(self._start)
        if deptypes is None:
            return edges_of_rows

        def edges_of_types(frontier: Integers) -> Integers:
            edges = edges_of_rows(frontier)
            chosen: Integers = edges[(self._deptypes.take(edges) & deptypes) != 0]
            return chosen

        return edges_of_types

    def _still_open(self, starts: Integers, allowed: Marks | None) -> tuple[Marks, Marks | None]:
        """Mark what may be found before the walk begins, and the starts where there are several."""
        still_open = np.ones(len(self._start) - 1, dtype=np.bool_) if allowed is None else allowed.copy()
        if len(starts) == 1:
            still_open[starts] = False
            return still_open, None
        marks = np.zeros(len(still_open), dtype=np.bool_)
        marks[starts] = True
        return still_open, marks

    def _members_of(self, found: Integers) -> Integers:
        return found if self._members is None else self._members[found]


class _Level(NamedTuple):
    """What was found at one depth, each by its first edge: those of `followed` that are `open_`, and then `first`."""

    found: Integers
    followed: Integers
    open_: Marks
    first: Marks

    @property
    def edges(self) -> Integers:
        """The first edge to each."""
        edges: Integers = self.followed[self.open_][self.first]
        return edges


def firsts(values: NDArray[np.integer], scratch: Places) -> Marks:
    """Mark the first occurrence of each value, without sorting.

    `scratch` has a place for every value; what it holds does not count, before and after.
    """
    places = _places_of(values)
    # Where an index is repeated, numpy keeps the last value assigned: backwards, that is the first occurrence.
    scratch[values[::-1]] = places[::-1]
    marks: Marks = scratch.take(values) == places
    return marks


def _places_of(values: NDArray[np.integer]) -> Places:
    """Return the place of each value, which is not to be changed."""
    return _PLACES[: len(values)] if len(values) <= len(_PLACES) else np.arange(len(values), dtype=np.int32)
