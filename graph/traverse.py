"""Traversals of the dependency graph: what a spec needs, what needs it, and the same for packages.

Every traversal walks integers breadth first, level by level over the adjacency arrays, marks a row when it is first
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
from graph.levels import firsts
from graph.model import ALL_DEPENDENCY_TYPES, DependencyType
from graph.snapshot import Snapshot
from graph.sparse import Integers, edges_of
from graph.universe import Adjacency, Marks, Neighbour


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

    def __init__(
        self, adjacency: Adjacency, levels: list[tuple[Integers, Integers]], members: Integers | None, max_nodes: int
    ) -> None:
        """Put levels of rows and edges together, cut to the first `max_nodes`; `members` has the rows of ranks."""
        self.adjacency = adjacency
        self._levels = levels
        found = np.concatenate([np.empty(0, dtype=np.int64), *(rows for rows, _ in levels)])
        self.truncated = len(found) > max_nodes
        self._found = found[:max_nodes] if members is None else members[found[:max_nodes]]

    def __len__(self) -> int:
        return len(self._found)

    @cached_property
    def rows(self) -> Integers:
        """The rows."""
        return np.sort(self._found)

    # Who asks for rows alone does not pay for the order of the rest.

    @cached_property
    def _order(self) -> Integers:
        return np.argsort(self._found)

    @cached_property
    def depths(self) -> Integers:
        """The depth of each."""
        sizes = [len(rows) for rows, _ in self._levels]
        return np.repeat(np.arange(1, len(sizes) + 1), sizes)[self._order]

    @cached_property
    def edges(self) -> Integers:
        """The first edge to each."""
        return np.concatenate([np.empty(0, dtype=np.int64), *(edges for _, edges in self._levels)])[self._order]


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
    begun = np.array(sorted(starts), dtype=np.int64)
    walk = _Walk(snapshot, direction, deptypes, within, begun)
    frontier = walk.begin(begun)
    depth = 0
    while len(frontier) and (max_depth is None or depth < max_depth) and walk.found <= max_nodes:
        depth += 1
        frontier = walk.step(frontier)
    return walk.reach(max_nodes)


class _Walk:
    """The state of one breadth-first traversal: over rows, or over the ranks that they have in the snapshot."""

    def __init__(
        self,
        snapshot: Snapshot,
        direction: Direction,
        deptypes: DependencyType,
        within: Marks | None,
        starts: Integers,
    ) -> None:
        own = induced(snapshot)
        self._members: Integers | None = None
        if own is not None and np.isin(starts, own.members).all():
            edges = own.dependencies if direction is Direction.DEPENDENCIES else own.dependents
            self._members, self._adjacency, self._heads = own.members, edges.adjacency, edges.head
            self._open = np.ones(len(own.members), dtype=np.bool_) if within is None else within[own.members]
        else:
            self._adjacency = direction.adjacency(snapshot)
            self._heads = self._adjacency.row
            self._open = snapshot.holds.copy() if within is None else snapshot.holds & within
        self._deptypes = int(deptypes)
        self._scratch = np.empty(len(self._open), dtype=np.int32)
        self._starts: Marks | None = None
        self._levels: list[tuple[Integers, Integers]] = []
        self.found = 0

    def begin(self, starts: Integers) -> Integers:
        """Mark and return the starts: a lone one is never found, one of several only when another reaches it."""
        if self._members is not None:
            starts = np.searchsorted(self._members, starts)
        if len(starts) == 1:
            self._open[starts] = False
        else:
            self._starts = np.zeros(len(self._open), dtype=np.bool_)
            self._starts[starts] = True
        return starts

    def step(self, frontier: Integers) -> Integers:
        """Follow the frontier's edges once; returns the rows whose own edges are to be followed next."""
        edges = edges_of(self._adjacency.start, frontier)
        if self._deptypes != ALL_DEPENDENCY_TYPES:
            edges = edges[(self._adjacency.deptypes.take(edges) & self._deptypes) != 0]
        heads = self._heads.take(edges)
        wanted = self._open.take(heads).nonzero()[0]
        edges, heads = edges.take(wanted), heads.take(wanted)
        first = firsts(heads, self._scratch).nonzero()[0]
        edges, rows = edges.take(first), heads.take(first).astype(np.int64)
        self._open[rows] = False
        self._levels.append((rows, edges))
        self.found += len(rows)
        onward: Integers = rows if self._starts is None else rows[~self._starts[rows]]
        return onward

    def reach(self, max_nodes: int) -> Reach:
        """Put the levels together, cut to the first `max_nodes` found, in row order."""
        return Reach(self._adjacency, self._levels, self._members, max_nodes)


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
    return bitmap_of(np.unique(snapshot.universe.package[Snapshot.row_array(rows)])), truncated
