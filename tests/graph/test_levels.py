"""Walks over adjacency arrays against networkx."""

from __future__ import annotations

from unittest.mock import patch

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import FrozenBitMap

from graph import levels
from graph.levels import bitmap_of, edges_of, firsts, generations, marks_of, spread, subgraph
from graph.universe import ABSENT, Adjacency
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


@given(st.lists(st.integers(0, 5)))
def test_firsts_are_the_first_of_each(values: list[int]) -> None:
    marks = firsts(np.array(values, dtype=np.int32), np.empty(6, dtype=np.int32))
    assert np.array(values)[marks].tolist() == list(dict.fromkeys(values))


@given(pairs, st.lists(st.integers(0, COUNT - 1)))
def test_edges_are_those_of_the_rows_in_their_order(edges: set[tuple[int, int]], rows: list[int]) -> None:
    adjacency = adjacency_of(edges)
    found = adjacency.row[edges_of(adjacency.start, np.array(rows, dtype=np.int64))].tolist()
    assert found == [head for row in rows for head in sorted(b for a, b in edges if a == row)]


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


@given(pairs, some, st.integers(0, 3))
def test_a_subgraph_has_the_edges_among_its_rows(edges: set[tuple[int, int]], rows: set[int], deptypes: int) -> None:
    inner = subgraph(adjacency_of(edges), FrozenBitMap(rows), count=COUNT, deptypes=deptypes)
    members = inner.rows.tolist()
    assert members == sorted(rows)
    assert {
        (members[tail], members[head])
        for tail in range(len(members))
        for head in inner.head[inner.start[tail] : inner.start[tail + 1]].tolist()
    } == set(typed(edges, deptypes).subgraph(rows).edges)


def obvious_generations(graph: nx.DiGraph, passing: set[int]) -> list[int]:
    """Return each row's generation by the definition; `ABSENT` on circles and behind them."""
    found: dict[int, int] = {}
    for node in range(COUNT):
        before = {node, *nx.ancestors(graph, node)}
        if not nx.is_directed_acyclic_graph(graph.subgraph(before)):
            found[node] = ABSENT
    for node in nx.topological_sort(graph.subgraph(set(range(COUNT)) - found.keys())):
        found[node] = max((found[head] for head in graph.predecessors(node)), default=0) + (node not in passing)
    return [found[node] for node in range(COUNT)]


@given(pairs, some, st.sampled_from([0, 2]))
def test_generations_are_those_of_the_definition(edges: set[tuple[int, int]], passing: set[int], sparse: float) -> None:
    adjacency = adjacency_of(edges)
    marks = marks_of(FrozenBitMap(passing), count=COUNT)
    with patch.object(levels, "SPARSE", sparse):
        found = generations(adjacency.start, adjacency.row, passing=marks)
    assert found.tolist() == obvious_generations(typed(edges, 3), passing)
