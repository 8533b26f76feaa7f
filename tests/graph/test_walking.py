"""Both walkers, the compiled one and numpy's, against a queue of rows and networkx."""

from __future__ import annotations

import tracemalloc
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import native, numpy_walking

walking = native.kernel("graph.walking")
compiled = pytest.mark.skipif(walking is None, reason="no native kernels: docs/operations.md says how to have them")
WALKERS = [
    pytest.param(numpy_walking.Walker, id="numpy"),
    pytest.param(walking and walking.Walker, id="compiled", marks=compiled),
]
UNBOUNDED = 10**9


@dataclass(frozen=True)
class Graph:
    """Rows and edges (tail, head, types), sorted by tail."""

    rows: int
    edges: tuple[tuple[int, int, int], ...]

    def arrays(self):
        """The arrays of a walker."""
        tails = [tail for tail, _, _ in self.edges]
        start = np.searchsorted(tails, np.arange(self.rows + 1)).astype(np.int64)
        head = np.array([head for _, head, _ in self.edges], dtype=np.int32)
        deptypes = np.array([types for _, _, types in self.edges], dtype=np.uint8)
        return start, head, deptypes


@dataclass(frozen=True)
class Question:
    """What a walk is asked."""

    graph: Graph
    starts: tuple[int, ...]
    allowed: tuple[bool, ...] | None
    deptypes: int | None
    max_depth: int | None
    max_nodes: int

    def found(self, walker, **bounds):
        """The rows that a walker finds, or None."""
        found = walker.found(**self._where(), max_nodes=bounds.get("max_nodes", self.max_nodes))
        return None if found is None else found.tolist()

    def traced(self, walker):
        """Rows, depths and edges that a walker finds, and whether there are more."""
        *arrays, more = walker.traced(**self._where(), max_depth=self.max_depth, max_nodes=self.max_nodes)
        return [array.tolist() for array in arrays], more

    def _where(self):
        allowed = None if self.allowed is None else np.array(self.allowed, dtype=np.bool_)
        return {"starts": np.array(self.starts, dtype=np.int64), "allowed": allowed, "deptypes": self.deptypes}


def followed(question: Question) -> list[tuple[int, int, int]]:
    """Return the edges that may be followed: place, tail, head."""
    return [
        (place, tail, head)
        for place, (tail, head, types) in enumerate(question.graph.edges)
        if (question.deptypes is None or types & question.deptypes)
        and (question.allowed is None or question.allowed[head])
    ]


def by_queue(question: Question) -> list[tuple[int, int, int]]:
    """Return row, depth and first edge of all that is found, in the order in which they are."""
    ways = followed(question)
    behind: dict[int, list[tuple[int, int]]] = {}
    for place, tail, head in ways:
        behind.setdefault(tail, []).append((place, head))
    starts = question.starts
    seen = set(starts) if len(starts) == 1 else set()
    waiting = deque((start, 0) for start in starts)
    found: list[tuple[int, int, int]] = []
    while waiting:
        row, depth = waiting.popleft()
        if depth == question.max_depth:
            break
        for place, head in behind.get(row, ()):
            if head not in seen:
                seen.add(head)
                found.append((head, depth + 1, place))
                if head not in starts:
                    waiting.append((head, depth + 1))
    return found


def scattered(rows: int, edges: int, seed: int) -> Graph:
    """Return a graph of random edges, circles and loops among them."""
    random = np.random.default_rng(seed)
    drawn = zip(*(random.integers(0, most, edges).tolist() for most in (rows, rows, 16)), strict=True)
    return Graph(rows, tuple(sorted(set(drawn))))


@st.composite
def questions(draw: st.DrawFn) -> Question:
    if draw(st.booleans()):
        rows = draw(st.integers(1, 9))
        row = st.integers(0, rows - 1)
        graph = Graph(rows, tuple(sorted(draw(st.sets(st.tuples(row, row, st.integers(0, 15)), max_size=25)))))
    else:
        rows = draw(st.integers(60, 300))
        graph = scattered(rows, draw(st.integers(0, 4)) * rows, draw(st.integers(0, 99)))
    mask = st.lists(st.integers(0, 4), min_size=rows, max_size=rows).map(lambda marks: tuple(m > 0 for m in marks))
    return Question(
        graph,
        starts=tuple(sorted(draw(st.lists(st.integers(0, rows - 1), max_size=4)))),
        allowed=draw(st.none() | mask),
        deptypes=draw(st.none() | st.integers(0, 15)),
        max_depth=draw(st.none() | st.integers(0, 5)),
        max_nodes=draw(st.sampled_from([0, 1, 3, 50, UNBOUNDED])),
    )


@pytest.mark.parametrize("walker", WALKERS)
@given(question=questions())
def test_a_walk_finds_what_a_queue_of_rows_does(walker, question: Question) -> None:
    expected = by_queue(question)
    kept = sorted(expected[: question.max_nodes])
    columns = [list(column) for column in zip(*kept, strict=True)] or [[], [], []]
    walk = walker(*question.graph.arrays())
    assert question.traced(walk) == (columns, len(expected) > question.max_nodes)


@pytest.mark.parametrize("walker", WALKERS)
@given(question=questions())
def test_all_rows_found_are_those_that_networkx_finds(walker, question: Question) -> None:
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(question.graph.rows))
    graph.add_edges_from((tail, head) for _, tail, head in followed(question))
    near = {head for start in question.starts for head in graph[start]}
    reached = near.union(*(nx.descendants(graph, row) for row in near))
    if len(question.starts) == 1:
        reached -= set(question.starts)
    walk = walker(*question.graph.arrays())
    assert question.found(walk, max_nodes=UNBOUNDED) == sorted(reached)
    assert question.found(walk) == (sorted(reached) if len(reached) <= question.max_nodes else None)


