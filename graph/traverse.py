"""Traversals of the dependency graph: what a spec needs, what needs it, and the same for packages.

Every traversal walks integers breadth first over the adjacency arrays (`graph.walks`), marks a row when it is first
reached and stops at the bounds that the caller gives. What a bound cut off is said by `truncated`, never hidden.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph.bitmaps import bitmap_of
from graph.errors import BadInput
from graph.induced import induced
from graph.model import ALL_DEPENDENCY_TYPES, DependencyType
from graph.snapshot import Snapshot
from graph.sparse import Integers, distinct, edges_of
from graph.universe import Adjacency, Marks, Neighbour
from graph.walks import Walker


class Direction(Enum):
    """Which way a traversal follows the edges."""

    DEPENDENCIES = "dependencies"
    DEPENDENTS = "dependents"

    def adjacency(self, snapshot: Snapshot) -> Adjacency:
        """Return the edges of this direction."""
        universe = snapshot.universe
        return universe.dependencies if self is Direction.DEPENDENCIES else universe.dependents


@dataclass(frozen=True, slots=True)
class Reached:
    """A spec that a traversal came to: its depth (1 is a direct neighbour) and the edge that reached it first."""

    row: int
    depth: int
    deptypes: int
    virtual_set: int
    virtuals: tuple[str, ...]


class Reach:
    """What a traversal found, in row order: parallel arrays of rows, depths and first edges.

    The start is not in it. `edges` are positions in the adjacency of the direction walked; `truncated` says that
    the bound on nodes was met (never the one on depth, which the caller asked for as part of the question).
    """

    def __init__(self, ground: _Ground, *, max_depth: int | None, max_nodes: int) -> None:
        """Walk, within both bounds."""
        self.adjacency = ground.adjacency
        self._ground, self._max_depth, self._max_nodes = ground, max_depth, max_nodes
        # Which of the rows a bound leaves is said by the order in which they are found.
        self._rows = ground.found(max_nodes) if max_depth is None else None

    def __len__(self) -> int:
        return len(self.rows)

    # Who asks for rows alone does not pay for the order in which they are found: who asks for more walks once more.

    @cached_property
    def _traced(self) -> tuple[Integers, Integers, Integers, bool]:
        return self._ground.traced(self._max_depth, self._max_nodes)

    @property
    def truncated(self) -> bool:
        """Whether more was found than the bound on nodes leaves."""
        return self._rows is None and self._traced[3]

    @property
    def rows(self) -> Integers:
        """The rows."""
        return self._traced[0] if self._rows is None else self._rows

    @property
    def depths(self) -> Integers:
        """The depth of each."""
        return self._traced[1]

    @property
    def edges(self) -> Integers:
        """The first edge to each."""
        return self._traced[2]


def reach(
    snapshot: Snapshot,
    starts: Iterable[int],
    direction: Direction,
    *,
    deptypes: DependencyType = ALL_DEPENDENCY_TYPES,
    within: Marks | None = None,
    max_depth: int | None,
    max_nodes: int,
) -> Reach:
    """Find every spec of the snapshot that the starts reach over edges of any of these types.

    `within` marks the rows that may be found and walked through, all of the snapshot's where it is None.
    `max_depth` counts edges (0 reaches nothing; None is no bound), `max_nodes` the specs found. At one depth the
    edge that counts as the first is the one from the spec found earlier. A start is not part of its own reach; with
    several starts, one that another of them reaches is.
    """
    if max_depth is not None and max_depth < 0:
        raise BadInput(f"maxDepth is {max_depth}; give 0 or more, or leave it out for no bound")
    ground = _ground(snapshot, np.array(sorted(starts), dtype=np.int64), direction, deptypes, within)
    return Reach(ground, max_depth=max_depth, max_nodes=max_nodes)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What is walked over, from where: rows of the universe or ranks in the snapshot.

    `allowed` marks what may be found and `deptypes` says which edges are followed; where None, all.
    """

    adjacency: Adjacency
    walker: Walker
    starts: Integers
    allowed: Marks | None
    deptypes: int | None

    def found(self, max_nodes: int) -> Integers | None:
        """Return the rows that are found, ascending; None where there are more than `max_nodes`."""
        return self.walker.found(self.starts, allowed=self.allowed, deptypes=self.deptypes, max_nodes=max_nodes)

    def traced(self, max_depth: int | None, max_nodes: int) -> tuple[Integers, Integers, Integers, bool]:
        """Return the rows, depths and edges of a `Reach`, and whether there are more."""
        return self.walker.traced(
            self.starts, allowed=self.allowed, deptypes=self.deptypes, max_depth=max_depth, max_nodes=max_nodes
        )


def _ground(
    snapshot: Snapshot, starts: Integers, direction: Direction, deptypes: DependencyType, within: Marks | None
) -> _Ground:
    types = None if deptypes == ALL_DEPENDENCY_TYPES else int(deptypes)
    own = induced(snapshot)
    ranks = None if own is None else own.ranks(starts)
    if own is not None and ranks is not None:
        edges = own.dependencies if direction is Direction.DEPENDENCIES else own.dependents
        allowed = None if within is None else within[own.members]
        return _Ground(edges.adjacency, edges.walker, ranks, allowed, types)
    adjacency = direction.adjacency(snapshot)
    return _Ground(adjacency, adjacency.walker, starts, _allowed(snapshot, within), types)


def _allowed(snapshot: Snapshot, within: Marks | None) -> Marks | None:
    """Mark the rows of the universe that may be found; None where all may be."""
    if len(snapshot.rows) == len(snapshot.universe):
        return within
    return snapshot.holds if within is None else snapshot.holds & within


