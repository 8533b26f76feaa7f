"""`python -m bench.walks FILE`: what depends on a hot spec, beside rustworkx and a dictionary graph of networkx.

FILE is a snapshot file. All three walk the edges of one snapshot; what they find is compared. rustworkx is not among
the project's requirements: `pip install rustworkx`. With `--memory` the dictionary graph of all snapshots is made
too, and its memory compared with that of the file.
"""

from __future__ import annotations

import argparse
import gc
import resource
import time
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

from bench.measure import side_by_side
from bench.traversals import MAX_NODES, hottest
from graph.network import dependency_graph
from graph.snapshot import Snapshot
from graph.store import open_file
from graph.traverse import Direction, reach

ROUNDS, CALLS = 5, 20


def edges_in(snapshot: Snapshot) -> list[tuple[int, int]]:
    """Return the edges of a snapshot by rank, from dependency to dependent."""
    universe = snapshot.universe
    members = Snapshot.row_array(snapshot.rows)
    rank = np.full(len(universe), -1, dtype=np.int64)
    rank[members] = np.arange(len(members))
    tails = np.repeat(rank, np.diff(universe.dependencies.start))
    heads = rank[universe.dependencies.row]
    inside = (tails >= 0) & (heads >= 0)
    return list(zip(heads[inside].tolist(), tails[inside].tolist(), strict=True))


def walks(snapshot: Snapshot) -> None:
    """Measure and print."""
    import rustworkx  # type: ignore[import-not-found]

    row, count = hottest(snapshot)
    members = Snapshot.row_array(snapshot.rows)
    start = int(np.searchsorted(members, row))
    edges = edges_in(snapshot)
    rust: Any = rustworkx.PyDiGraph()
    rust.add_nodes_from(range(len(members)))
    rust.add_edges_from_no_data(edges)
    plain: nx.DiGraph[int] = nx.DiGraph(edges)

    def ours() -> list[int]:
        found = reach(snapshot, [row], Direction.DEPENDENTS, max_depth=None, max_nodes=MAX_NODES)
        return list(found.rows.tolist())

    assert {int(members[n]) for n in rustworkx.descendants(rust, start)} == set(ours())
    assert len(nx.descendants(plain, start)) == count
    measured = side_by_side(
        {
            "rustworkx": lambda: rustworkx.descendants(rust, start),
            "specgraph": ours,
            "networkx": lambda: nx.descendants(plain, start),
        },
        rounds=ROUNDS,
        calls=CALLS,
    )
    print(f"{snapshot.name}: {len(members):,} specs, {len(edges):,} edges, {count:,} found")
    for name, cost in measured.items():
        print(f"  {name:<12} {cost.seconds * 1e3:8.3f} ms {cost.ratio:8.2f}")


def resident() -> float:
    """Return the process's resident memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def memory(path: Path) -> None:
    """Make a dictionary graph of everything that the file's specs and edges say, and compare."""
    before, begun = resident(), time.process_time()
    catalogue = open_file(path)
    for snapshot in catalogue:
        _ = snapshot.dependency_count, snapshot.specs_per_package
    opened, spent = resident() - before, time.process_time() - begun
    graph: nx.DiGraph[Any] = nx.DiGraph()
    begun = time.process_time()
    for snapshot in catalogue:
        view = dependency_graph(snapshot)
        graph.add_nodes_from(view.nodes(data=True))
        graph.add_edges_from(view.edges(data=True))
    gc.collect()
    made = resident() - before - opened
    filled = time.process_time() - begun
    print(f"specgraph: {opened:,.0f} MiB, opened in {spent:.2f} s")
    print(f"networkx dictionaries: {made:,.0f} MiB, filled in {filled:.2f} s from the columns, {len(graph):,} nodes")
    print(f"ratio of memory {made / opened:.1f}, of time {filled / spent:.0f}")


def main() -> None:
    """Open, walk, compare."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("file", type=Path, help="a snapshot file")
    options.add_argument("--memory", action="store_true", help="compare memory with a dictionary graph instead")
    chosen = options.parse_args()
    if chosen.memory:
        memory(chosen.file)
    else:
        walks(next(iter(open_file(chosen.file))))


if __name__ == "__main__":
    main()
