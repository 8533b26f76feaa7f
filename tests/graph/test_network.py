"""The read-only graph is a networkx graph: equal to a dictionary graph of the same records, on any algorithm."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import pytest
from hypothesis import given

from graph.build import build
from graph.model import DependencyType, NodeKey, NodeKind, Relation
from graph.network import ReadOnlyGraph, dependency_graph, snapshot_graph
from graph.snapshot import Snapshot
from graph.sources.records import SpecRecord
from graph.targets import ARCHSPEC
from tests.graph.small_graphs import NOON, dag_hash, graph_of, records


def snapshot_of(readings: Sequence[SpecRecord]) -> Snapshot:
    return build(readings, now=NOON).catalogue.snapshot("s")


def dictionary_graph(readings: Sequence[SpecRecord]) -> nx.DiGraph:
    """Return the graph that the records describe, as plain networkx, written edge by edge."""
    graph: nx.DiGraph = nx.DiGraph()
    for record in readings:
        spec = record.spec
        node = ("spec", spec.hash)
        graph.add_edge(node, ("package", spec.package), relation="build_of")
        graph.add_edge(node, ("target", spec.target), relation="built_for")
        graph.add_edge(node, ("operating_system", spec.operating_system), relation="runs_under")
        if spec.compiler:
            graph.add_edge(node, ("compiler", spec.compiler.name), relation="compiled_with")
        for stack in record.stacks:
            graph.add_edge(node, ("stack", stack), relation="in_stack")
        for edge in spec.dependencies or ():
            graph.add_edge(
                node, ("spec", edge.hash), relation="depends_on", deptypes=edge.deptypes, virtuals=edge.virtuals
            )
        for target in (spec.target, *ARCHSPEC.ancestors(spec.target)):
            graph.add_node(("target", target))
            for parent in ARCHSPEC.microarchitecture(target).parents:
                graph.add_edge(("target", target), ("target", parent), relation="descends_from")
    return graph


@given(records())
def test_it_equals_a_dictionary_graph_of_the_same_records(readings: Sequence[SpecRecord]) -> None:
    graph, expected = snapshot_graph(snapshot_of(readings)), dictionary_graph(readings)
    assert set(graph) == set(expected)
    assert dict(graph.adjacency()) == dict(expected.adjacency())
    assert {node: dict(graph.pred[node]) for node in graph} == {node: dict(expected.pred[node]) for node in expected}
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (len(expected), expected.number_of_edges())
    assert dict(graph.in_degree()) == dict(expected.in_degree())
    assert dict(graph.out_degree()) == dict(expected.out_degree())


@given(records())
def test_algorithms_run_unchanged(readings: Sequence[SpecRecord]) -> None:
    graph, expected = snapshot_graph(snapshot_of(readings)), dictionary_graph(readings)
    generations = [sorted(layer) for layer in nx.topological_generations(graph)]
    assert generations == [sorted(layer) for layer in nx.topological_generations(expected)]
    for node in graph:
        assert nx.descendants(graph, node) == nx.descendants(expected, node)
        assert nx.ancestors(graph, node) == nx.ancestors(expected, node)
    assert nx.is_directed_acyclic_graph(graph)
    assert nx.number_weakly_connected_components(graph) == nx.number_weakly_connected_components(expected)
    assert nx.dag_longest_path_length(graph) == nx.dag_longest_path_length(expected)
    assert set(nx.transitive_closure_dag(graph).edges) == set(nx.transitive_closure_dag(expected).edges)


@given(records())
def test_the_dependency_graph_has_specs_and_their_edges_alone(readings: Sequence[SpecRecord]) -> None:
    snapshot = snapshot_of(readings)
    expected = dictionary_graph(readings)
    specs = [node for node in expected if node[0] == "spec"]
    assert dict(dependency_graph(snapshot).adjacency()) == dict(expected.subgraph(specs).adjacency())
    linked = nx.subgraph_view(
        expected.subgraph(specs), filter_edge=lambda a, b: bool(expected.edges[a, b]["deptypes"] & 2)
    )
    assert set(dependency_graph(snapshot, deptypes=DependencyType.LINK).edges) == set(linked.edges)


def small() -> ReadOnlyGraph:
    return snapshot_graph(graph_of("abc", [("a", "b", 2, ()), ("b", "c", 6, ("mpi",))]).catalogue.snapshot("s"))


A, B, C = (("spec", dag_hash(label)) for label in "abc")


def test_nodes_are_plain_tuples_with_names() -> None:
    node = next(iter(small()))
    assert node == ("package", "a")
    assert (node.kind, node.key) == (NodeKind.PACKAGE, "a")
    assert NodeKey(NodeKind.SPEC, dag_hash("a")) in small()
    assert ("spec", "nothing") not in small()
    assert "a" not in small()


def test_an_edge_says_its_relation_types_and_virtuals() -> None:
    assert small().edges[B, C] == {
        "relation": Relation.DEPENDS_ON,
        "deptypes": DependencyType.LINK | DependencyType.RUN,
        "virtuals": ("mpi",),
    }


def test_a_path_is_found_between_specs() -> None:
    assert nx.shortest_path(small(), A, C) == [A, B, C]


def test_attributes_are_those_of_the_spec() -> None:
    attributes = small().nodes[A]
    assert (attributes["package"], attributes["version"], attributes["target"]) == ("a", "1.0", "x86_64_v3")


@pytest.mark.parametrize(
    "change",
    [
        lambda g: g.add_node("x"),
        lambda g: g.add_nodes_from("xy"),
        lambda g: g.add_edge(A, C),
        lambda g: g.add_edges_from([(A, C)]),
        lambda g: g.add_weighted_edges_from([(A, C, 1)]),
        lambda g: g.remove_node(A),
        lambda g: g.remove_nodes_from([A]),
        lambda g: g.remove_edge(A, B),
        lambda g: g.remove_edges_from([(A, B)]),
        lambda g: g.update(nodes=[A]),
        lambda g: g.clear(),
        lambda g: g.clear_edges(),
    ],
)
def test_changing_it_is_refused(change: object) -> None:
    with pytest.raises(nx.NetworkXError, match="does not change"):
        change(small())  # type: ignore[operator]


def test_what_was_handed_out_belongs_to_the_caller() -> None:
    graph = small()
    graph.nodes[A]["package"] = "other"
    graph.edges[A, B]["deptypes"] = 0
    assert graph.nodes[A]["package"] == "a"
    assert graph.edges[A, B]["deptypes"] == DependencyType.LINK


def test_copies_and_views_are_networkx_own() -> None:
    graph = small()
    copy = graph.copy()
    copy.add_edge(A, C)
    assert type(copy) is nx.DiGraph
    assert set(graph.edges) < set(copy.edges)
    assert set(graph.reverse(copy=False).edges) == {(head, tail) for tail, head in graph.edges}
    assert set(graph.subgraph([A, B]).edges) == {(A, B)}
    assert graph.to_undirected().number_of_edges() == graph.number_of_edges()
    numbered = nx.convert_node_labels_to_integers(graph)
    assert nx.is_isomorphic(numbered, nx.convert_node_labels_to_integers(graph.copy()))
    assert len(nx.compose(graph, copy).edges) == len(copy.edges)


def test_a_node_that_is_not_there_is_an_error() -> None:
    with pytest.raises(nx.NetworkXError):
        list(small().successors(("spec", "nothing")))
    with pytest.raises(KeyError):
        small().nodes["spec", "nothing"]
