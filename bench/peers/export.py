"""The data of a snapshot as the peers read it: one JSON line for what all specs share, then one for each spec.

The first line has `stacks` (their names in order) and `latest` (a package's newest version, by name). A spec's line is
a list: hash, package, version, platform, inBuildCache, size, text, compiler, target, positions of its stacks, and its
dependencies as pairs of a spec's line number (from 0) and the types of the edge. Lines of specs are in the order of
the answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson

from graph.model import DependencyType
from graph.snapshot import Snapshot

NAMES = {flags: [kind.name for kind in DependencyType if flags & kind] for flags in range(16)}


def export(snapshot: Snapshot, path: Path) -> None:
    """Write a snapshot that holds every spec of its universe."""
    assert len(snapshot.rows) == len(snapshot.universe), "a peer numbers specs by their lines"
    with path.open("wb") as out:
        out.write(orjson.dumps({"stacks": list(snapshot.stacks), "latest": latest_versions(snapshot)}) + b"\n")
        out.writelines(orjson.dumps(line) + b"\n" for line in lines(snapshot))


def latest_versions(snapshot: Snapshot) -> dict[str, str]:
    """Return the newest version of each package, by name."""
    names = snapshot.universe.packages
    return {names[position]: snapshot.package_versions(position)[0] for position in snapshot.packages}


def lines(snapshot: Snapshot) -> Iterator[list[object]]:
    """Yield what is written of each spec."""
    universe = snapshot.universe
    for row in snapshot.rows:
        spec = universe.spec(row)
        edges = [[edge.row, NAMES[edge.deptypes]] for edge in universe.neighbours(universe.dependencies, row)]
        yield [
            spec.hash,
            spec.package,
            spec.version,
            spec.platform,
            row in snapshot.binaries,
            snapshot.binary_of(row).size,
            spec.text,
            spec.compiler.name if spec.compiler else None,
            spec.target,
            list(snapshot.stacks_of(row)),
            edges,
        ]
