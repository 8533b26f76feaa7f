"""Dependency paths: whether one spec leads to another, and how, shortest first.

All paths cannot be walked: a graph of ten layers of six specs has sixty million. So the search first finds what lies
between start and goal, and how far each spec there is from the goal; then it extends the best path only, where the
best has the least length that it can still be completed to. In an acyclic graph nothing is extended in vain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from pyroaring import FrozenBitMap

from graph.levels import marks_of
from graph.model import ALL_DEPENDENCY_TYPES, DependencyType
from graph.snapshot import Snapshot
from graph.sparse import distinct
from graph.traverse import Direction, reach

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths as rows from the start to a goal, shortest first, and those of one length by their rows.

    `reachable` says whether there is any. `truncated` says that a bound was met before it was known that there are
    no more paths than these.
    """

    paths: tuple[Path, ...]
    reachable: bool
    truncated: bool


def shortest_paths(
    snapshot: Snapshot,
    start: int,
    goals: FrozenBitMap,
    *,
    deptypes: DependencyType = ALL_DEPENDENCY_TYPES,
    max_paths: int,
    max_length: int,
    max_nodes: int,
    max_steps: int,
) -> Paths:
    """Return the shortest simple paths from a spec to any of the goals, over edges of these types.

    A start that is a goal is a path of length 0, and a path may pass one goal on its way to another, as
    `networkx.all_simple_paths` has it. `max_length` counts edges, `max_nodes` the specs that the start is found to
    reach, `max_steps` the paths that are extended by one edge.
    """
    ahead = reach(snapshot, [start], Direction.DEPENDENCIES, deptypes=deptypes, max_depth=None, max_nodes=max_nodes)
    here = FrozenBitMap([start, *ahead.rows.tolist()])
    goals = goals & here
    if not goals:
        return Paths((), reachable=False, truncated=ahead.truncated)
    behind = reach(
        snapshot,
        goals,
        Direction.DEPENDENTS,
        deptypes=deptypes,
        within=marks_of(here, count=len(snapshot.universe)),
        max_depth=None,
        max_nodes=len(here),
    )
    distances = dict(zip(behind.rows.tolist(), behind.depths.tolist(), strict=True))
    distances.update(dict.fromkeys(goals, 0))
    search = _Search(snapshot, deptypes, distances, max_length)
    found = search.run(start, goals, max_paths=max_paths, max_steps=max_steps)
    return Paths(tuple(found), reachable=True, truncated=ahead.truncated or search.truncated)


class _Search:
    """The best-first search: a heap of paths that still are to be extended, the best on top.

    A path on the heap is (length, path, place): the least length that it can be completed to, its rows, and the
    place of its last row among the ways on from the row before. Only when it is taken up are the next way on from
    that row, and the first one from its own end, put on the heap: two paths, however many edges there are.
    """

    def __init__(
        self, snapshot: Snapshot, deptypes: DependencyType, distances: Mapping[int, int], max_length: int
    ) -> None:
        """Prepare a search among the rows of `distances`: how many edges each is from the nearest goal."""
        self._adjacency = snapshot.universe.dependencies
        self._deptypes = int(deptypes)
        self._distances = distances
        self._max_length = max_length
        self._ways: dict[int, list[tuple[int, int]]] = {}
        self._heap: list[tuple[int, Path, int]] = []
        self.truncated = False

    def run(self, start: int, goals: FrozenBitMap, *, max_paths: int, max_steps: int) -> list[Path]:
        """Return the first paths in their order; `truncated` is known after it."""
        found: list[Path] = []
        self._put((), [(self._distances[start], start)], 0)
        steps = 0
        while self._heap and len(found) < max_paths and steps < max_steps:
            _, path, place = heappop(self._heap)
            steps += 1
            if path[-1] in goals:
                found.append(path)
            if len(path) > 1:
                self._put(path[:-1], self._ways_on(path[-2]), place + 1)
            self._put(path, self._ways_on(path[-1]), 0)
        self.truncated = self.truncated or bool(self._heap)
        return found

    def _put(self, path: Path, ways: list[tuple[int, int]], place: int) -> None:
        """Put the path on the heap, extended by the first way from `place` on that keeps it simple."""
        while place < len(ways) and ways[place][1] in path:
            place += 1
        if place == len(ways):
            return
        distance, row = ways[place]
        length = len(path) + distance
        if length > self._max_length:
            self.truncated = True
            return
        heappush(self._heap, (length, (*path, row), place))

    def _ways_on(self, row: int) -> list[tuple[int, int]]:
        """Return the (distance from a goal, row) that edges lead to, nearest first."""
        known = self._ways.get(row)
        if known is None:
            edges = self._adjacency.edges(row)
            types = self._adjacency.deptypes[edges.start : edges.stop]
            heads = self._adjacency.row[edges.start : edges.stop][(types & self._deptypes) != 0]
            distances = self._distances
            ways = {(distances[head], head) for head in distinct(heads).tolist() if head in distances}
            known = self._ways[row] = sorted(ways)
        return known
