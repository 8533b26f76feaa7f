"""Traversals against brute force, edge cases first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import FrozenBitMap

from graph.bitmaps import KeptBitmaps
from graph.build import build
from graph.errors import BadInput
from graph.levels import marks_of
from graph.model import ALL_DEPENDENCY_TYPES, DependencyType
from graph.snapshot import Snapshot
from graph.sources.bounds import Bounds
from graph.sources.index import read_index
from graph.sources.records import SpecRecord
from graph.traverse import Direction, Reach, closure, packages_along, reach, reached, reached_rows
from tests.graph.small_graphs import NOON, Edges, dag_hash, graph_of, records

BUILD, LINK, RUN, TEST = 1, 2, 4, 8


def labels(snapshot: Snapshot, found: Reach) -> dict[str, int]:
    """Return the found specs by label, with their depth."""
    hashes = snapshot.universe.hashes
    pairs = zip(found.rows.tolist(), found.depths.tolist(), strict=True)
    return {hashes[row].rstrip("x"): depth for row, depth in pairs}


def walked(
    nodes: str,
    edges: Edges,
    start: str,
    *,
    direction: Direction = Direction.DEPENDENCIES,
    deptypes: DependencyType = ALL_DEPENDENCY_TYPES,
    max_depth: int | None = None,
    max_nodes: int = 100,
) -> dict[str, int]:
    """Walk a small graph from one spec."""
    snapshot = graph_of(nodes, edges).catalogue.snapshot("s")
    found = reach(
        snapshot,
        [snapshot.universe.row_by_hash[dag_hash(start)]],
        direction,
        deptypes=deptypes,
        max_depth=max_depth,
        max_nodes=max_nodes,
    )
    return labels(snapshot, found)


DIAMOND = [("a", "b", BUILD, ()), ("a", "c", LINK, ()), ("b", "d", LINK, ()), ("c", "d", RUN, ())]


def test_the_start_is_not_in_its_own_reach() -> None:
    assert walked("abcd", DIAMOND, "a") == {"b": 1, "c": 1, "d": 2}


def test_dependents_are_the_other_way_round() -> None:
    assert walked("abcd", DIAMOND, "d", direction=Direction.DEPENDENTS) == {"b": 1, "c": 1, "a": 2}


def test_a_leaf_reaches_nothing() -> None:
    assert walked("abcd", DIAMOND, "d") == {}


def test_depth_zero_reaches_nothing() -> None:
    assert walked("abcd", DIAMOND, "a", max_depth=0) == {}


def test_a_negative_depth_is_an_error_that_says_what_to_give() -> None:
    with pytest.raises(BadInput, match="maxDepth is -1; give 0 or more"):
        walked("abcd", DIAMOND, "a", max_depth=-1)


@pytest.mark.parametrize(
    ("deptypes", "expected"),
    [
        (BUILD, {"b": 1}),
        (LINK, {"c": 1}),
        (BUILD | LINK, {"b": 1, "c": 1, "d": 2}),
        (LINK | RUN, {"c": 1, "d": 2}),
        (0, {}),
    ],
)
def test_only_edges_of_the_types_asked_for_are_followed(deptypes: int, expected: dict[str, int]) -> None:
    assert walked("abcd", DIAMOND, "a", deptypes=DependencyType(deptypes)) == expected


def test_the_edge_that_reached_first_is_the_one_from_the_spec_found_earlier() -> None:
    snapshot = graph_of("abcd", DIAMOND).catalogue.snapshot("s")
    found = reach(snapshot, [0], Direction.DEPENDENCIES, max_depth=None, max_nodes=9)
    assert [(r.row, r.depth, r.deptypes) for r in reached(snapshot, found, 0, 9)] == [
        (1, 1, BUILD),
        (2, 1, LINK),
        (3, 2, LINK),
    ]


def test_two_virtuals_on_one_edge_are_kept() -> None:
    snapshot = graph_of("ab", [("a", "b", LINK, ("blas", "lapack"))]).catalogue.snapshot("s")
    found = reach(snapshot, [0], Direction.DEPENDENCIES, max_depth=None, max_nodes=9)
    assert [r.virtuals for r in reached(snapshot, found, 0, 9)] == [("blas", "lapack")]


def test_a_missing_dependency_is_not_reached() -> None:
    assert walked("ab", [("a", "gone", LINK, ()), ("a", "b", LINK, ())], "a") == {"b": 1}


def test_a_circle_ends_and_its_start_is_not_in_it() -> None:
    circle = [("a", "b", LINK, ()), ("b", "c", LINK, ()), ("c", "a", LINK, ())]
    assert walked("abc", circle, "a") == {"b": 1, "c": 2}


def test_the_bound_on_nodes_keeps_the_nearest_and_says_so() -> None:
    chain = [(a, b, LINK, ()) for a, b in zip("abcd", "bcde", strict=True)]
    snapshot = graph_of("abcde", chain).catalogue.snapshot("s")
    cut = reach(snapshot, [0], Direction.DEPENDENCIES, max_depth=None, max_nodes=2)
    assert (labels(snapshot, cut), cut.truncated) == ({"b": 1, "c": 2}, True)
    whole = reach(snapshot, [0], Direction.DEPENDENCIES, max_depth=None, max_nodes=4)
    assert (len(whole), whole.truncated) == (4, False)


def test_a_layered_graph_with_more_paths_than_atoms_is_walked_once() -> None:
    layers = [[f"l{layer}n{n}" for n in range(6)] for layer in range(10)]
    nodes = ["start", *(node for layer in layers for node in layer)]
    edges = [("start", node, LINK, ()) for node in layers[0]]
    for upper, lower in pairwise(layers):
        edges += [(a, b, LINK, ()) for a in upper for b in lower]
    snapshot = graph_of(nodes, edges).catalogue.snapshot("s")
    start = snapshot.universe.row_by_hash[dag_hash("start")]
    found = closure(snapshot, start, max_depth=None, max_nodes=100)
    assert (len(found.rows), len(found.edges), found.truncated) == (61, 6 + 9 * 36, False)


def brute_force(readings: Sequence[SpecRecord], deptypes: int) -> nx.DiGraph:
    """Return a networkx graph of the records' edges of these types."""
    graph: nx.DiGraph = nx.DiGraph()
    for record in readings:
        graph.add_node(record.spec.hash)
        for edge in record.spec.dependencies or ():
            if edge.deptypes & deptypes:
                graph.add_edge(record.spec.hash, edge.hash)
    return graph


