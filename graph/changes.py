"""What changed between two snapshots: specs by set algebra, packages by what became of their specs.

One low-level change gives nearly every spec that depends on it another hash. So a package's change is told by its
versions and targets, and a root cause is a package whose own specs changed in more than their dependencies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph.snapshot import Snapshot
from graph.universe import ABSENT, Column, Universe

Codes = NDArray[np.int64]


class SnapshotChange(Enum):
    """What became of a package; one may have several changes, which are listed in this order."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    VERSION_CHANGED = "VERSION_CHANGED"
    REBUILT = "REBUILT"
    TARGET_GAINED = "TARGET_GAINED"
    TARGET_LOST = "TARGET_LOST"


class PackageChange(Struct, frozen=True):
    """One change of a package: its versions on either side, newest first, and how many of its specs came and went."""

    package: str
    change: SnapshotChange
    from_versions: tuple[str, ...]
    to_versions: tuple[str, ...]
    added_count: int
    removed_count: int


@dataclass(frozen=True)
class SnapshotDifference:
    """Two snapshots of one universe, and which rows of each are compared."""

    before: Snapshot
    after: Snapshot
    before_rows: FrozenBitMap
    after_rows: FrozenBitMap

    @cached_property
    def added(self) -> FrozenBitMap:
        """Rows that are in the later one alone."""
        return self.after_rows - self.before_rows

    @cached_property
    def removed(self) -> FrozenBitMap:
        """Rows that are in the earlier one alone."""
        return self.before_rows - self.after_rows

    @cached_property
    def unchanged_count(self) -> int:
        """How many rows are in both."""
        return self.before_rows.intersection_cardinality(self.after_rows)

    @cached_property
    def packages(self) -> tuple[PackageChange, ...]:
        """The changes of packages, by the package's name, then in the order of `SnapshotChange`.

        ADDED and REMOVED: no spec before, no spec after; then it has no other change. VERSION_CHANGED: other
        versions than before. REBUILT: the same versions, but on a target of both sides other hashes.
        TARGET_GAINED and TARGET_LOST: specs for a target that it had none for, and the other way round.
        """
        return _package_changes(self)

    @cached_property
    def root_causes(self) -> tuple[PackageChange, ...]:
        """Those of `packages` whose package's own specs changed, apart from the hashes of their dependencies.

        What counts as a spec's own: version, variants, flags, compiler, platform, operating system, target, whether
        it is an external, and its recipe (`package_hash`) where all specs of the package record it on both sides. A
        package that came or went is a root cause too.
        """
        causes = set(_differing_packages(self, _own_identity(self)).tolist())
        positions = self.before.universe.packages
        return tuple(change for change in self.packages if positions.position(change.package) in causes)


