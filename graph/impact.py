"""What must be rebuilt when specs change, and in which order it can be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pyroaring import FrozenBitMap

from graph.levels import generations, marks_of, subgraph
from graph.lookup import package_rows, spec_row
from graph.model import ALL_DEPENDENCY_TYPES, DependencyType
from graph.snapshot import Snapshot
from graph.traverse import Direction, reached_rows
from graph.universe import ABSENT


@dataclass(frozen=True)
class Impact:
    """The specs that change and, apart from them, the specs that must be rebuilt for it.

    `truncated` says that the bound on nodes was met: then some that must be rebuilt are missing.
    """

    snapshot: Snapshot
    deptypes: DependencyType
    changed: FrozenBitMap
    affected: FrozenBitMap
    truncated: bool

    @cached_property
    def waves(self) -> tuple[int, ...]:
        """How many of the affected specs can be rebuilt side by side, wave after wave.

        A spec is in the first wave after those of everything that it depends on; the number of waves is the length
        of the critical path. A changed spec takes no wave, but what depends on it waits for what it depends on.
        Specs on a circle, and behind one, are in the last wave together.
        """
        universe = self.snapshot.universe
        inner = subgraph(
            universe.dependents, self.changed | self.affected, count=len(universe), deptypes=int(self.deptypes)
        )
        passing = marks_of(self.changed, count=len(universe))[inner.rows]
        wave = generations(inner.start, inner.head, passing=passing)
        wave[wave == ABSENT] = wave.max(initial=0) + 1
        counts = np.bincount(wave[~passing])[1:]
        return tuple(counts.tolist())


def changed_rows(snapshot: Snapshot, packages: Iterable[str], hashes: Iterable[str]) -> FrozenBitMap:
    """Return the specs of the packages, and the specs of the hashes or unambiguous prefixes of them.

    Raises `BadInput` for a package or a hash that the snapshot does not have.
    """
    sets = [package_rows(snapshot, package) for package in packages]
    return FrozenBitMap.union(FrozenBitMap([spec_row(snapshot, dag_hash) for dag_hash in hashes]), *sets)


def impact(
    snapshot: Snapshot,
    changed: FrozenBitMap,
    *,
    deptypes: DependencyType = ALL_DEPENDENCY_TYPES,
    max_nodes: int,
) -> Impact:
    """Find what must be rebuilt when these specs change: all that depend on them, however far, but not they.

    A hash covers dependencies of every type, so by default edges of all types count. Build edges alone tell what a
    change of a build tool reaches, link edges what a change of an ABI does.
    """
    reached, truncated = reached_rows(snapshot, changed, Direction.DEPENDENTS, deptypes=deptypes, max_nodes=max_nodes)
    return Impact(snapshot, deptypes, changed, reached - changed, truncated)
