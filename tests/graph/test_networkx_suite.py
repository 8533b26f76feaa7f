"""networkx's own test suite of directed graphs, run on a read-only graph.

Its tests ask graphs that `setup_method` makes; those are read-only here, of the same nodes and edges. What its tests
write to is a copy, or a graph that the class makes when networkx asks it for one: both are ordinary graphs. Attributes
are given below the read-only graph.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import networkx as nx
import pytest
from networkx.classes.tests.test_digraph import BaseAttrDiGraphTester  # type: ignore[import-not-found]

from graph.network import ReadOnlyGraph


def read_only(graph: nx.DiGraph[Any]) -> ReadOnlyGraph:
    """Return a read-only graph over the nodes, edges and attributes of another."""
    below: Any = graph
    found = ReadOnlyGraph(*map(MappingProxyType, (below._node, below._adj, below._pred)))
    found.graph = graph.graph
    return found


class TestReadOnlyGraph(BaseAttrDiGraphTester):  # type: ignore[misc]
    """All that `networkx.classes.tests` asks of a directed graph with attributes."""

    def setup_method(self) -> None:
        """Make the graphs that the tests ask."""
        self.Graph = ReadOnlyGraph
        self.below: nx.DiGraph[Any] = nx.DiGraph([(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)])
        self.k3adj = {tail: dict(heads) for tail, heads in self.below.adjacency()}
        self.k3edges = [(0, 1), (0, 2), (1, 2)]
        self.k3nodes = [0, 1, 2]
        self.K3 = read_only(self.below)
        self.P3 = read_only(nx.DiGraph([(0, 1), (1, 2)]))

    def add_attributes(self, graph: nx.DiGraph[Any]) -> None:
        """Give attributes to what is below the read-only graph."""
        super().add_attributes(self.below if graph is self.K3 else graph)

    def test_nodes(self) -> None:
        """Ask for the nodes; of what the mappings are (dictionaries, in networkx's test) nothing is said."""
        assert sorted(self.K3.nodes()) == self.k3nodes
        assert sorted(self.K3.nodes(data=True)) == [(0, {}), (1, {}), (2, {})]

    @pytest.mark.parametrize(
        "change",
        [
            lambda graph: graph.add_node(9),
            lambda graph: graph.add_nodes_from([9]),
            lambda graph: graph.remove_node(0),
            lambda graph: graph.remove_nodes_from([0]),
            lambda graph: graph.add_edge(0, 9),
            lambda graph: graph.add_edges_from([(0, 9)]),
            lambda graph: graph.add_weighted_edges_from([(0, 9, 1)]),
            lambda graph: graph.remove_edge(0, 1),
            lambda graph: graph.remove_edges_from([(0, 1)]),
            lambda graph: graph.update(edges=[(0, 9)]),
            lambda graph: graph.clear(),
            lambda graph: graph.clear_edges(),
        ],
    )
    def test_what_networkx_changes_graphs_with_is_refused(self, change: Callable[[ReadOnlyGraph], object]) -> None:
        """Change nothing, and say what to do instead."""
        with pytest.raises(nx.NetworkXError, match="does not change"):
            change(self.K3)
        assert self.K3.number_of_edges() == 6
