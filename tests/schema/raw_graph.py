"""The dependency graph of a tag, from its raw data."""

from __future__ import annotations

import networkx as nx

ALL = ("build", "link", "run", "test")


def graph_of(release, deptypes=ALL):
    """Return the release's dependency edges of any of these types, as its indexes write them."""
    graph: nx.DiGraph = nx.DiGraph()
    graph.add_nodes_from(release.specs)
    for spec in release.specs.values():
        for edge in spec.edges:
            if set(edge["parameters"]["deptypes"]) & set(deptypes):
                graph.add_edge(spec.hash, edge["hash"])
    return graph