@given(records(), st.integers(0, 15), st.one_of(st.none(), st.integers(0, 4)), st.data())
def test_a_reach_is_what_networkx_finds(
    readings: Sequence[SpecRecord], deptypes: int, max_depth: int | None, data: st.DataObject
) -> None:
    snapshot = build(readings, now=NOON).catalogue.snapshot("s")
    start = data.draw(st.integers(0, len(snapshot.rows) - 1))
    hashes = snapshot.universe.hashes
    graph = brute_force(readings, deptypes)
    for direction, oriented in ((Direction.DEPENDENCIES, graph), (Direction.DEPENDENTS, graph.reverse())):
        expected = nx.single_source_shortest_path_length(oriented, hashes[start], cutoff=max_depth)
        found = reach(
            snapshot, [start], direction, deptypes=DependencyType(deptypes), max_depth=max_depth, max_nodes=99
        )
        depths = dict(zip(found.rows.tolist(), found.depths.tolist(), strict=True))
        assert {hashes[row]: depth for row, depth in depths.items()} | {hashes[start]: 0} == expected
        assert list(depths) == sorted(depths)


@given(records(), st.integers(0, 15), st.sets(st.integers(0, 11)), st.data())
def test_a_reach_within_some_rows_is_what_networkx_finds_in_them(
    readings: Sequence[SpecRecord], deptypes: int, within: set[int], data: st.DataObject
) -> None:
    snapshot = build(readings, now=NOON).catalogue.snapshot("s")
    start = data.draw(st.integers(0, len(snapshot.rows) - 1))
    hashes = snapshot.universe.hashes
    inner = {hashes[row] for row in within if row < len(hashes)} | {hashes[start]}
    expected = nx.single_source_shortest_path_length(brute_force(readings, deptypes).subgraph(inner), hashes[start])
    found = reach(
        snapshot,
        [start],
        Direction.DEPENDENCIES,
        deptypes=DependencyType(deptypes),
        within=marks_of(FrozenBitMap([row for row in within if row < len(hashes)]), count=len(hashes)),
        max_depth=None,
        max_nodes=99,
    )
    depths = zip(found.rows.tolist(), found.depths.tolist(), strict=True)
    assert {hashes[row]: depth for row, depth in depths} | {hashes[start]: 0} == expected


@given(records(), st.integers(0, 15), st.sets(st.integers(0, 11), max_size=3))
def test_reached_rows_are_those_of_a_reach_whether_kept_or_not(
    readings: Sequence[SpecRecord], deptypes: int, starts: set[int]
) -> None:
    snapshot = build(readings, now=NOON).catalogue.snapshot("s")
    vars(snapshot.universe)["closures"] = KeptBitmaps(max_bytes=9_999, min_rows=1)
    rows = FrozenBitMap(starts) & snapshot.rows
    for direction in Direction:
        for most in (1, 99, 99, 1):
            types = DependencyType(deptypes)
            found = reach(snapshot, rows, direction, deptypes=types, max_depth=None, max_nodes=most)
            again = reached_rows(snapshot, rows, direction, deptypes=types, max_nodes=most)
            assert again == (FrozenBitMap(found.rows.tolist()), found.truncated)