def reached(snapshot: Snapshot, found: Reach, start: int, stop: int) -> list[Reached]:
    """Return the part `start:stop` of a reach with what the first edges say."""
    universe = snapshot.universe
    page = slice(start, stop)
    parts = zip(found.rows[page].tolist(), found.depths[page].tolist(), found.edges[page].tolist(), strict=True)
    return [
        Reached(
            row,
            depth,
            (edge := universe.neighbour(found.adjacency, e)).deptypes,
            int(found.adjacency.virtual_set[e]),
            edge.virtuals,
        )
        for row, depth, e in parts
    ]


@dataclass(frozen=True, slots=True)
class Neighbourhoods:
    """The direct neighbours of many rows, one row's after the other's: parallel arrays of rows and of their edges.

    Those of the row at place i are `counts[i]`, in row order. A row is not its own neighbour.
    """

    adjacency: Adjacency
    rows: Integers
    edges: Integers
    counts: Integers


def neighbourhoods(
    snapshot: Snapshot, rows: NDArray[np.integer], direction: Direction, *, deptypes: DependencyType
) -> Neighbourhoods:
    """Find the direct neighbours of each row on its own: what `reach` finds from it at depth 1."""
    adjacency = direction.adjacency(snapshot)
    starts = rows.astype(np.int64)
    edges = edges_of(adjacency.start, starts)
    owners = np.repeat(np.arange(len(starts)), adjacency.start[starts + 1] - adjacency.start[starts])
    heads = adjacency.row[edges].astype(np.int64)
    wanted = ((adjacency.deptypes[edges] & int(deptypes)) != 0) & snapshot.holds[heads] & (heads != starts[owners])
    # Places, and `take`: three selections by a mask cost several times as much.
    if not wanted.all():
        edges, owners, heads = _taken(np.flatnonzero(wanted), edges, owners, heads)
    # Of several edges to one row the first counts; edges are sorted by the row that they lead to.
    first = np.ones(len(heads), dtype=np.bool_)
    first[1:] = (heads[1:] != heads[:-1]) | (owners[1:] != owners[:-1])
    if not first.all():
        edges, owners, heads = _taken(np.flatnonzero(first), edges, owners, heads)
    return Neighbourhoods(adjacency, heads, edges, np.bincount(owners, minlength=len(starts)))


def _taken(places: Integers, *arrays: Integers) -> list[Integers]:
    return [array.take(places) for array in arrays]


@dataclass(frozen=True, slots=True)
class Closure:
    """A spec's closure as a picture is drawn from it.

    `rows[0]` is the start; the others follow by depth, then in row order. An edge is (from, to, edge) with
    positions in `rows`, sorted. `truncated` says that the bound on nodes was met: then some edges lack an end, and
    those are left out.
    """

    rows: tuple[int, ...]
    edges: tuple[tuple[int, int, Neighbour], ...]
    truncated: bool


def closure(
    snapshot: Snapshot,
    start: int,
    *,
    deptypes: DependencyType = ALL_DEPENDENCY_TYPES,
    max_depth: int | None,
    max_nodes: int,
) -> Closure:
    """Return everything that a spec needs, itself included, with every edge of these types among what was found.

    `max_nodes` counts the start too. An edge from a spec at `max_depth` is there where its other end was found.
    """
    found = reach(
        snapshot, [start], Direction.DEPENDENCIES, deptypes=deptypes, max_depth=max_depth, max_nodes=max_nodes - 1
    )
    by_depth = np.lexsort((found.rows, found.depths))
    rows = (start, *found.rows[by_depth].tolist())
    index = {row: position for position, row in enumerate(rows)}
    universe = snapshot.universe
    edges = [
        (position, index[neighbour.row], neighbour)
        for position, row in enumerate(rows)
        for neighbour in universe.neighbours(universe.dependencies, row)
        if neighbour.row in index and neighbour.deptypes & deptypes
    ]
    return Closure(rows, tuple(sorted(edges, key=lambda edge: edge[:2])), found.truncated)


def reached_rows(
    snapshot: Snapshot,
    starts: FrozenBitMap,
    direction: Direction,
    *,
    deptypes: DependencyType = ALL_DEPENDENCY_TYPES,
    max_nodes: int,
) -> tuple[FrozenBitMap, bool]:
    """Return the rows that `reach` finds without a bound on depth, and whether the bound on nodes was met.

    A start is in it only where another start reaches it. Large answers are kept for the next question
    (`Universe.closures`), unless the bound cut them.
    """
    key = (snapshot.name, starts, direction, deptypes)
    closures = snapshot.universe.closures
    kept = closures.find(key)
    if kept is not None and len(kept) <= max_nodes:
        return kept, False
    found = reach(snapshot, starts, direction, deptypes=deptypes, max_depth=None, max_nodes=max_nodes)
    rows = bitmap_of(found.rows)
    if not found.truncated:
        closures.keep_large(key, rows)
    return rows, found.truncated


def packages_along(
    snapshot: Snapshot,
    package: int,
    direction: Direction,
    *,
    deptypes: DependencyType = ALL_DEPENDENCY_TYPES,
    max_depth: int | None,
    max_nodes: int,
) -> tuple[FrozenBitMap, bool]:
    """Return the packages whose specs the package's specs reach, and whether the bound on nodes was met.

    A package is its own dependency only where one of its specs depends on another of them (gcc built with gcc).
    """
    starts = snapshot.package_rows(package)
    if max_depth is None:
        rows, truncated = reached_rows(snapshot, starts, direction, deptypes=deptypes, max_nodes=max_nodes)
    else:
        found = reach(snapshot, starts, direction, deptypes=deptypes, max_depth=max_depth, max_nodes=max_nodes)
        rows, truncated = bitmap_of(found.rows), found.truncated
    return bitmap_of(distinct(snapshot.universe.package[Snapshot.row_array(rows)])), truncated
