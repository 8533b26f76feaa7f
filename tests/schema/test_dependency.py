"""Dependencies and dependents: against Spack's recorded closures, brute force over the raw data, and networkx."""

from __future__ import annotations

import json
from collections import deque

import networkx as nx
import pytest

from graph.build import build
from graph.model import Dependency, DependencyType, NodeKind, Spec
from graph.network import dependency_graph
from graph.sources.records import Authority, SpecRecord
from schema.limits import Limits

EVERY = ["BUILD", "LINK", "RUN", "TEST"]

REACH = """query ($hash: String!, $tag: String, $deptypes: [DependencyType!], $transitive: Boolean, $depth: Int) {
  spec(hash: $hash, snapshot: $tag) {
    dependencies(deptypes: $deptypes, transitive: $transitive, maxDepth: $depth, first: 5000) {
      totalCount truncated nodes { hash } edges { depth deptypes virtuals node { hash } }
    }
    dependents(deptypes: $deptypes, transitive: $transitive, maxDepth: $depth, first: 5000) {
      totalCount truncated nodes { hash } edges { depth deptypes virtuals node { hash } }
    }
  }
}"""

HASHES = """query ($hash: String!, $deptypes: [DependencyType!], $transitive: Boolean) {
  spec(hash: $hash) {
    dependencies(deptypes: $deptypes, transitive: $transitive, first: 5000) { totalCount nodes { hash } }
    dependents(deptypes: $deptypes, transitive: $transitive, first: 5000) { totalCount nodes { hash } }
  }
}"""


