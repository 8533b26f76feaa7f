"""Impact against networkx, edge cases first."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import FrozenBitMap

from graph.build import build
from graph.errors import AmbiguousHash, BadInput, HashPrefixTooShort
from graph.impact import changed_rows, impact
from graph.model import ALL_DEPENDENCY_TYPES, DependencyType
from graph.network import dependency_graph
from graph.snapshot import Snapshot
from graph.sources.records import SpecRecord
from tests.graph.small_graphs import NOON, Edges, dag_hash, graph_of, records

BUILD, LINK, RUN, TEST = 1, 2, 4, 8

DIAMOND = [("a", "b", BUILD, ()), ("a", "c", LINK, ()), ("b", "d", LINK, ()), ("c", "d", RUN, ())]


def hit(
    nodes: str,
    edges: Edges,
    *changed: str,
    deptypes: DependencyType = ALL_DEPENDENCY_TYPES,
    max_nodes: int = 99,
) -> tuple[str, tuple[int, ...], bool]:
    """Return the affected specs of a small graph as joined labels, the waves, and whether the bound was met."""
    snapshot = graph_of(nodes, edges).catalogue.snapshot("s")
    rows = snapshot.universe.row_by_hash
    changes = FrozenBitMap([rows[dag_hash(label)] for label in changed])
    found = impact(snapshot, changes, deptypes=deptypes, max_nodes=max_nodes)
    return "".join(snapshot.universe.hashes[r].rstrip("x") for r in found.affected), found.waves, found.truncated


def test_what_nothing_depends_on_affects_nothing() -> None:
    assert hit("abcd", DIAMOND, "a") == ("", (), False)


def test_nothing_changed_affects_nothing() -> None:
    assert hit("abcd", DIAMOND) == ("", (), False)


def test_both_sides_of_a_diamond_are_one_wave() -> None:
    assert hit("abcd", DIAMOND, "d") == ("abc", (2, 1), False)


def test_the_types_tell_what_a_change_reaches() -> None:
    assert hit("abcd", DIAMOND, "d", deptypes=DependencyType.LINK) == ("b", (1,), False)
    assert hit("abcd", DIAMOND, "d", deptypes=DependencyType(LINK | RUN)) == ("abc", (2, 1), False)
    assert hit("abcd", DIAMOND, "d", deptypes=DependencyType.TEST) == ("", (), False)


def test_a_spec_waits_for_the_latest_of_what_it_needs() -> None:
    edges = [("a", "b", LINK, ()), ("b", "c", LINK, ()), ("c", "d", LINK, ()), ("a", "d", LINK, ())]
    assert hit("abcd", edges, "d") == ("abc", (1, 1, 1), False)


def test_the_changed_are_not_affected_even_where_one_depends_on_another() -> None:
    assert hit("abcd", DIAMOND, "d", "b") == ("ac", (1, 1), False)
    assert hit("abcd", DIAMOND, "a", "b", "c", "d") == ("", (), False)


def test_what_depends_on_a_changed_spec_waits_for_what_that_one_depends_on() -> None:
    chain = [("a", "b", LINK, ()), ("b", "c", LINK, ()), ("c", "d", LINK, ())]
    # d changes, so c is rebuilt; b changes itself, but cannot be before c is there; then a.
    assert hit("abcd", chain, "d", "b") == ("ac", (1, 1), False)


def test_specs_on_a_circle_and_behind_it_are_in_the_last_wave_together() -> None:
    circle = [
        ("b", "z", LINK, ()),
        ("b", "c", LINK, ()),
        ("c", "b", LINK, ()),
        ("a", "c", LINK, ()),
        ("d", "z", LINK, ()),
    ]
    assert hit("abcdz", circle, "z") == ("abcd", (1, 3), False)


def test_the_bound_on_nodes_keeps_the_nearest_and_says_so() -> None:
    chain = [(a, b, LINK, ()) for a, b in zip("abcd", "bcde", strict=True)]
    assert hit("abcde", chain, "e", max_nodes=2) == ("cd", (1, 1), True)
    assert hit("abcde", chain, "e", max_nodes=4) == ("abcd", (1, 1, 1, 1), False)


def test_changes_are_named_by_package_hash_and_prefix() -> None:
    snapshot = graph_of(["hdf5", "zlib", "zlib-ng"], []).catalogue.snapshot("s")
    names = {p: snapshot.universe.hashes[p].rstrip("x") for p in snapshot.rows}
    assert [names[r] for r in changed_rows(snapshot, ["hdf5"], [dag_hash("zlib"), "zlib-n"])] == [
        "hdf5",
        "zlib",
        "zlib-ng",
    ]


@pytest.mark.parametrize(
    ("packages", "hashes", "error", "message"),
    [
        (["zlb"], [], BadInput, "no package 'zlb' in the snapshot 's'; near it: zlib"),
        ([], ["nothing"], BadInput, "no spec 'nothing' in the snapshot 's'"),
        ([], ["zli"], HashPrefixTooShort, "at least 4 characters"),
        ([], ["zlib"], AmbiguousHash, "2 specs begin with 'zlib'"),
    ],
)
def test_what_is_not_there_is_named(packages: list[str], hashes: list[str], error: type, message: str) -> None:
    snapshot = graph_of(["hdf5", "zlib", "zlib-ng"], []).catalogue.snapshot("s")
    with pytest.raises(error, match=message):
        changed_rows(snapshot, packages, hashes)


def wave_sizes(graph: nx.DiGraph, changed: set[str], affected: set[str]) -> tuple[int, ...]:
    """Return the waves by the definition: one after the latest wave of what a spec depends on."""
    wave: dict[str, int] = {}
    for node in reversed(list(nx.topological_sort(graph))):
        if node in changed | affected:
            latest = max((wave[head] for head in graph.successors(node) if head in wave), default=0)
            wave[node] = latest + (node in affected)
    numbers = [wave[node] for node in affected]
    return tuple(numbers.count(n) for n in range(1, max(numbers, default=0) + 1))


def assert_as_networkx_finds(snapshot: Snapshot, changed: list[int], deptypes: DependencyType) -> None:
    hashes = snapshot.universe.hashes
    graph: nx.DiGraph = nx.relabel_nodes(dependency_graph(snapshot, deptypes=deptypes), lambda key: key[1])
    names = {hashes[row] for row in changed}
    affected = set().union(*(nx.ancestors(graph, name) for name in names)) - names
    found = impact(snapshot, FrozenBitMap(changed), deptypes=deptypes, max_nodes=99_999)
    assert {hashes[row] for row in found.affected} == affected
    assert found.waves == wave_sizes(graph, names, affected)
    assert sum(found.waves) == len(affected)
    if len(names) == 1:
        assert len(found.waves) == nx.dag_longest_path_length(graph.subgraph(affected | names))


@given(records(), st.integers(0, 15), st.data())
def test_an_impact_is_what_networkx_finds(readings: Sequence[SpecRecord], deptypes: int, data: st.DataObject) -> None:
    snapshot = build(readings, now=NOON).catalogue.snapshot("s")
    changed = data.draw(st.sets(st.integers(0, len(snapshot.rows) - 1), max_size=3))
    assert_as_networkx_finds(snapshot, sorted(changed), DependencyType(deptypes))


@pytest.mark.parametrize("package", ["zlib-ng", "cmake", "python", "gcc-runtime", "hdf5"])
@pytest.mark.parametrize("deptypes", [ALL_DEPENDENCY_TYPES, DependencyType.BUILD, DependencyType(LINK | RUN)])
def test_the_impact_on_real_specs_is_what_networkx_finds(
    release: Snapshot, package: str, deptypes: DependencyType
) -> None:
    changed = list(release.package_rows(release.universe.packages.index(package)))
    assert changed
    assert_as_networkx_finds(release, changed, deptypes)
