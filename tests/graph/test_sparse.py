"""Edges of rows, and generations, against networkx."""

from __future__ import annotations

from itertools import accumulate
from unittest.mock import patch

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph import sparse
from graph.sparse import (
    ENDLESS,
    Integers,
    are_generations,
    distinct,
    edges_of,
    generations,
    likely_generations,
    starts_of_runs,
)

COUNT = 9
pairs = st.sets(st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)), max_size=25)


def compressed(edges: set[tuple[int, int]]) -> tuple[Integers, np.ndarray]:
    """Return edges as the start of each row's, and their heads."""
    heads = [sorted(b for a, b in edges if a == row) for row in range(COUNT)]
    start = [0, *accumulate(map(len, heads))]
    return np.array(start, dtype=np.int64), np.array([b for row in heads for b in row], dtype=np.int32)


@given(pairs, st.lists(st.integers(0, COUNT - 1)))
def test_edges_are_those_of_the_rows_in_their_order(edges: set[tuple[int, int]], rows: list[int]) -> None:
    start, head = compressed(edges)
    found = head[edges_of(start, np.array(rows, dtype=np.int64))].tolist()
    assert found == [b for row in rows for b in sorted(b for a, b in edges if a == row)]


def obvious_generations(edges: set[tuple[int, int]]) -> list[int]:
    """Return each row's generation by the definition; `ENDLESS` on circles and behind them."""
    graph: nx.DiGraph = nx.DiGraph(sorted(edges))
    graph.add_nodes_from(range(COUNT))
    found: dict[int, int] = {}
    for node in range(COUNT):
        above = graph.subgraph({node, *nx.ancestors(graph, node)})
        acyclic = nx.is_directed_acyclic_graph(above)
        found[node] = nx.dag_longest_path_length(above) if acyclic else ENDLESS
    return [found[node] for node in range(COUNT)]


@given(pairs, st.sampled_from([0, 2]))
def test_generations_are_the_longest_ways_whichever_way_edges_are_counted(
    edges: set[tuple[int, int]], share: float
) -> None:
    with patch.object(sparse, "SPARSE", share):
        assert generations(*compressed(edges)).tolist() == obvious_generations(edges)


def test_nothing_has_no_generation() -> None:
    assert generations(np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int32)).tolist() == []


@given(st.lists(st.integers(-3, 3)))
def test_distinct_values_are_each_there_once_and_ascend(values: list[int]) -> None:
    assert distinct(np.array(values, dtype=np.int32)).tolist() == sorted(set(values))


@given(st.lists(st.integers(0, 2)))
def test_a_run_starts_where_a_value_differs_from_the_one_before(values: list[int]) -> None:
    found = starts_of_runs(np.array(values, dtype=np.int64)).tolist()
    assert found == [place == 0 or values[place - 1] != value for place, value in enumerate(values)]


@given(pairs)
def test_generations_are_told_from_other_numbers(edges: set[tuple[int, int]]) -> None:
    start, head = compressed({(b, a) for a, b in edges})
    found = generations(start, head)
    leading = compressed(edges)
    assert are_generations(found, *leading) == (found.min() > ENDLESS)
    assert not are_generations(found + np.int32(1), *leading)


@given(pairs, st.sets(st.integers(0, COUNT - 1)), st.integers(-9, 9))
def test_generations_of_new_rows_are_found_from_those_of_the_others(
    edges: set[tuple[int, int]], new: set[int], wrong: int
) -> None:
    acyclic = {(a, b) for a, b in edges if a > b}
    found = generations(*compressed({(b, a) for a, b in acyclic}))
    rows = np.array(sorted(new), dtype=np.int64)
    said = found.copy()
    said[rows] = wrong
    assert likely_generations(said, *compressed(acyclic), rows).tolist() == found.tolist()


def test_new_rows_on_a_circle_are_given_up() -> None:
    start, head = compressed({(0, 1), (1, 0)})
    rows = np.array([0, 1], dtype=np.int64)
    assert not are_generations(likely_generations(np.zeros(COUNT, dtype=np.int32), start, head, rows), start, head)
