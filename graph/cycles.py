"""Circles of dependencies, which only damaged data have: Spack concretizes to acyclic graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graph.sparse import ENDLESS, generations
from graph.universe import Universe

if TYPE_CHECKING:
    import networkx as nx


def circles(universe: Universe) -> list[tuple[int, ...]]:
    """Return one circle of each set of specs that all depend on each other, from its least row on, sorted.

    A spec that depends on itself is a circle of one.
    """
    if not (universe.generation == ENDLESS).any():
        return []
    # It takes longer to import than a small file to be updated, and hardly any data have circles.
    import networkx as nx

    graph = _entangled(universe)
    found = []
    for component in nx.strongly_connected_components(graph):
        least = min(component)
        if len(component) > 1 or graph.has_edge(least, least):
            found.append(_circle(graph.subgraph(component), least))
    return sorted(found)


def _entangled(universe: Universe) -> nx.DiGraph[int]:
    """Return the edges among the specs on circles and between circles; no others are left."""
    import networkx as nx

    left = universe.generation == ENDLESS
    left &= generations(universe.dependencies.start, universe.dependencies.row) == ENDLESS
    graph: nx.DiGraph[int] = nx.DiGraph()
    for tail in np.flatnonzero(left).tolist():
        for edge in universe.dependencies.edges(tail):
            head = int(universe.dependencies.row[edge])
            if left[head]:
                graph.add_edge(tail, head)
    return graph


def _circle(component: nx.DiGraph[int], least: int) -> tuple[int, ...]:
    """Return a circle that a walk from the least row comes to, from the least of its own rows on."""
    import networkx as nx

    rows = [tail for tail, _ in nx.find_cycle(component, source=least)]
    first = rows.index(min(rows))
    return (*rows[first:], *rows[:first])
