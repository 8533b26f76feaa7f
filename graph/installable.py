"""What a machine can install from a build cache: each spec's verdict, and what stands in its way.

A binary can be used where its platform and operating system are the host's, its target is one that the host's runs,
and all of that holds for everything that it needs by link and run edges too. An external counts as present on the
host. The version of the C library is not looked at: hosts do not state it, and the operating system stands for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph.levels import marks_of, spread, tails_of
from graph.lookup import known_target
from graph.model import LINK_AND_RUN
from graph.ordered import Arranged
from graph.snapshot import Snapshot
from graph.sparse import distinct
from graph.universe import Facet, Marks


class Host(Struct, frozen=True):
    """A machine: the target it is, its operating system and its platform."""

    target: str
    operating_system: str
    platform: str = "linux"


class Verdict(Enum):
    """Whether a host can use a spec's binary; of several reasons why not, the first in this order is told."""

    INSTALLABLE = "INSTALLABLE"
    PLATFORM_MISMATCH = "PLATFORM_MISMATCH"
    OPERATING_SYSTEM_MISMATCH = "OPERATING_SYSTEM_MISMATCH"
    TARGET_INCOMPATIBLE = "TARGET_INCOMPATIBLE"
    MISSING_BINARY = "MISSING_BINARY"
    DEPENDENCY_BLOCKED = "DEPENDENCY_BLOCKED"


@dataclass(frozen=True, slots=True)
class Blocking:
    """The specs in a closure that stand in the way, in row order; `truncated` where the bound on nodes was met."""

    rows: tuple[int, ...]
    truncated: bool