@given(records(), st.integers(0, 15), st.one_of(st.none(), st.integers(0, 3)), st.data())
def test_a_closure_has_every_edge_among_what_it_found(
    readings: Sequence[SpecRecord], deptypes: int, max_depth: int | None, data: st.DataObject
) -> None:
    snapshot = build(readings, now=NOON).catalogue.snapshot("s")
    start = data.draw(st.integers(0, len(snapshot.rows) - 1))
    hashes = snapshot.universe.hashes
    graph = brute_force(readings, deptypes)
    within = nx.single_source_shortest_path_length(graph, hashes[start], cutoff=max_depth)
    found = closure(snapshot, start, deptypes=DependencyType(deptypes), max_depth=max_depth, max_nodes=99)
    names = [hashes[row] for row in found.rows]
    assert names[0] == hashes[start]
    assert set(names) == set(within)
    assert {(names[tail], names[head]) for tail, head, _ in found.edges} == set(graph.subgraph(within).edges)
    assert list(found.edges) == sorted(found.edges, key=lambda edge: edge[:2])


@given(records(), st.integers(0, 15), st.sampled_from([1, None]))
def test_packages_are_those_of_the_specs_that_its_specs_reach(
    readings: Sequence[SpecRecord], deptypes: int, max_depth: int | None
) -> None:
    snapshot = build(readings, now=NOON).catalogue.snapshot("s")
    universe = snapshot.universe
    package_of = {record.spec.hash: record.spec.package for record in readings}
    graph = brute_force(readings, deptypes)
    for direction, oriented in ((Direction.DEPENDENCIES, graph), (Direction.DEPENDENTS, graph.reverse())):
        for position in snapshot.packages:
            name = universe.packages[position]
            reach_of = [
                set(nx.single_source_shortest_path_length(oriented, dag, cutoff=max_depth)) - {dag}
                for dag, package in package_of.items()
                if package == name
            ]
            expected = sorted({package_of[dag] for dag in set().union(*reach_of)})
            found, truncated = packages_along(
                snapshot, position, direction, deptypes=DependencyType(deptypes), max_depth=max_depth, max_nodes=99
            )
            assert ([universe.packages[p] for p in found], truncated) == (expected, False)


@pytest.fixture(scope="module")
def release(shared_data: Path) -> Snapshot:
    """The root index of v2025.11.0."""
    path = shared_data / "binaries" / "v2025.11.0" / "build_cache" / "index.json"
    readings = read_index(
        path.read_bytes(), place="index.json", name="index.json", snapshot="v", stack="root", bounds=Bounds()
    )
    return build(readings, now=NOON).catalogue.snapshot("v")


def test_closures_are_those_that_spack_computes(release: Snapshot, shared_data: Path) -> None:
    lines = [json.loads(line) for line in (shared_data / "oracle" / "closures.jsonl").read_text().splitlines()]
    universe = release.universe
    names = {"build": BUILD, "link": LINK, "run": RUN, "test": TEST}
    sides = {
        "transitive_all": (Direction.DEPENDENCIES, ALL_DEPENDENCY_TYPES),
        "transitive_link_run": (Direction.DEPENDENCIES, DependencyType(LINK | RUN)),
        "transitive_build": (Direction.DEPENDENCIES, DependencyType.BUILD),
        "transitive_link": (Direction.DEPENDENCIES, DependencyType.LINK),
        "transitive_dependents_all": (Direction.DEPENDENTS, ALL_DEPENDENCY_TYPES),
        "transitive_dependents_link_run": (Direction.DEPENDENTS, DependencyType(LINK | RUN)),
    }
    assert len(lines) == 50
    for line in lines:
        start = universe.row_by_hash[line["hash"]]
        direct = {
            (universe.hashes[n.row], n.deptypes, n.virtuals) for n in universe.neighbours(universe.dependencies, start)
        }
        assert direct == {(dag, sum(names[kind] for kind in types), tuple(v)) for dag, types, v in line["direct"]}
        dependents = universe.neighbours(universe.dependents, start)
        assert sorted(universe.hashes[n.row] for n in dependents) == line["direct_dependents"]
        for name, (direction, deptypes) in sides.items():
            found = reach(release, [start], direction, deptypes=deptypes, max_depth=None, max_nodes=9_999)
            assert sorted(universe.hashes[row] for row in found.rows.tolist()) == line[name], (line["name"], name)