@pytest.fixture(scope="session")
def closures(shared_data):
    """What Spack answered of 50 specs of v2025.11.0."""
    lines = (shared_data / "oracle" / "closures.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def hashes(connection):
    found = [node["hash"] for node in connection["nodes"]]
    assert connection["totalCount"] == len(found) == len(set(found))
    return sorted(found)


def test_every_closure_that_spack_recorded_is_the_same(ask, closures):
    assert len(closures) == 50
    for line in closures:
        assert (line["tag"], line["stack"]) == ("v2025.11.0", "root")

        def both(*deptypes, transitive=True, dag_hash=line["hash"]):
            spec = ask(HASHES, hash=dag_hash, deptypes=list(deptypes) or None, transitive=transitive)["spec"]
            return hashes(spec["dependencies"]), hashes(spec["dependents"])

        direct, direct_dependents = both(transitive=False)
        assert direct == sorted(dag_hash for dag_hash, _, _ in line["direct"])
        assert direct_dependents == sorted(line["direct_dependents"])
        assert both() == (sorted(line["transitive_all"]), sorted(line["transitive_dependents_all"]))
        assert both("LINK", "RUN") == (
            sorted(line["transitive_link_run"]),
            sorted(line["transitive_dependents_link_run"]),
        )
        assert both("BUILD")[0] == sorted(line["transitive_build"])
        assert both("LINK")[0] == sorted(line["transitive_link"])


def test_every_direct_edge_that_spack_recorded_says_the_same(ask, closures):
    for line in closures:
        answer = ask(REACH, hash=line["hash"])["spec"]["dependencies"]
        edges = {edge["node"]["hash"]: edge for edge in answer["edges"]}
        for edge in edges.values():
            del edge["node"]
        assert edges == {
            dag_hash: {"depth": 1, "deptypes": [t.upper() for t in deptypes], "virtuals": sorted(virtuals)}
            for dag_hash, deptypes, virtuals in line["direct"]
        }


ALL_EDGES = """query ($tag: String) {
  specs(snapshot: $tag, first: 5000) { nodes {
    hash dependencies(first: 5000) { edges { depth deptypes virtuals node { hash } } }
  } }
}"""


@pytest.mark.parametrize("tag", ["develop-2025-10-05", "v2025.07.0", "v2025.11.0"])
def test_every_edge_of_every_index_is_there_as_it_is_written(ask, raw, tag):
    snapshot = raw[tag]
    place = {dag_hash: position for position, dag_hash in enumerate(snapshot.specs)}
    expected = []
    for spec in snapshot.specs.values():
        edges = sorted(raw.edges(spec), key=lambda edge: place[edge.hash])
        expected.append(
            {
                "hash": spec.hash,
                "dependencies": {
                    "edges": [
                        {"depth": 1, "deptypes": e.deptypes, "virtuals": e.virtuals, "node": {"hash": e.hash}}
                        for e in edges
                    ]
                },
            }
        )
    assert ask(ALL_EDGES, tag=tag)["specs"]["nodes"] == expected


def neighbours(raw, snapshot, deptypes):
    """For each spec its (neighbour, edge)s, both ways, in the default order of specs."""
    below: dict[str, list] = {dag_hash: [] for dag_hash in snapshot.specs}
    above: dict[str, list] = {dag_hash: [] for dag_hash in snapshot.specs}
    place = {dag_hash: position for position, dag_hash in enumerate(snapshot.specs)}
    for spec in snapshot.specs.values():
        for edge in raw.edges(spec):
            if set(edge.deptypes) & set(deptypes):
                below[spec.hash].append((edge.hash, edge))
                above[edge.hash].append((spec.hash, edge))
    for lists in (below, above):
        for near in lists.values():
            near.sort(key=lambda pair: place[pair[0]])
    return below, above


def breadth_first(adjacency, start, depth):
    """Every spec reached within a depth (None: any), with its depth and the edge that reached it first."""
    seen = {start: (0, None)}
    queue = deque([start])
    while queue:
        current = queue.popleft()
        steps = seen[current][0] + 1
        if depth is not None and steps > depth:
            continue
        for other, edge in adjacency[current]:
            if other not in seen:
                seen[other] = (steps, edge)
                queue.append(other)
    del seen[start]
    return seen


def expected_connection(snapshot, found):
    ordered = [dag_hash for dag_hash in snapshot.specs if dag_hash in found]
    edges = [
        {
            "depth": found[dag_hash][0],
            "deptypes": found[dag_hash][1].deptypes,
            "virtuals": found[dag_hash][1].virtuals,
            "node": {"hash": dag_hash},
        }
        for dag_hash in ordered
    ]
    nodes = [{"hash": dag_hash} for dag_hash in ordered]
    return {"totalCount": len(ordered), "truncated": False, "nodes": nodes, "edges": edges}


@pytest.mark.parametrize("deptypes", [EVERY, ["LINK", "RUN"], ["BUILD"], []])
@pytest.mark.parametrize("depth", [None, 0, 2])
def test_depth_and_first_edge_are_those_of_a_breadth_first_search(ask, raw, deptypes, depth):
    snapshot = raw["v2025.11.0"]
    below, above = neighbours(raw, snapshot, deptypes)
    for start in list(snapshot.specs)[::640]:
        answer = ask(REACH, hash=start, deptypes=deptypes, transitive=True, depth=depth)["spec"]
        assert answer["dependencies"] == expected_connection(snapshot, breadth_first(below, start, depth))
        assert answer["dependents"] == expected_connection(snapshot, breadth_first(above, start, depth))


@pytest.mark.parametrize("depth", [None, 0, 1, 5])
def test_without_transitive_at_most_one_edge_is_followed(ask, raw, depth):
    snapshot = raw["v2025.07.0"]
    below, above = neighbours(raw, snapshot, EVERY)
    bound = 0 if depth == 0 else 1
    for start in list(snapshot.specs)[::60]:
        for transitive in (False, None):
            answer = ask(REACH, hash=start, tag="v2025.07.0", transitive=transitive, depth=depth)["spec"]
            assert answer["dependencies"] == expected_connection(snapshot, breadth_first(below, start, bound))
            assert answer["dependents"] == expected_connection(snapshot, breadth_first(above, start, bound))


def test_a_negative_depth_is_refused(ask_errors, release):
    start = next(iter(release.specs))
    for query in (
        "query ($hash: String!) { spec(hash: $hash) { dependencies(maxDepth: -1) { totalCount } } }",
        "query ($hash: String!) { spec(hash: $hash) { dependents(maxDepth: -1, transitive: true) { totalCount } } }",
        "query ($hash: String!) { spec(hash: $hash) { dependencyGraph(maxDepth: -1) { truncated } } }",
    ):
        data, (error,) = ask_errors(query, hash=start)
        assert data == {"spec": None}
        assert error["message"] == "maxDepth is -1; give 0 or more, or leave it out for no bound"
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}


