"""A snapshot: one tag of a build cache, as the part of the universe that it holds; and the catalogue of them all.

A snapshot never changes. Everything it holds is a bitmap over the universe's rows, so that comparing two snapshots
is set algebra. Its graph is the universe's, induced on its own specs: an edge to a spec that the snapshot does not
hold is not in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph import versions
from graph.errors import AmbiguousHash, HashPrefixTooShort, UnknownSnapshot
from graph.model import ROOT_STACK, Compiler
from graph.providing import providers
from graph.sparse import distinct, edges_of
from graph.universe import HASH_CHARACTERS, Facet, Marks, Names, Universe

LEAST_PREFIX = 4
"""Characters that a hash prefix has at the least, as the contract says."""

_RELEASE = re.compile(r"v\d+(\.\d+)*")
_DATED_DEVELOP = re.compile(r"develop-\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Mention:
    """What a source says of a package without naming its specs (pages before October 2022)."""

    versions: tuple[str, ...]
    compilers: tuple[Compiler, ...]


@dataclass(frozen=True, slots=True)
class Binary:
    """What a source records of a spec's binary: its size in bytes and its path in the mirror, or None."""

    size: int | None
    tarball: str | None


ROWS_AT_ONCE = 16_384
"""Rows whose edges are looked at together: about a megabyte of places."""

ROWS_PER_MEETING = 4_096
"""Rows that can be read and counted in the time that two bitmaps take to meet (measured: 5 ns a row, 20 us)."""

NO_SIZE = -1
"""The size in a column that says: not recorded."""

Sizes = tuple[NDArray[np.int32], NDArray[np.int64]]


@runtime_checkable
class Sized(Protocol):
    """Binaries that are kept as columns."""

    def sizes(self) -> Sizes:
        """Return the rows with a recorded binary, ascending, and the size of each, `NO_SIZE` where that is not."""


NO_BINARY = Binary(None, None)


