"""What is reached, as marks, against networkx."""

from __future__ import annotations

from unittest import mock

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import FrozenBitMap

from graph import levels, numbering
from graph.bitmaps import bitmap_of
from graph.levels import marks_of, spread
from graph.universe import Adjacency
from tests.graph.small_graphs import dag_hash, graph_of

COUNT = 9
pairs = st.sets(st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)), max_size=25)
some = st.sets(st.integers(0, COUNT - 1))


def adjacency_of(edges: set[tuple[int, int]]) -> Adjacency:
    """Return the edges as a built universe has them; every third is of another type."""
    labels = "abcdefghi"
    typed = [(labels[a], labels[b], 1 if (a + b) % 3 else 2, ()) for a, b in sorted(edges)]
    universe = graph_of(labels, typed).catalogue.universe
    assert [universe.hashes[row] for row in range(COUNT)] == [dag_hash(label) for label in labels]
    return universe.dependencies


def typed(edges: set[tuple[int, int]], deptypes: int) -> nx.DiGraph:
    graph: nx.DiGraph = nx.DiGraph()
    graph.add_nodes_from(range(COUNT))
    graph.add_edges_from((a, b) for a, b in edges if (1 if (a + b) % 3 else 2) & deptypes)
    return graph


def test_bitmaps_and_marks_are_each_others_inverse() -> None:
    rows = FrozenBitMap([0, 3, 70_000])
    marks = marks_of(rows, count=70_001)
    assert np.flatnonzero(marks).tolist() == [0, 3, 70_000]
    assert bitmap_of(np.flatnonzero(marks)) == rows
    assert bitmap_of(np.empty(0, dtype=np.int64)) == FrozenBitMap()


@given(pairs, some, some, st.integers(0, 3))
def test_a_spread_is_what_is_reached_within(
    edges: set[tuple[int, int]], starts: set[int], within: set[int], deptypes: int
) -> None:
    graph = typed(edges, deptypes).subgraph(starts | within).copy()
    graph.remove_edges_from([(a, b) for a, b in graph.edges if b not in within])
    expected = starts.union(*(nx.descendants(graph, start) for start in starts))
    marks = spread(
        adjacency_of(edges),
        np.array(sorted(starts), dtype=np.int32),
        within=marks_of(FrozenBitMap(within), count=COUNT),
        deptypes=deptypes,
    )
    assert set(np.flatnonzero(marks).tolist()) == expected


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(1, 3)), max_size=20), st.data())
def test_tails_are_found_alike_whether_edges_are_gathered_or_all_looked_at(
    edges: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    rows, heads = (np.array(data.draw(st.lists(st.booleans(), min_size=8, max_size=8))) for _ in range(2))
    columns = [np.array(column, dtype=np.int32) for column in zip(*edges, strict=True)] or [np.empty(0, np.int32)] * 3
    virtual_set = np.zeros(len(edges), dtype=np.int32)
    adjacency = numbering.adjacency_of(columns[0], columns[1], columns[2].astype(np.uint8), virtual_set, count=8)
    expected = {tail for tail, head, deptypes in edges if rows[tail] and heads[head] and deptypes & 2}
    for many in (0, 10**9):
        with mock.patch.object(levels, "MANY", many):
            assert set(levels.tails_of(adjacency, rows, heads, 2).tolist()) == expected
