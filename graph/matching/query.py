"""The two questions that the rest of the graph asks: what matches a constraint, and what depends on given specs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pyroaring import FrozenBitMap

from graph.marks import bitmap_of_marks
from graph.matching.edgelist import edges_into
from graph.matching.matcher import Matcher
from graph.matching.nodes import Nodes
from graph.model import ALL_DEPENDENCY_TYPES, DependencyType
from graph.snapshot import Snapshot
from graph.speclang import Constraint


def matching_rows(
    snapshot: Snapshot, constraint: Constraint, *, check: Callable[[], None] | None = None
) -> FrozenBitMap:
    """Return the snapshot's specs that Spack's own query for the constraint finds (`Database.query`, Spack 1.1).

    The name of a virtual finds its providers, unless a package has the name; then only the version and the hash
    count. Dependencies are looked for within the snapshot. Where none are recorded (pages) a spec has none, and `%`
    looks at the recorded compiler alone, as for specs of Spack before 1.0.

    Raises `BadInput` for a range of targets whose end is unknown, where a spec has to be compared with it. `check` is
    called before each dependency that is looked for, and may raise to give up: each may take as long as a walk.
    """
    matcher = Matcher(snapshot, check)
    named = matcher.with_edges(matcher.nodes.named(constraint), constraint)
    return named or matcher.nodes.providing(constraint)


def rows_depending_on(
    snapshot: Snapshot,
    wanted_rows: FrozenBitMap,
    *,
    deptypes: DependencyType = ALL_DEPENDENCY_TYPES,
    transitive: bool,
) -> FrozenBitMap:
    """Return the snapshot's specs with an edge of any of these types to one of the wanted; all within the snapshot.

    `transitive`: with a path of such edges. A wanted spec is among them only where it depends on a wanted one.
    """
    nodes = Nodes(snapshot)
    edges = edges_into(snapshot.universe.dependents, wanted_rows & snapshot.rows).with_any(int(deptypes))
    starts = np.zeros(len(snapshot.universe), dtype=np.bool_)
    starts[edges.tails] = True
    found = nodes.above(starts, int(deptypes)) if transitive else starts & snapshot.holds
    return bitmap_of_marks(found)