GRAPH = """query ($hash: String!, $deptypes: [DependencyType!], $depth: Int) {
  spec(hash: $hash) { dependencyGraph(deptypes: $deptypes, maxDepth: $depth) {
    truncated nodes { hash } edges { from to deptypes virtuals }
  } }
}"""


@pytest.mark.parametrize("deptypes", [EVERY, ["LINK", "RUN"]])
@pytest.mark.parametrize("depth", [None, 0, 2])
def test_the_dependency_graph_is_the_one_that_networkx_makes_of_the_raw_data(ask, raw, deptypes, depth):
    snapshot = raw["v2025.11.0"]
    graph: nx.DiGraph = nx.DiGraph()
    graph.add_nodes_from(snapshot.specs)
    for spec in snapshot.specs.values():
        for edge in raw.edges(spec):
            if set(edge.deptypes) & set(deptypes):
                graph.add_edge(spec.hash, edge.hash, deptypes=edge.deptypes, virtuals=edge.virtuals)
    for start in list(snapshot.specs)[::800]:
        depths = nx.single_source_shortest_path_length(graph, start, cutoff=depth)
        # the default order is that of snapshot.specs; the sort by depth keeps it among equals
        nodes = sorted((h for h in snapshot.specs if h in depths), key=depths.__getitem__)
        index = {dag_hash: position for position, dag_hash in enumerate(nodes)}
        edges = sorted((index[a], index[b], edge) for a, b, edge in graph.subgraph(nodes).edges(data=True))
        assert ask(GRAPH, hash=start, deptypes=deptypes, depth=depth)["spec"]["dependencyGraph"] == {
            "truncated": False,
            "nodes": [{"hash": dag_hash} for dag_hash in nodes],
            "edges": [{"from": a, "to": b, **edge} for a, b, edge in edges],
        }


def test_what_the_bound_on_visited_specs_cut_off_is_said(ask, raw):
    snapshot = raw["v2025.11.0"]
    below, _ = neighbours(raw, snapshot, EVERY)
    start = next(spec.hash for spec in snapshot.specs.values() if spec.name == "trilinos")
    every = breadth_first(below, start, None)
    nearest = list(every)  # in the order in which they are found

    bounded = ask.within(Limits(max_traversal_nodes=10))
    answer = bounded(REACH, hash=start, transitive=True)["spec"]["dependencies"]
    assert answer == expected_connection(snapshot, {h: every[h] for h in nearest[:10]}) | {"truncated": True}

    drawn = bounded(GRAPH, hash=start)["spec"]["dependencyGraph"]
    assert drawn["truncated"] is True
    assert len(drawn["nodes"]) == 10  # the start counts here
    assert drawn["nodes"][0] == {"hash": start}
    assert all(0 <= edge[end] < 10 for edge in drawn["edges"] for end in ("from", "to"))

    exact = ask.within(Limits(max_traversal_nodes=len(every)))
    assert exact(REACH, hash=start, transitive=True)["spec"]["dependencies"] == expected_connection(snapshot, every)


@pytest.fixture(scope="session")
def network(catalogue):
    """The domain's own networkx graph of the default snapshot's specs."""
    return dependency_graph(catalogue.snapshot("v2025.11.0"))


def test_descendants_and_path_lengths_of_networkx_are_the_answers(ask, release, network):
    for start in list(release.specs)[::500]:
        key = (NodeKind.SPEC, start)
        lengths = nx.single_source_shortest_path_length(network, key)
        answer = ask(REACH, hash=start, transitive=True)["spec"]
        below = {edge["node"]["hash"]: edge["depth"] for edge in answer["dependencies"]["edges"]}
        assert set(below) == {dag_hash for _, dag_hash in nx.descendants(network, key)}
        assert below == {dag_hash: length for (_, dag_hash), length in lengths.items() if length}
        assert {edge["node"]["hash"] for edge in answer["dependents"]["edges"]} == {
            dag_hash for _, dag_hash in nx.ancestors(network, key)
        }
        for other in list(below)[::20]:
            assert nx.shortest_path_length(network, key, (NodeKind.SPEC, other)) == below[other]


