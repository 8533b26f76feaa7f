"""Dependency paths against networkx, edge cases first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, pairwise, product

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import FrozenBitMap

from graph.build import build
from graph.model import ALL_DEPENDENCY_TYPES, DependencyType
from graph.network import dependency_graph
from graph.paths import Paths, shortest_paths
from graph.snapshot import Snapshot
from graph.sources.records import SpecRecord
from tests.graph.small_graphs import NOON, Edges, dag_hash, graph_of, records

BUILD, LINK, RUN = 1, 2, 4

DIAMOND = [("a", "b", BUILD, ()), ("a", "c", LINK, ()), ("b", "d", LINK, ()), ("c", "d", RUN, ())]

LAYERS = [[f"l{layer}n{n}" for n in range(6)] for layer in range(10)]
LAYERED = [
    *(("start", node, LINK, ()) for node in LAYERS[0]),
    *((a, b, LINK, ()) for upper, lower in pairwise(LAYERS) for a in upper for b in lower),
]


def found(
    snapshot: Snapshot,
    start: int,
    goals: Sequence[int],
    *,
    deptypes: DependencyType = ALL_DEPENDENCY_TYPES,
    max_paths: int = 99,
    max_length: int = 99,
    max_nodes: int = 999,
    max_steps: int = 9_999,
) -> Paths:
    return shortest_paths(
        snapshot,
        start,
        FrozenBitMap(goals),
        deptypes=deptypes,
        max_paths=max_paths,
        max_length=max_length,
        max_nodes=max_nodes,
        max_steps=max_steps,
    )


def asked(
    nodes: Sequence[str], edges: Edges, start: str, *goals: str, **options: object
) -> tuple[list[str], bool, bool]:
    """Return the paths of a small graph as joined labels, and whether there are any and may be more."""
    snapshot = graph_of(nodes, edges).catalogue.snapshot("s")
    rows, hashes = snapshot.universe.row_by_hash, snapshot.universe.hashes
    paths = found(snapshot, rows[dag_hash(start)], [rows[dag_hash(goal)] for goal in goals], **options)  # type: ignore[arg-type]
    labels = ["-".join(hashes[row].rstrip("x") for row in path) for path in paths.paths]
    return labels, paths.reachable, paths.truncated


def test_a_path_from_a_spec_to_itself_has_no_edge() -> None:
    assert asked("abcd", DIAMOND, "a", "a") == (["a"], True, False)


def test_what_is_not_reached_has_no_path() -> None:
    assert asked("abcd", DIAMOND, "b", "c") == ([], False, False)
    assert asked("abcd", DIAMOND, "d", "a") == ([], False, False)


def test_both_sides_of_a_diamond_in_row_order() -> None:
    assert asked("abcd", DIAMOND, "a", "d") == (["a-b-d", "a-c-d"], True, False)


def test_the_types_of_a_diamond_choose_its_side() -> None:
    assert asked("abcd", DIAMOND, "a", "d", deptypes=DependencyType(LINK | RUN)) == (["a-c-d"], True, False)
    assert asked("abcd", DIAMOND, "a", "d", deptypes=DependencyType(LINK)) == ([], False, False)
    assert asked("abcd", DIAMOND, "a", "d", deptypes=DependencyType(0)) == ([], False, False)
    assert asked("abcd", DIAMOND, "a", "a", deptypes=DependencyType(0)) == (["a"], True, False)


def test_a_shorter_path_comes_before_one_whose_rows_come_first() -> None:
    edges = [("a", "b", LINK, ()), ("b", "z", LINK, ()), ("a", "z", LINK, ())]
    assert asked("abz", edges, "a", "z") == (["a-z", "a-b-z"], True, False)


def test_a_path_may_pass_one_goal_on_its_way_to_another() -> None:
    assert asked("abcd", DIAMOND, "a", "b", "d") == (["a-b", "a-b-d", "a-c-d"], True, False)
    assert asked("abcd", DIAMOND, "a", "a", "b") == (["a", "a-b"], True, False)


def test_two_edges_between_the_same_specs_are_one_path() -> None:
    edges = [("a", "b", BUILD, ()), ("a", "b", LINK, ("mpi",))]
    assert asked("ab", edges, "a", "b") == (["a-b"], True, False)


def test_a_bound_that_is_met_says_so_and_one_that_just_suffices_does_not() -> None:
    assert asked("abcd", DIAMOND, "a", "d", max_paths=1) == (["a-b-d"], True, True)
    assert asked("abcd", DIAMOND, "a", "d", max_paths=2) == (["a-b-d", "a-c-d"], True, False)
    assert asked("abcd", DIAMOND, "a", "d", max_paths=0) == ([], True, True)
    assert asked("abcd", DIAMOND, "a", "d", max_length=1) == ([], True, True)
    assert asked("abcd", DIAMOND, "a", "d", max_length=2) == (["a-b-d", "a-c-d"], True, False)
    assert asked("abcd", DIAMOND, "a", "d", max_steps=2) == ([], True, True)
    assert asked("abcd", DIAMOND, "a", "d", max_nodes=1) == ([], False, True)


def test_circles_end_and_no_path_passes_a_spec_twice() -> None:
    circle = [
        ("a", "b", LINK, ()),
        ("b", "c", LINK, ()),
        ("c", "a", LINK, ()),
        ("c", "d", LINK, ()),
        ("c", "c", LINK, ()),
    ]
    assert asked("abcd", circle, "a", "d") == (["a-b-c-d"], True, False)
    assert asked("abcd", circle, "b", "b") == (["b"], True, False)


@pytest.mark.parametrize("most", [1, 6, 250])
def test_a_layered_graph_of_61_specs_with_ten_million_paths_is_not_enumerated(most: int) -> None:
    nodes = ["start", *(node for layer in LAYERS for node in layer)]
    snapshot = graph_of(nodes, LAYERED).catalogue.snapshot("s")
    rows, hashes = snapshot.universe.row_by_hash, snapshot.universe.hashes
    paths = found(snapshot, rows[dag_hash("start")], [rows[dag_hash("l9n0")]], max_paths=most, max_steps=12 * most)
    between = islice(product(*LAYERS[:9]), most)
    assert paths.truncated
    assert [tuple(hashes[row].rstrip("x") for row in path) for path in paths.paths] == [
        ("start", *nodes, "l9n0") for nodes in between
    ]


def every_path(snapshot: Snapshot, start: int, goals: set[int], deptypes: DependencyType) -> list[tuple[int, ...]]:
    """Return all simple paths as networkx finds them, in the documented order."""
    rows = snapshot.universe.row_by_hash
    graph = nx.relabel_nodes(dependency_graph(snapshot, deptypes=deptypes), {("spec", h): r for h, r in rows.items()})
    return sorted({tuple(path) for path in nx.all_simple_paths(graph, start, goals)}, key=lambda p: (len(p), p))


@given(records(), st.integers(0, 15), st.integers(0, 5), st.data())
def test_paths_are_those_of_networkx(
    readings: Sequence[SpecRecord], deptypes: int, most: int, data: st.DataObject
) -> None:
    snapshot = build(readings, now=NOON).catalogue.snapshot("s")
    rows = st.integers(0, len(snapshot.rows) - 1)
    start, goals = data.draw(rows), data.draw(st.sets(rows, min_size=1, max_size=3))
    expected = every_path(snapshot, start, goals, DependencyType(deptypes))
    assert found(snapshot, start, sorted(goals), deptypes=DependencyType(deptypes), max_paths=99_999) == Paths(
        tuple(expected), reachable=bool(expected), truncated=False
    )
    assert found(snapshot, start, sorted(goals), deptypes=DependencyType(deptypes), max_paths=most) == Paths(
        tuple(expected[:most]), reachable=bool(expected), truncated=len(expected) > most
    )


@given(
    st.sets(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=14), st.integers(0, 4), st.data()
)
def test_circles_give_the_paths_of_networkx_too(pairs: set[tuple[str, str]], longest: int, data: st.DataObject) -> None:
    snapshot = graph_of("abcdef", [(a, b, LINK, ()) for a, b in sorted(pairs)]).catalogue.snapshot("s")
    start, goal = data.draw(st.integers(0, 5)), data.draw(st.integers(0, 5))
    expected = every_path(snapshot, start, {goal}, ALL_DEPENDENCY_TYPES)
    paths = found(snapshot, start, [goal], max_paths=9_999)
    assert paths == Paths(tuple(expected), reachable=bool(expected), truncated=False)
    short = found(snapshot, start, [goal], max_paths=9_999, max_length=longest)
    assert list(short.paths) == [path for path in expected if len(path) - 1 <= longest]
    assert short.truncated >= (len(expected) > len(short.paths))


def test_paths_of_real_specs_are_as_long_as_those_that_networkx_finds_one_by_one(release: Snapshot) -> None:
    universe = release.universe
    graph = dependency_graph(release)
    goals = release.package_rows(universe.packages.index("zlib-ng"))
    starts = list(release.package_rows(universe.packages.index("hdf5")))
    assert starts
    for start in starts:
        for goal in goals:
            paths = found(release, start, [goal], max_paths=20)
            source, target = ("spec", universe.hashes[start]), ("spec", universe.hashes[goal])
            assert paths.reachable == nx.has_path(graph, source, target)
            if paths.reachable:
                shortest = islice(nx.shortest_simple_paths(graph, source, target), 20)
                assert [len(path) for path in paths.paths] == [len(path) for path in shortest]
                assert list(paths.paths) == sorted(paths.paths, key=lambda path: (len(path), path))
