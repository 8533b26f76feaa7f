"""What has some specs in its closure or at the end of a build edge is the same whichever way it is looked for."""

from __future__ import annotations

from collections.abc import Sequence
from unittest import mock

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import FrozenBitMap

from graph.build import build
from graph.generation_order import GenerationOrder
from graph.levels import marks_of
from graph.matching import closure
from graph.matching.closure import BUILD, LINK_RUN, rows_from, rows_over
from graph.snapshot import Snapshot
from graph.sources.records import SpecRecord
from graph.universe import Universe
from tests.graph.small_graphs import NOON, graph_of, records

MANY = 10**9
LINK = 2


def edges_of(snapshot: Snapshot, deptypes: int) -> nx.DiGraph:
    """Return the edges within a snapshot that have one of these types."""
    edges = snapshot.universe.dependencies
    graph: nx.DiGraph = nx.DiGraph()
    graph.add_nodes_from(snapshot.rows)
    graph.add_edges_from(
        (tail, int(edges.row[place]))
        for tail in snapshot.rows
        for place in edges.edges(tail)
        if int(edges.deptypes[place]) & deptypes and int(edges.row[place]) in snapshot.rows
    )
    return graph


def marked(marks: np.ndarray) -> set[int]:
    return set(np.flatnonzero(marks).tolist())


@pytest.mark.parametrize("gathered", [1 / MANY, 1, MANY])
@pytest.mark.parametrize("walked", [None, 1 / MANY, MANY])
@given(records(snapshots=("s", "t")), st.integers(0, 2**12 - 1), st.integers(0, 2**12 - 1))
def test_rows_over_others_are_those_of_a_plain_walk(
    gathered: float, walked: float | None, readings: Sequence[SpecRecord], chosen: int, kept: int
) -> None:
    """The quicker way is chosen by `gathered` and `walked`; None walks, as where there is no order."""
    readings = [r for n, r in enumerate(readings) if r.snapshot == "s" or kept >> n % 12 & 1]
    catalogue = build(readings, now=NOON).catalogue
    if walked is None:
        catalogue.universe.__dict__["link_run_order"] = None
    with mock.patch.multiple(closure, WALKED=walked or 1, GATHERED=gathered):
        for snapshot in catalogue:
            heads = {row for row in snapshot.rows if chosen >> row & 1}
            needed, built = edges_of(snapshot, LINK_RUN), edges_of(snapshot, BUILD)
            reaching = {
                row
                for row in snapshot.rows
                if any(nx.has_path(needed, below, head) for below in needed.successors(row) for head in heads)
            }
            builders = {tail for tail, head in built.edges if head in heads}
            over = rows_over(snapshot.universe, FrozenBitMap(heads), within=snapshot.holds)
            assert marked(over) == reaching | builders
            starts = marks_of(FrozenBitMap(heads), count=len(snapshot.universe))
            for deptypes in (LINK_RUN, LINK, 15):
                below = edges_of(snapshot, deptypes)
                expected = heads.union(*(nx.ancestors(below, head) for head in heads))
                found = rows_from(snapshot.universe, starts, within=snapshot.holds, deptypes=deptypes)
                assert marked(found) == expected


def test_a_walk_that_comes_to_many_edges_ends_in_a_pass() -> None:
    chain = [(f"{n:02}", f"{n + 1:02}", LINK, ()) for n in range(40)]
    universe = graph_of([f"{n:02}" for n in range(41)], chain).catalogue.universe
    with mock.patch.object(GenerationOrder, "above", autospec=True, side_effect=GenerationOrder.above) as passes:
        for walked, expected in ((1 / MANY, 0), (8, 1)):
            with mock.patch.object(closure, "WALKED", walked):
                every = np.ones(41, dtype=np.bool_)
                found = rows_from(universe, np.arange(41) == 40, within=every, deptypes=LINK)
            assert (bool(found.all()), passes.call_count) == (True, expected)


def test_what_is_on_a_circle_is_walked() -> None:
    universe: Universe = graph_of(
        "abc", [("a", "b", LINK, ()), ("b", "a", LINK, ()), ("b", "c", LINK, ())]
    ).catalogue.universe
    assert universe.link_run_order is None
    every = np.ones(3, dtype=np.bool_)
    assert marked(rows_over(universe, FrozenBitMap([2]), within=every)) == {0, 1}
    assert marked(rows_over(universe, FrozenBitMap([0]), within=every)) == {0, 1}
