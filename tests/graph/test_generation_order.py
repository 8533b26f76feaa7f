"""One pass over edges laid out by generations marks what a graph library finds above the same rows."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph.generation_order import GenerationOrder, generation_order
from graph.sparse import ENDLESS, generations

COUNT = 8
rows = st.integers(0, COUNT - 1)
some = st.sets(rows)


@st.composite
def acyclic(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Draw edges without circles, each with its types: 2 and 4 are laid out, 1 alone is not."""
    rank = draw(st.permutations(range(COUNT)))
    pairs = draw(st.sets(st.tuples(rows, rows), max_size=25))
    return [(a, b, draw(st.integers(1, 7))) for a, b in sorted(pairs) if rank[a] > rank[b]]


def laid_out(edges: list[tuple[int, int, int]]) -> GenerationOrder | None:
    tails, heads, deptypes = (np.array([edge[place] for edge in edges], dtype=np.int32) for place in range(3))
    start = np.searchsorted(tails, np.arange(COUNT + 1)).astype(np.int64)
    upward = sorted((b, a) for a, b, _ in edges)
    above = np.searchsorted(np.array([b for b, _ in upward], dtype=np.int32), np.arange(COUNT + 1)).astype(np.int64)
    generation = generations(above, np.array([a for _, a in upward], dtype=np.int32))
    assert ((generation == ENDLESS).any()) == (not nx.is_directed_acyclic_graph(nx.DiGraph([e[:2] for e in edges])))
    return generation_order(generation, start, heads, deptypes.astype(np.uint8), chosen=6)


def marks(wanted: set[int]) -> np.ndarray:
    return np.isin(np.arange(COUNT), list(wanted))


@given(acyclic(), some, some, st.sampled_from([None, 2, 4]))
def test_a_pass_marks_what_reaches_the_starts(
    edges: list[tuple[int, int, int]], starts: set[int], within: set[int], deptypes: int | None
) -> None:
    order = laid_out(edges)
    assert order is not None
    assert sorted(order.rows.tolist()) == list(range(COUNT))
    for part in (None, within):
        inside = set(range(COUNT)) if part is None else part
        graph: nx.DiGraph = nx.DiGraph()
        graph.add_nodes_from(inside)
        graph.add_edges_from((a, b) for a, b, types in edges if types & (deptypes or 6) and {a, b} <= inside)
        strictly = set().union(*(nx.ancestors(graph, start) for start in starts & inside))
        given_marks = None if part is None else marks(part)
        for only, expected in ((True, strictly), (False, strictly | (starts & inside))):
            begun = marks(starts)
            found = order.above(begun, within=given_marks, deptypes=deptypes, strictly=only)
            assert set(np.flatnonzero(found).tolist()) == expected
            assert set(np.flatnonzero(begun).tolist()) == starts


def test_edges_lie_run_after_run() -> None:
    order = laid_out([(1, 0, 2), (2, 0, 3), (2, 1, 1), (3, 0, 4), (3, 1, 6), (3, 2, 1)])
    assert order is not None
    assert order.rows.tolist() == [0, 4, 5, 6, 7, 1, 2, 3]
    assert order.sizes.tolist() == [5, 1, 1, 1]
    assert order.runs.tolist() == [[0, 0], [1, 0], [1, 0], [1, 1]]
    assert order.heads.tolist() == [0, 0, 0, 1]
    assert order.deptypes.tolist() == [2, 3, 4, 6]


def test_there_is_no_order_of_circles() -> None:
    assert laid_out([(0, 1, 2), (1, 0, 2)]) is None
    assert laid_out([(0, 0, 1)]) is None


def test_no_rows_have_an_order() -> None:
    nothing = np.empty(0, dtype=np.int32)
    order = generation_order(nothing, np.zeros(1, dtype=np.int64), nothing, nothing.astype(np.uint8), chosen=6)
    assert order is not None
    assert order.above(nothing.astype(np.bool_), within=None, deptypes=None, strictly=True).tolist() == []