class Installability:
    """The verdicts of one host on all specs of one snapshot."""

    def __init__(self, snapshot: Snapshot, host: Host) -> None:
        """Judge every spec; raises `BadInput` for a target that neither archspec nor the data know.

        An operating system or platform that no spec has is no error: nothing fits it.
        """
        self.snapshot = snapshot
        self.host = host
        self._universe = snapshot.universe
        self._distance = self._distances(known_target(snapshot, host.target))
        self._known_troubles: dict[int, list[int]] = {}

    def ranked(self, rows: FrozenBitMap) -> Arranged:
        """Put specs into the order of how near their target is to the host's, nearest first.

        Of those equally near, the ones that the host can install come first, then the default order. Specs whose
        target the host does not run come last.
        """
        members = Snapshot.row_array(rows)
        distance = self._distance[self._universe.target.column[members]]
        return Arranged(members[np.lexsort((self._codes[members] != _INSTALLABLE, distance))])

    def verdict(self, row: int) -> Verdict:
        """Return the verdict on a spec of the snapshot."""
        return _VERDICTS[int(self._codes[row])]

    def installable_count(self, rows: FrozenBitMap) -> int:
        """Return how many of these specs the host can install."""
        return int(np.count_nonzero(self._codes[Snapshot.row_array(rows)] == _INSTALLABLE))

    def closure_recorded(self, row: int) -> bool:
        """Tell whether the spec's dependencies and those of its whole link and run closure are recorded.

        Where they are not (pages record none), the verdict is of what is recorded.
        """
        return not self._unrecorded[row]

    def blocking(self, row: int, *, max_nodes: int) -> Blocking:
        """Return the specs in the spec's link and run closure, itself apart, that the host cannot use.

        At most `max_nodes` specs are visited. What an external needs is the host's affair. A dependency that the
        snapshot does not hold blocks, and is not among them.
        """
        pending, seen = [row], {row}
        truncated = False
        while pending and not truncated:
            new = [head for head in self._troubles(pending.pop()) if head not in seen]
            room = max_nodes + 1 - len(seen)
            truncated = len(new) > room
            seen.update(new[:room])
            pending += new
        found = np.array(sorted(seen - {row}), dtype=np.int64)
        return Blocking(tuple(found[self._stops[found]].tolist()), truncated)

    def _distances(self, target: str) -> NDArray[np.int32]:
        """Return for each value of the target facet how far it is from the host's, and the greatest int if not run."""
        steps = self._universe.targets.distances(target)
        values = self._universe.target.values
        return np.array([steps.get(name, np.iinfo(np.int32).max) for name in values], dtype=np.int32)

    @cached_property
    def _external(self) -> Marks:
        return marks_of(self._universe.external, count=len(self._universe))

    @cached_property
    def _own(self) -> NDArray[np.uint8]:
        """Each row's verdict on itself alone: the first reason that applies."""
        universe, snapshot = self._universe, self.snapshot
        code = np.full(len(universe), _INSTALLABLE, dtype=np.uint8)
        # From the last reason to the first, so that the first one stays.
        missing = ~marks_of(snapshot.binaries, count=len(universe)) & ~self._external
        code[missing] = _CODES[Verdict.MISSING_BINARY]
        runs = self._distance != np.iinfo(np.int32).max
        code[~runs[universe.target.column]] = _CODES[Verdict.TARGET_INCOMPATIBLE]
        other_system = ~_having(universe.operating_system, self.host.operating_system)
        code[other_system] = _CODES[Verdict.OPERATING_SYSTEM_MISMATCH]
        code[~_having(universe.platform, self.host.platform)] = _CODES[Verdict.PLATFORM_MISMATCH]
        return code

    @cached_property
    def _stops(self) -> Marks:
        """The rows that block whatever needs them."""
        stops: Marks = (self._own != _INSTALLABLE) & ~self._external
        return stops

    @cached_property
    def _codes(self) -> NDArray[np.uint8]:
        """Each row's verdict."""
        code = self._own.copy()
        code[(code == _INSTALLABLE) & self._blocked] = _CODES[Verdict.DEPENDENCY_BLOCKED]
        return code

    @cached_property
    def _needing(self) -> Marks:
        """The rows whose dependencies matter: the snapshot's, without externals."""
        return self.snapshot.holds & ~self._external

    @cached_property
    def _blocked(self) -> Marks:
        """The rows whose link and run closure holds one that stops, or lacks a spec that the snapshot should hold."""
        universe = self._universe
        stops_or_gone = self._stops | ~self.snapshot.holds
        starts = marks_of(universe.unresolved, count=len(universe)) & self._needing
        starts[tails_of(universe.dependencies, self._needing, stops_or_gone, int(LINK_AND_RUN))] = True
        return self._needed_by(starts)

    @cached_property
    def _unrecorded(self) -> Marks:
        """The rows whose link and run closure has a spec, itself included, whose dependencies are not recorded."""
        recorded = marks_of(self._universe.dependencies_recorded, count=len(self._universe))
        return self._needed_by(~recorded & self._needing)

    def _needed_by(self, marks: Marks) -> Marks:
        """Mark these rows and all that need them by link and run edges."""
        starts = np.flatnonzero(marks).astype(np.int32)
        return spread(self._universe.dependents, starts, within=self._needing, deptypes=int(LINK_AND_RUN))

    @cached_property
    def _in_the_way(self) -> Marks:
        """The snapshot's rows that stop what needs them, or are blocked themselves."""
        found: Marks = self.snapshot.holds & (self._stops | self._blocked)
        return found

    def _troubles(self, row: int) -> list[int]:
        """Return what the row needs that is in the way, ascending; remembered, for closures share most of it."""
        if self._external[row]:
            return []
        known = self._known_troubles.get(row)
        if known is None:
            edges = self._universe.dependencies
            part = slice(edges.start[row], edges.start[row + 1])
            heads = edges.row[part][(edges.deptypes[part] & LINK_AND_RUN) != 0]
            known = self._known_troubles[row] = distinct(heads[self._in_the_way[heads]]).tolist()
        return known


def _having(facet: Facet, value: str) -> Marks:
    position = facet.values.position(value)
    if position is None:
        return np.zeros(len(facet.column), dtype=np.bool_)
    marks: Marks = facet.column == position
    return marks


_VERDICTS = tuple(Verdict)
_CODES = {verdict: code for code, verdict in enumerate(_VERDICTS)}
_INSTALLABLE = _CODES[Verdict.INSTALLABLE]