def test_topological_generations_of_networkx_are_those_of_the_answers(ask, raw, release, network):
    answered: nx.DiGraph = nx.DiGraph()
    for node in ask(ALL_EDGES, tag="v2025.11.0")["specs"]["nodes"]:
        answered.add_node(node["hash"])
        answered.add_edges_from((node["hash"], edge["node"]["hash"]) for edge in node["dependencies"]["edges"])
    recorded: nx.DiGraph = nx.DiGraph()
    for spec in release.specs.values():
        recorded.add_node(spec.hash)
        recorded.add_edges_from((spec.hash, edge.hash) for edge in raw.edges(spec))
    generations = [{dag_hash for _, dag_hash in found} for found in nx.topological_generations(network)]
    assert generations == [set(found) for found in nx.topological_generations(answered)]
    assert generations == [set(found) for found in nx.topological_generations(recorded)]
    assert sum(map(len, generations)) == 3202


def record(snapshot, label, *needed, deptypes=DependencyType.LINK):
    """A spec of package `label` that needs others, in a snapshot's root."""
    edges = tuple(Dependency(other * 32, other, int(deptypes)) for other in needed)
    spec = Spec(label * 32, label, "1.0", "linux", "rhel8", "zen3", dependencies=edges)
    return SpecRecord(snapshot, spec, ("root",), True, Authority.INDEX, "made up")


def test_an_edge_to_a_spec_outside_of_the_snapshot_is_not_in_it(ask):
    # a -> b -> c; the snapshot "part" has no b, so that a does not reach c there
    records = [record("whole", "a", "b"), record("whole", "b", "c"), record("whole", "c")]
    small = ask.about(build([*records, record("part", "a", "b"), record("part", "c")]).catalogue)
    query = """{
      whole: spec(hash: "aaaa", snapshot: "whole") { dependencies(transitive: true) { nodes { package { name } } } }
      part: spec(hash: "aaaa", snapshot: "part") {
        dependencies(transitive: true) { totalCount } dependencyGraph { nodes { hash } edges { to } }
        package { dependencies { totalCount } }
      }
      dependents: spec(hash: "cccc", snapshot: "part") { dependents(transitive: true) { totalCount } }
      counts: snapshots { name specCount dependencyCount }
    }"""
    assert small(query) == {
        "whole": {"dependencies": {"nodes": [{"package": {"name": "b"}}, {"package": {"name": "c"}}]}},
        "part": {
            "dependencies": {"totalCount": 0},
            "dependencyGraph": {"nodes": [{"hash": "a" * 32}], "edges": []},
            "package": {"dependencies": {"totalCount": 0}},
        },
        "dependents": {"dependents": {"totalCount": 0}},
        "counts": [
            {"name": "part", "specCount": 2, "dependencyCount": 0},
            {"name": "whole", "specCount": 3, "dependencyCount": 2},
        ],
    }


def test_test_dependencies_are_followed_when_asked_for(ask):
    both = DependencyType.TEST | DependencyType.BUILD
    records = [record("s", "a", "b", deptypes=DependencyType.TEST), record("s", "b", "c", deptypes=both)]
    small = ask.about(build([*records, record("s", "c")]).catalogue)
    query = """{ spec(hash: "aaaa") {
      test: dependencies(deptypes: [TEST], transitive: true) { edges { deptypes node { package { name } } } }
      build: dependencies(deptypes: [BUILD], transitive: true) { totalCount }
    } }"""
    assert small(query)["spec"] == {
        "test": {
            "edges": [
                {"deptypes": ["TEST"], "node": {"package": {"name": "b"}}},
                {"deptypes": ["BUILD", "TEST"], "node": {"package": {"name": "c"}}},
            ]
        },
        "build": {"totalCount": 0},
    }
