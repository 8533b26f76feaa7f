"""What must be rebuilt when specs change, and in which order it can be.

Everything that a spec depends on has a lower generation than the spec (`Universe.generation`), so one pass over the
snapshot, generation by generation, tells what is affected and when it can be rebuilt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from pyroaring import FrozenBitMap

from graph.bitmaps import bitmap_of
from graph.levels import spread
from graph.lookup import package_rows, spec_row
from graph.model import ALL_DEPENDENCY_TYPES, DependencyType
from graph.snapshot import Snapshot
from graph.sparse import ENDLESS, edges_of
from graph.universe import Column

CHANGED = 1
"""In an array of waves: changed, or waiting for nothing but what changed. 0 is untouched, 2 the first wave."""


@dataclass(frozen=True)
class Impact:
    """The specs that change and, apart from them, the specs that must be rebuilt for it.

    `waves` says how many of the affected can be rebuilt side by side, wave after wave: a spec is in the first wave
    after those of everything that it depends on, and the number of waves is the length of the critical path. A
    changed spec takes no wave, but what depends on it waits for what it depends on. Specs on a circle, and behind
    one, are in the last wave together. `truncated` says that the bound on nodes was met: then the later waves lack
    specs, or are missing.
    """

    snapshot: Snapshot
    changed: FrozenBitMap
    affected: FrozenBitMap
    waves: tuple[int, ...]
    truncated: bool


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
    change of a build tool reaches, link edges what a change of an ABI does. At most `max_nodes` affected specs are
    kept, those of the earlier waves first, then in row order.
    """
    wave = _waves(snapshot, changed, deptypes)
    wave[Snapshot.row_array(changed)] = 0
    affected = np.flatnonzero(wave)
    truncated = len(affected) > max_nodes
    if truncated:
        affected = affected[np.argsort(wave[affected], kind="stable")[:max_nodes]]
    counts = np.bincount(wave[affected])[CHANGED + 1 :]
    return Impact(snapshot, changed, bitmap_of(affected), tuple(counts.tolist()), truncated)


def _waves(snapshot: Snapshot, changed: FrozenBitMap, deptypes: DependencyType) -> Column:
    """Return the wave of each row of the universe, as `CHANGED` explains it."""
    adjacency = snapshot.universe.dependencies
    wave = np.zeros(len(snapshot.universe), dtype=np.int32)
    wave[Snapshot.row_array(changed)] = CHANGED
    for rows in _generations(snapshot):
        edges = edges_of(adjacency.start, rows)
        below = wave[adjacency.row[edges]]
        if deptypes != ALL_DEPENDENCY_TYPES:
            below[(adjacency.deptypes[edges] & int(deptypes)) == 0] = 0
        first = np.cumsum(adjacency.start[rows + 1] - adjacency.start[rows])[:-1]
        latest = np.maximum.reduceat(below, np.concatenate([[0], first]))
        wave[rows] = np.where(wave[rows] == CHANGED, np.maximum(latest, CHANGED), latest + (latest > 0))
    endless = snapshot.holds & (snapshot.universe.generation == ENDLESS)
    if endless.any():
        starts = np.flatnonzero(wave).astype(np.int32)
        reached = spread(snapshot.universe.dependents, starts, within=endless, deptypes=int(deptypes))
        wave[reached & endless & (wave == 0)] = max(int(wave.max()), CHANGED) + 1
    return wave


def _generations(snapshot: Snapshot) -> Iterator[Column]:
    """Yield the snapshot's rows that depend on something, generation after generation, without `ENDLESS` ones."""
    universe = snapshot.universe
    rows = universe.rows_by_generation
    rows = rows[snapshot.holds[rows]]
    generation = universe.generation[rows]
    parts = np.split(rows, np.flatnonzero(np.diff(generation)) + 1)
    return (part for part in parts if len(part) and universe.generation[part[0]] > 0)