@pytest.mark.parametrize("walker", WALKERS)
@given(question=questions())
def test_what_is_found_is_said_as_members(walker, question: Question) -> None:
    start, head, deptypes = question.graph.arrays()
    members = np.arange(question.graph.rows, dtype=np.int64) * 3 + 7
    ranks, rows = walker(start, head, deptypes), walker(start, head, deptypes, members)
    assert question.found(rows, max_nodes=UNBOUNDED) == [
        rank * 3 + 7 for rank in question.found(ranks, max_nodes=UNBOUNDED) or ()
    ]
    (found, *rest), more = question.traced(ranks)
    assert question.traced(rows) == ([[rank * 3 + 7 for rank in found], *rest], more)


@pytest.mark.parametrize("walker", WALKERS)
def test_an_edge_without_a_type_is_followed_where_any_is(walker) -> None:
    walk = walker(*Graph(2, ((0, 1, 0),)).arrays())
    start = np.array([0])
    assert walk.found(start, allowed=None, deptypes=None, max_nodes=9).tolist() == [1]
    assert walk.found(start, allowed=None, deptypes=15, max_nodes=9).tolist() == []


@pytest.mark.parametrize("walker", WALKERS)
def test_many_threads_walk_at_once(walker) -> None:
    # So many edges and rows that others are let on before a walk has ended.
    graph = scattered(20_000, 80_000, seed=1)
    walk = walker(*graph.arrays())
    asked = [Question(graph, (n,), None, n % 15 + 1, None, UNBOUNDED) for n in range(30)]
    alone = [(one.found(walk), one.traced(walk)) for one in asked]
    with ThreadPoolExecutor(8) as threads:
        at_once = list(threads.map(lambda one: (one.found(walk), one.traced(walk)), asked * 4))
    assert at_once == alone * 4


def walked(arrays: Sequence[object], starts: Sequence[int], **said: object) -> None:
    """Walk both ways, compiled."""
    assert walking is not None
    walk = walking.Walker(*arrays)
    allowed, first = said.get("allowed"), np.array(starts, dtype=np.int64)
    walk.found(first, allowed=allowed, deptypes=None, max_nodes=9)
    walk.traced(first, allowed=allowed, deptypes=None, max_depth=None, max_nodes=9)


RING = Graph(3, ((0, 1, 1), (1, 2, 1), (2, 0, 1)))


@compiled
@pytest.mark.parametrize("head", [3, 99, -1, 2**31 - 1, -(2**31)])
def test_an_edge_to_no_row_is_an_error(head: int) -> None:
    start, heads, deptypes = RING.arrays()
    heads[1] = head
    with pytest.raises(ValueError, match=r"edge 1 leads to no row: there are 3"):
        walked((start, heads, deptypes), [0])


@compiled
@pytest.mark.parametrize(("row", "place"), [(1, -1), (2, 4), (2, 0), (2, 2**62)])
def test_edges_that_are_not_there_are_an_error(row: int, place: int) -> None:
    start, heads, deptypes = RING.arrays()
    start[row] = place
    with pytest.raises(ValueError, match=r"the edges of row [012] are not among the 3"):
        walked((start, heads, deptypes), [0])


@compiled
@pytest.mark.parametrize("starts", [[3], [-1], [0, 3], [2**40]])
def test_a_start_that_is_no_row_is_an_error(starts: list[int]) -> None:
    with pytest.raises(ValueError, match=rf"no start at row {starts[-1]}: there are 3"):
        walked(RING.arrays(), starts)


@compiled
def test_arrays_that_do_not_fit_are_errors() -> None:
    start, head, deptypes = RING.arrays()
    for arrays in (
        (start[:0], head, deptypes),
        (start, head, deptypes[:2]),
        (start, head, deptypes, start),
        (start.astype(np.int32), head, deptypes),
        (start, head[::2], deptypes[::2]),
    ):
        with pytest.raises(ValueError, match=r"row|Buffer dtype|contiguous"):
            walked(arrays, [0])
    with pytest.raises(ValueError, match="3 rows, and 2 are allowed or not"):
        walked((start, head, deptypes), [0], allowed=np.ones(2, dtype=np.bool_))
    assert walking is not None
    with pytest.raises(TypeError, match="starts are of 64 bits, not int32"):
        walking.Walker(start, head, deptypes).found(
            np.array([0], dtype=np.int32), allowed=None, deptypes=None, max_nodes=9
        )


@compiled
def test_a_walk_leaves_no_memory_behind_however_it_ends() -> None:
    graph = scattered(3_000, 40_000, seed=2)
    start, head, deptypes = graph.arrays()
    broken = head.copy()
    broken[-1] = 3_000

    def walk_all() -> None:
        walked((start, head, deptypes), [0])
        for arrays, starts in (((start, broken, deptypes), [2_999]), (graph.arrays(), [0, 5_000])):
            with pytest.raises(ValueError, match="row"):
                walked(arrays, starts)

    walk_all()
    tracemalloc.start()
    try:
        walk_all()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(10):
            walk_all()
        # One walk takes 16 KB at the least.
        assert tracemalloc.get_traced_memory()[0] - before < 16_000
    finally:
        tracemalloc.stop()
