"""Dependency paths, against those that networkx finds in the raw data."""

from __future__ import annotations

import networkx as nx
import pytest

from tests.schema.raw_graph import ALL, graph_of


def shortest(graph, order, start, goals, most):
    """Return the first paths, shortest first, then in the default order, by trying every length."""
    found: list[tuple[str, ...]] = []
    length = 0
    while len(found) <= most and length < 12:
        paths = {
            tuple(path) for path in nx.all_simple_paths(graph, start, goals, cutoff=length) if len(path) - 1 == length
        }
        found += sorted(paths, key=lambda path: [order[h] for h in path])
        length += 1
    return found[:most], len(found) > most


@pytest.mark.parametrize("first", [1, 7])
@pytest.mark.parametrize("deptypes", [None, ["LINK"], ["LINK", "RUN"]])
def test_paths_to_a_package_are_the_shortest_ones(ask, release, order, hdf5, first, deptypes):
    answer = ask(
        """query ($from: String!, $to: String!, $first: Int, $deptypes: [DependencyType!]) {
          dependencyPaths(from: $from, to: $to, first: $first, deptypes: $deptypes) {
            reachable truncated paths { length nodes { hash } }
          }
        }""",
        **{"from": hdf5, "to": "zlib-ng", "first": first, "deptypes": deptypes},
    )["dependencyPaths"]
    graph = graph_of(release, ALL if deptypes is None else [t.lower() for t in deptypes])
    graph = graph.subgraph({hdf5, *nx.descendants(graph, hdf5)})
    goals = {h for h in graph if release.specs[h].name == "zlib-ng"}
    paths, more = shortest(graph, order, hdf5, goals, first)
    assert paths
    assert answer == {
        "reachable": True,
        "truncated": more,
        "paths": [{"length": len(path) - 1, "nodes": [{"hash": h} for h in path]} for path in paths],
    }


def test_one_path_is_given_unless_more_are_asked_for(ask, hdf5):
    query = 'query ($from: String!) { dependencyPaths(from: $from, to: "zlib-ng") { paths { length } truncated } }'
    answer = ask(query, **{"from": hdf5})["dependencyPaths"]
    assert len(answer["paths"]) == 1
    assert answer["truncated"] is True


def test_ends_may_be_prefixes_of_hashes(ask, release, hdf5):
    direct = release.specs[hdf5].edges[0]["hash"]
    query = """query ($from: String!, $to: String!) {
      dependencyPaths(from: $from, to: $to, snapshot: "v2025.11.0") { paths { nodes { hash } } }
    }"""
    answer = ask(query, **{"from": hdf5[:12], "to": direct[:12]})["dependencyPaths"]
    assert answer == {"paths": [{"nodes": [{"hash": hdf5}, {"hash": direct}]}]}


def test_a_spec_leads_to_itself_without_an_edge(ask, hdf5):
    query = """query ($h: String!) {
      dependencyPaths(from: $h, to: $h, first: 5) { reachable truncated paths { length nodes { hash } } }
    }"""
    assert ask(query, h=hdf5)["dependencyPaths"] == {
        "reachable": True,
        "truncated": False,
        "paths": [{"length": 0, "nodes": [{"hash": hdf5}]}],
    }


def test_what_is_not_reached_has_no_path(ask, release):
    leaf = next(s.hash for s in release.specs.values() if not s.edges)
    query = """query ($from: String!) {
      dependencyPaths(from: $from, to: "zlib-ng", first: null) { reachable truncated paths { length } }
    }"""
    assert ask(query, **{"from": leaf})["dependencyPaths"] == {"reachable": False, "truncated": False, "paths": []}


@pytest.mark.parametrize(
    ("start", "goal", "code", "message"),
    [
        ("nothing", "zlib-ng", "BAD_USER_INPUT", "no spec 'nothing' in the snapshot 'v2025.11.0'"),
        (None, "zlibng", "BAD_USER_INPUT", "'zlibng' is neither a package nor a spec's hash"),
        (None, "mpi", "BAD_USER_INPUT", "'mpi' is neither a package nor a spec's hash"),
        ("abc", "zlib-ng", "BAD_USER_INPUT", "at least 4 characters"),
    ],
)
def test_an_end_that_is_not_there_is_named(ask_errors, hdf5, start, goal, code, message):
    query = "query ($from: String!, $to: String!) { dependencyPaths(from: $from, to: $to) { reachable } }"
    data, (error,) = ask_errors(query, **{"from": start or hdf5, "to": goal})
    assert data == {"dependencyPaths": None}
    assert error["extensions"]["code"] == code
    assert message in error["message"]


def test_more_paths_than_the_server_gives_are_refused(ask_errors, hdf5):
    query = """query ($from: String!) { dependencyPaths(from: $from, to: "zlib-ng", first: 1001) { reachable } }"""
    data, (error,) = ask_errors(query, **{"from": hdf5})
    assert data == {"dependencyPaths": None}
    assert (error["extensions"]["code"], error["message"]) == ("PAGE_TOO_LARGE", "first is 1001; give 0 to 1000")
