"""What was built comes back: each spec a line, each graph as networkx reads it."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

import msgspec
import networkx as nx
from hypothesis import given
from msgspec.structs import replace

from graph.build import build
from graph.export import deptype_names, write_graphml, write_ndjson, write_node_link
from graph.model import Compiler, DependencyType, Flags, Variant
from graph.network import snapshot_graph
from graph.snapshot import Catalogue, Snapshot
from graph.sources.records import SpecRecord
from tests.graph.small_graphs import NOON, dag_hash, graph_of, records, spec_record

BUILD_AND_LINK = DependencyType.BUILD | DependencyType.LINK


def lines(catalogue: Catalogue, *names: str) -> list[Any]:
    file = io.BytesIO()
    chosen = [catalogue.snapshot(name) for name in names] if names else catalogue
    count = write_ndjson(chosen, catalogue.universe, file)
    found = [json.loads(line) for line in file.getvalue().splitlines()]
    assert len(found) == count
    return found


def test_a_line_holds_all_that_is_recorded() -> None:
    full = replace(
        spec_record(
            "hdf5",
            snapshot="a",
            stacks=("e4s", "root"),
            namespace="builtin",
            compiler=Compiler("gcc", "11.4.0"),
            variants=(Variant("mpi", enabled=True), Variant("libs", values=("shared", "static"), exact=True)),
            flags=(Flags("cflags", ("-O3", "-g")),),
            package_hash="p",
            build_spec="b",
        ),
        size=2**40,
        tarball="a/b.spack",
    )
    again = replace(full, snapshot="b", stacks=(), in_build_cache=False, size=None, tarball=None)
    [line] = lines(build([full, again], now=NOON).catalogue)
    assert line == {
        "hash": dag_hash("hdf5"),
        "package": "hdf5",
        "version": "1.0",
        "platform": "linux",
        "operating_system": "ubuntu22.04",
        "target": "x86_64_v3",
        "namespace": "builtin",
        "compiler": "gcc@11.4.0",
        "variants": [
            {"name": "mpi", "enabled": True, "values": [], "exact": False},
            {"name": "libs", "enabled": None, "values": ["shared", "static"], "exact": True},
        ],
        "flags": [{"name": "cflags", "values": ["-O3", "-g"]}],
        "dependencies": [],
        "external": False,
        "package_hash": "p",
        "build_spec": "b",
        "snapshots": [
            {
                "snapshot": "a",
                "stacks": ["e4s", "root"],
                "in_build_cache": True,
                "size": 2**40,
                "tarball": "a/b.spack",
            },
            {"snapshot": "b", "stacks": [], "in_build_cache": False, "size": None, "tarball": None},
        ],
    }


def test_edges_name_their_types_and_virtuals() -> None:
    built = graph_of("ab", [("a", "b", BUILD_AND_LINK, ("mpi",))])
    first, second = lines(built.catalogue)
    assert first["dependencies"] == [
        {"hash": dag_hash("b"), "package": "b", "deptypes": ["build", "link"], "virtuals": ["mpi"]}
    ]
    assert second["dependencies"] == []


def test_dependencies_that_are_not_recorded_are_null() -> None:
    [line] = lines(build([spec_record("a", dependencies=None)], now=NOON).catalogue)
    assert line["dependencies"] is None


def test_one_snapshot_has_its_own_specs_and_memberships_alone() -> None:
    both = [spec_record("x", snapshot="a"), spec_record("x", snapshot="b"), spec_record("y", snapshot="b")]
    catalogue = build(both, now=NOON).catalogue
    assert [line["package"] for line in lines(catalogue)] == ["x", "y"]
    [line] = lines(catalogue, "a")
    assert [place["snapshot"] for place in line["snapshots"]] == ["a"]


@given(readings=records(snapshots=("a", "b")))
def test_every_spec_and_membership_is_in_the_lines(readings: Sequence[SpecRecord]) -> None:
    catalogue = build(readings, now=NOON).catalogue
    found = lines(catalogue)
    assert [line["hash"] for line in found] == list(catalogue.universe.hashes)
    for snapshot in catalogue:
        held = {line["hash"] for line in found for place in line["snapshots"] if place["snapshot"] == snapshot.name}
        assert held == {catalogue.universe.hashes[row] for row in snapshot.rows}


def node_link(snapshot: Snapshot) -> Any:
    file = io.BytesIO()
    write_node_link(snapshot, file)
    return nx.node_link_graph(json.loads(file.getvalue()), edges="edges")


def graphml(snapshot: Snapshot) -> Any:
    file = io.BytesIO()
    write_graphml(snapshot, file)
    file.seek(0)
    return nx.read_graphml(file)


@given(readings=records())
def test_node_link_is_read_back_as_the_same_graph(readings: Sequence[SpecRecord]) -> None:
    for snapshot in build(readings, now=NOON).catalogue:
        graph, back = snapshot_graph(snapshot), node_link(snapshot)
        assert back.graph == graph.graph
        assert set(back.nodes) == set(graph.nodes)
        assert set(back.edges) == set(graph.edges)
        for tail, head, attributes in graph.edges(data=True):
            if "deptypes" in attributes:
                attributes["deptypes"] = deptype_names(attributes["deptypes"])
            assert back.edges[tail, head] == json.loads(msgspec.json.encode(attributes))


def test_graphml_is_read_back_with_lists_joined_and_nothing_for_none() -> None:
    variants = (Variant("mpi", enabled=True), Variant("api", values=("v1",)))
    records = [spec_record("a", variants=variants, target="zen3")]
    back = graphml(build(records, now=NOON).catalogue.snapshot("s"))
    assert back.nodes[f"spec:{dag_hash('a')}"] == {
        "kind": "spec",
        "hash": dag_hash("a"),
        "package": "a",
        "version": "1.0",
        "platform": "linux",
        "operating_system": "ubuntu22.04",
        "target": "zen3",
        "variants": "+mpi, api=v1",
        "external": False,
        "in_build_cache": True,
    }
    assert back.edges[f"spec:{dag_hash('a')}", "target:zen3"] == {"relation": "built_for"}
    assert back.graph["snapshot"] == "s"


def test_graphml_names_the_types_of_an_edge() -> None:
    built = graph_of("ab", [("a", "b", BUILD_AND_LINK, ("mpi",))])
    back = graphml(built.catalogue.snapshot("s"))
    assert back.edges[f"spec:{dag_hash('a')}", f"spec:{dag_hash('b')}"] == {
        "relation": "depends_on",
        "deptypes": "build, link",
        "virtuals": "mpi",
    }


def test_graphml_of_a_real_release_has_every_node_and_edge(release: Snapshot) -> None:
    graph, back = snapshot_graph(release), graphml(release)
    assert set(back) == {f"{kind}:{key}" for kind, key in graph}
    assert back.number_of_edges() == graph.number_of_edges()


def test_a_character_that_xml_cannot_hold_is_replaced() -> None:
    back = graphml(
        build([spec_record("a", variants=(Variant("x", values=("\x01",)),))], now=NOON).catalogue.snapshot("s")
    )
    assert "\ufffd" in back.nodes[f"spec:{dag_hash('a')}"]["variants"]