@dataclass(frozen=True, slots=True)
class _Sides:
    """One attribute of the rows of both sides, each joined with the row's package in one code, distinct, sorted.

    A code is package * size + value.
    """

    before: Codes
    after: Codes
    size: int

    @property
    def gained(self) -> Codes:
        """Packages that have a value after that they did not have before."""
        return np.unique(np.setdiff1d(self.after, self.before, assume_unique=True) // self.size)

    @property
    def lost(self) -> Codes:
        """Packages that had a value before that they do not have after."""
        return np.unique(np.setdiff1d(self.before, self.after, assume_unique=True) // self.size)


def _sides(difference: SnapshotDifference, column: Column | Codes, size: int) -> _Sides:
    """Pair each row's package with its value in a column of the universe, 0 <= value < size."""
    package = difference.before.universe.package
    before, after = (
        np.unique(package[rows].astype(np.int64) * size + column[rows])
        for rows in (Snapshot.row_array(difference.before_rows), Snapshot.row_array(difference.after_rows))
    )
    return _Sides(before, after, size)


def _package_changes(difference: SnapshotDifference) -> tuple[PackageChange, ...]:
    universe = difference.before.universe
    count = len(universe.packages)
    versions = _sides(difference, universe.version.column, len(universe.version.values))
    targets = _sides(difference, universe.target.column, len(universe.target.values))
    added, removed = (
        np.bincount(universe.package[Snapshot.row_array(rows)], minlength=count)
        for rows in (difference.added, difference.removed)
    )
    before, after = _marked(versions.before // versions.size, count), _marked(versions.after // versions.size, count)
    other_versions = _marked(versions.gained, count) | _marked(versions.lost, count)
    both = before & after
    marks = {
        SnapshotChange.ADDED: after & ~before,
        SnapshotChange.REMOVED: before & ~after,
        SnapshotChange.VERSION_CHANGED: both & other_versions,
        SnapshotChange.REBUILT: both & ~other_versions & _rebuilt(difference, targets),
        SnapshotChange.TARGET_GAINED: both & _marked(targets.gained, count),
        SnapshotChange.TARGET_LOST: both & _marked(targets.lost, count),
    }
    table = np.stack([marks[change] for change in SnapshotChange], axis=1)
    old, new = _by_package(universe, versions.before), _by_package(universe, versions.after)
    kinds = tuple(SnapshotChange)
    return tuple(
        PackageChange(
            universe.packages[package],
            kinds[kind],
            old.get(package, ()),
            new.get(package, ()),
            int(added[package]),
            int(removed[package]),
        )
        for package, kind in np.argwhere(table).tolist()
    )


def _rebuilt(difference: SnapshotDifference, targets: _Sides) -> NDArray[np.bool_]:
    """Mark packages with a spec that came or went, for a target that the package has specs for on both sides."""
    universe = difference.before.universe
    kept = np.intersect1d(targets.before, targets.after, assume_unique=True)
    rows = Snapshot.row_array(difference.added | difference.removed)
    codes = universe.package[rows].astype(np.int64) * targets.size + universe.target.column[rows]
    return _marked(codes[np.isin(codes, kept)] // targets.size, len(universe.packages))


def _marked(packages: Codes, count: int) -> NDArray[np.bool_]:
    marks = np.zeros(count, dtype=np.bool_)
    marks[packages] = True
    return marks


def _by_package(universe: Universe, codes: Codes) -> dict[int, tuple[str, ...]]:
    """Return the versions of each package in sorted (package, version) codes, newest first."""
    names = universe.version.values
    found: dict[int, list[str]] = {}
    for code in codes[::-1].tolist():
        package, version = divmod(code, len(names))
        found.setdefault(package, []).append(names[version])
    return {package: tuple(versions) for package, versions in found.items()}


def _differing_packages(difference: SnapshotDifference, identity: Codes) -> Codes:
    """Return the packages whose rows have not the same set of identities on both sides."""
    sides = _sides(difference, identity, int(identity.max(initial=0)) + 1)
    return np.union1d(sides.gained, sides.lost)


def _own_identity(difference: SnapshotDifference) -> Codes:
    """Return a number for each row of the universe: equal where two specs are equal but for their dependencies.

    Rows of neither side have the number 0.
    """
    universe = difference.before.universe
    rows = Snapshot.row_array(difference.before_rows | difference.after_rows)
    external = np.zeros(len(universe), dtype=np.int32)
    external[Snapshot.row_array(universe.external)] = 1
    columns = [
        universe.version.column,
        universe.variant_set,
        universe.flag_set,
        universe.compiler.column,
        universe.platform.column,
        universe.operating_system.column,
        universe.target.column,
        external,
        _recipes(universe, rows),
    ]
    identity = np.zeros(len(universe), dtype=np.int64)
    identity[rows] = _numbered([column[rows] for column in columns])
    return identity


def _recipes(universe: Universe, rows: NDArray[np.uint32]) -> Column:
    """Return the column of package hashes without those of packages of which one of the rows records none."""
    recipes = universe.package_hash.column.copy()
    unknown = rows[recipes[rows] == ABSENT]
    partly = _marked(universe.package[unknown].astype(np.int64), len(universe.packages))
    recipes[rows[partly[universe.package[rows]]]] = ABSENT
    return recipes


def _numbered(columns: Sequence[Column]) -> Codes:
    """Return a number for each place: equal where all columns are equal. Values are `ABSENT` or more."""
    number = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        size = int(column.max(initial=ABSENT)) + 2
        if int(number.max(initial=0)) + 1 > np.iinfo(np.int64).max // size:
            number = np.unique(number, return_inverse=True)[1].astype(np.int64)
        number = number * size + (column + 1)
    return np.unique(number, return_inverse=True)[1].astype(np.int64)