@dataclass(frozen=True)
class Snapshot:
    """One tag: its specs, which of them are binaries, and its stacks.

    `stack_rows[i]` are the specs of the stack `stacks[i]`; stacks are in the order of their names, "root" among
    them where a source records it. `mentions` holds packages by their position in the universe. `digest` is over
    the content alone: neither `sources` nor `ingested_at` is part of it.
    """

    name: str
    universe: Universe
    rows: FrozenBitMap
    binaries: FrozenBitMap
    stacks: Names
    stack_rows: tuple[FrozenBitMap, ...]
    binary: Mapping[int, Binary]
    mentions: Mapping[int, Mention]
    sources: tuple[str, ...]
    ingested_at: datetime
    digest: str

    @property
    def holds(self) -> Marks:
        """For each row of the universe, whether the snapshot holds it; whoever asks more than once keeps the answer."""
        kept = self.universe.marks.find(id(self.rows))
        if kept is not None:
            return kept[1]
        marks = np.zeros(len(self.universe), dtype=np.bool_)
        marks[self.row_array(self.rows)] = True
        # The bitmap is kept beside the marks, so that no other gets its identity meanwhile.
        self.universe.marks.keep(id(self.rows), (self.rows, marks), marks.nbytes)
        return marks

    @staticmethod
    def row_array(rows: FrozenBitMap) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
        """Return a bitmap's rows as an array, ascending."""
        return np.frombuffer(rows.to_array(), dtype=np.uint32)

    @cached_property
    def packages(self) -> FrozenBitMap:
        """Positions of the packages that a source of the snapshot names, with or without a spec."""
        return FrozenBitMap([*np.flatnonzero(self.specs_per_package).tolist(), *self.mentions])

    @cached_property
    def compilers(self) -> tuple[str, ...]:
        """Names of the compilers of the snapshot's specs and of its packages' mentions, sorted."""
        mentioned = {c.name for mention in self.mentions.values() for c in mention.compilers}
        return tuple(sorted({*self.values(self.universe.compiler, self.rows), *mentioned}))

    @cached_property
    def operating_systems(self) -> tuple[str, ...]:
        """Names of the operating systems of the snapshot's specs, sorted."""
        return self.values(self.universe.operating_system, self.rows)

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets that the snapshot's specs are built for, and of all their ancestors, sorted."""
        table = self.universe.targets
        built_for = self.values(self.universe.target, self.rows)
        return tuple(sorted({name for target in built_for for name in table.runs(target)}))

    @cached_property
    def dependency_count(self) -> int:
        """The number of dependency edges with both ends in the snapshot."""
        heads = self.universe.dependencies.row
        if len(self.rows) == len(self.universe):
            return len(heads)
        return sum(int(np.count_nonzero(self.holds[heads[edges]])) for edges in self._edges())

    def _edges(self) -> Iterator[NDArray[np.int64]]:
        """Yield the positions of the edges of the snapshot's rows, some rows at a time."""
        start = self.universe.dependencies.start
        for first in range(0, len(self._own_rows), ROWS_AT_ONCE):
            yield edges_of(start, self._own_rows[first : first + ROWS_AT_ONCE].astype(np.int64))

    @cached_property
    def specs_per_package(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The number of the snapshot's specs of each package of the universe, by the package's position."""
        # A package's rows lie together. Of one type: else all of the snapshot's rows would be converted.
        return np.diff(np.searchsorted(self.row_array(self.rows), self.universe.package_start.astype(np.uint32)))

    @cached_property
    def providers(self) -> dict[str, tuple[str, ...]]:
        """The packages that provide each virtual on some edge of the snapshot, both sorted by name."""
        return providers(self.universe, self.holds)

    @cached_property
    def _own_rows(self) -> NDArray[np.uint32]:
        """The snapshot's rows, ascending."""
        return self.row_array(self.rows)

    @cached_property
    def _stack_sets(self) -> NDArray[np.int32]:
        """For each of the snapshot's own rows, in their order, a number that rows in the same stacks share."""
        numbers = np.zeros(len(self._own_rows), dtype=np.int32)
        used = 1
        for rows in self.stack_rows:
            places = np.searchsorted(self._own_rows, self.row_array(rows))
            before, inverse = np.unique(numbers[places], return_inverse=True)
            numbers[places] = used + inverse
            used += len(before)
        return numbers

    def stack_sets_of(self, rows: Any) -> Any:
        """Return for each of the snapshot's rows, or for one, a number that rows in the same stacks share alone."""
        # Of one type: else all of the snapshot's rows would be converted each time.
        return self._stack_sets[np.searchsorted(self._own_rows, np.asarray(rows, dtype=self._own_rows.dtype))]

    @cached_property
    def _sizes(self) -> Sizes:
        """The rows with a recorded binary, ascending, and the size of each."""
        if isinstance(self.binary, Sized):
            return self.binary.sizes()
        rows = sorted(self.binary)
        sizes = [self.binary[row].size for row in rows]
        return np.array(rows, dtype=np.int32), np.array([NO_SIZE if s is None else s for s in sizes], dtype=np.int64)

    def sizes_of(self, rows: NDArray[np.integer]) -> list[int | None]:
        """Return the sizes of many rows' binaries; None where one is not recorded."""
        if not len(self._sizes[0]):
            return [None] * len(rows)
        return [None if size == NO_SIZE else size for size in self.size_column(rows).tolist()]

    def size_column(self, rows: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return the sizes of many rows' binaries; `NO_SIZE` where one is not recorded."""
        known, sizes = self._sizes
        if not len(known):
            return np.full(len(rows), NO_SIZE, dtype=np.int64)
        places = np.minimum(np.searchsorted(known, rows.astype(known.dtype)), len(known) - 1)
        return np.where(known[places] == rows, sizes[places], NO_SIZE)

    def binary_of(self, row: int) -> Binary:
        """Return what the snapshot's sources record of a spec's binary."""
        return self.binary.get(row, NO_BINARY)

    def values(self, facet: Facet, rows: FrozenBitMap) -> tuple[str, ...]:
        """Return the facet's values that the rows have, in the order of the facet's table."""
        if len(rows) > ROWS_PER_MEETING * len(facet.values):
            return tuple(value for value, own in zip(facet.values, facet.rows, strict=True) if own.intersect(rows))
        present = distinct(facet.column[self.row_array(rows)])
        return tuple(facet.values[position] for position in present.tolist() if position >= 0)

    def package_rows(self, package: int) -> FrozenBitMap:
        """Return the snapshot's specs of the package at this position of the universe."""
        first, end = self.universe.package_rows(package)
        return self.rows & FrozenBitMap(range(first, end))

    def package_versions(self, package: int) -> tuple[str, ...]:
        """Return the versions of a package's specs and mentions in the snapshot, newest first by Spack's order."""
        recorded = self.values(self.universe.version, self.package_rows(package))
        mentioned = self.mentions[package].versions if package in self.mentions else ()
        return tuple(sorted({*recorded, *mentioned}, key=versions.sort_key, reverse=True))

    def package_compilers(self, package: int) -> tuple[str, ...]:
        """Return the names of the compilers of a package's specs and mentions in the snapshot, sorted."""
        recorded = self.values(self.universe.compiler, self.package_rows(package))
        mentioned = self.mentions[package].compilers if package in self.mentions else ()
        return tuple(sorted({*recorded, *(compiler.name for compiler in mentioned)}))

    @cached_property
    def _stack_counts(self) -> dict[int, NDArray[np.int64]]:
        """What `stack_counts` worked out, by the facet's identity: the universe keeps it."""
        return {}

    def stack_counts(self, facet: Facet) -> NDArray[np.int64]:
        """Return how many specs of each of a facet's values each stack holds: a row for each value, worked out once.

        For facets of few values: targets, operating systems, compilers.
        """
        counts = self._stack_counts.get(id(facet))
        if counts is None:
            values = len(facet.values)
            held = [facet.column[self.row_array(rows)] for rows in self.stack_rows]
            by_stack = [np.bincount(positions[positions >= 0], minlength=values) for positions in held]
            counts = np.array(by_stack, dtype=np.int64).reshape(len(held), values).T
            self._stack_counts[id(facet)] = counts
        return counts

    def stacks_of(self, row: int) -> list[int]:
        """Return the positions of the stacks that hold the row, ascending."""
        return [position for position, rows in enumerate(self.stack_rows) if row in rows]

    def find(self, dag_hash: str) -> int | None:
        """Return the row of a hash, or of a prefix that one spec of the snapshot alone has; None where none has it.

        Hashes are case-sensitive, as in Spack. Raises `HashPrefixTooShort` below four characters and `AmbiguousHash`
        where several specs share the prefix.
        """
        row = self.universe.row_by_hash.get(dag_hash)
        if row is not None and row in self.rows:
            return row
        if len(dag_hash) < LEAST_PREFIX:
            raise HashPrefixTooShort(dag_hash, least=LEAST_PREFIX)
        if len(dag_hash) >= HASH_CHARACTERS:
            return None
        found = [r for r in self.universe.rows_with_prefix(dag_hash) if r in self.rows]
        if len(found) > 1:
            raise AmbiguousHash(dag_hash, matches=[self.universe.hashes[r] for r in found])
        return found[0] if found else None

    def is_root(self, stack: int) -> bool:
        """Tell whether the stack at this position is the index over all stacks."""
        return self.stacks[stack] == ROOT_STACK


class Catalogue:
    """All loaded snapshots and which of them is the default. A request holds one from its start to its end."""

    __slots__ = ("__weakref__", "_snapshots", "default", "universe")

    def __init__(self, snapshots: Iterable[Snapshot], *, universe: Universe, default: str | None = None) -> None:
        """Join snapshots of one universe; raises `UnknownSnapshot` where `default` names none of them."""
        self._snapshots = {s.name: s for s in sorted(snapshots, key=lambda s: s.name)}
        self.universe = universe
        self.default = default_name(list(self._snapshots), preferred=default)

    def __len__(self) -> int:
        return len(self._snapshots)

    def __iter__(self) -> Iterator[Snapshot]:
        """Iterate over the snapshots in the order of their names."""
        return iter(self._snapshots.values())

    def get(self, name: str | None) -> Snapshot | None:
        """Return the snapshot of that name (None: the default one), or None where none is loaded."""
        return self._snapshots.get(self.default if name is None else name)

    def snapshot(self, name: str | None) -> Snapshot:
        """Return the snapshot of that name (None: the default one); raises `UnknownSnapshot`."""
        found = self.get(name)
        if found is None:
            raise UnknownSnapshot(self.default if name is None else name, known=list(self._snapshots))
        return found

    def pair(self, before: str | None, after: str | None) -> tuple[Snapshot, Snapshot]:
        """Return two snapshots of one universe, to be compared; raises `UnknownSnapshot`."""
        return self.snapshot(before), self.snapshot(after)


def default_name(names: list[str], *, preferred: str | None) -> str:
    """Choose the default snapshot: the preferred one, else `develop`, else the newest release, else the newest tag.

    Raises `UnknownSnapshot` where the preferred one is not among the names. No name at all gives the empty text.

    >>> default_name(["v0.9.1", "v0.21.0", "develop-2025-07-13"], preferred=None)
    'v0.21.0'
    """
    if preferred is not None:
        if preferred not in names:
            raise UnknownSnapshot(preferred, known=sorted(names))
        return preferred
    if "develop" in names:
        return "develop"
    releases = [name for name in names if _RELEASE.fullmatch(name)]
    if releases:
        return max(releases, key=lambda name: versions.sort_key(name[1:]))
    dated = [name for name in names if _DATED_DEVELOP.fullmatch(name)]
    return max(dated or names, default="")
