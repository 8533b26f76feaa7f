"""The universe: every spec of every snapshot, stored once, as flat columns.

A spec is a row. Rows are in the answers' default order (package name, newest version first, hash), so that a bitmap
of rows, read in ascending order, is already sorted. Columns hold positions in tables of distinct values; adjacency
is compressed sparse rows in both directions. What differs between snapshots is in `graph.snapshot`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph.bitmaps import KeptBitmaps, PackedBitmaps, packed_rows, rows_of_positions
from graph.errors import VersionSyntaxError
from graph.generation_order import ORDERED, GenerationOrder, generation_order
from graph.kept import Kept
from graph.model import LINK_AND_RUN, Compiler, Dependency, Flags, Spec, Variant, options_text
from graph.sorting import stable_order
from graph.sparse import are_generations, generations
from graph.tables import Packed, PositionOf
from graph.targets import TargetTable
from graph.variants import VariantRows, decoded_keys, variant_rows
from graph.versions import Version
from graph.walks import Walker

Column = NDArray[np.int32]
Marks = NDArray[np.bool_]

CLOSURES_MAX_BYTES = 32 * 2**20
"""Memory for closures that are kept: some thousand of them at 60,000 specs a snapshot."""

MARKS_MAX_BYTES = 8 * 2**20
"""Memory for marks of what snapshots hold: eight of them at a million specs, each made anew in a tenth of a
millisecond or, of a snapshot of all of them, two."""

INDUCED_MAX_BYTES = 24 * 2**20
"""Memory for the snapshots' own edges: some ten snapshots of 10,000 specs."""

CLOSURES_MIN_ROWS = 1_000
"""Rows from which on a closure is kept; a smaller one is found anew in less than a millisecond."""

LAST_CHARACTER = "\U0010ffff"
"""Sorts behind every character of a hash, so that a prefix and it bound what begins with the prefix."""

HASH_CHARACTERS = 32
"""Characters of a DAG hash: 160 bits in base 32 (`spack.util.hash`)."""

LINK_RUN_ORDER = "link_run"
"""What the names of the arrays of `Universe.link_run_order` begin with among what is derived."""

ABSENT = -1
"""The position in a column that says: not recorded."""


class Names(Sequence[str]):
    """A table of distinct names in a declared order, and the position of each."""

    def __init__(self, names: Sequence[str]) -> None:
        """Take the names over; a packed table stays packed until a position is asked for."""
        self._names: Packed[str] | tuple[str, ...] = names if isinstance(names, Packed) else tuple(names)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {name: position for position, name in enumerate(self._names)}

    def __len__(self) -> int:
        return len(self._names)

    @overload
    def __getitem__(self, position: int) -> str: ...

    @overload
    def __getitem__(self, position: slice) -> tuple[str, ...]: ...

    def __getitem__(self, position: int | slice) -> str | tuple[str, ...]:
        return self._names[position]  # a slice of either table is a tuple

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._positions

    def index(self, name: str, start: int = 0, stop: int | None = None) -> int:
        """Return where the name stands in the table; raises `ValueError` where it does not."""
        position = self._positions.get(name)
        if position is None:
            raise ValueError(f"{name!r} is not in the table")
        return position

    def position(self, name: str | None) -> int | None:
        """Return where the name stands in the table, or None where it does not."""
        return self._positions.get(name) if name is not None else None


@dataclass(frozen=True)
class Facet:
    """One attribute of specs: its distinct values in order, each row's value, and the rows of each value.

    `packed_rows` are those of a file.
    """

    values: Names
    column: Column
    packed_rows: PackedBitmaps | None = None

    @cached_property
    def rows(self) -> Sequence[FrozenBitMap]:
        """The rows of each value, in the order of the values."""
        return rows_of_positions(self.column, len(self.values)) if self.packed_rows is None else self.packed_rows

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The values, and last, where `ABSENT` counted from the end is, the empty text."""
        return (*self.values, "")

    def value(self, row: int) -> str | None:
        """Return the row's value, or None where it is not recorded."""
        position = self.column[row]
        return self.values[position] if position != ABSENT else None

    def rows_of(self, value: str) -> FrozenBitMap:
        """Return the rows that have the value; none where nothing has it."""
        position = self.values.position(value)
        return FrozenBitMap() if position is None else self.rows[position]


class Neighbour(NamedTuple):
    """One end of a dependency edge, seen from the other: a row, and what the edge says."""

    row: int
    deptypes: int
    virtuals: tuple[str, ...]


@dataclass(frozen=True)
class Adjacency:
    """Dependency edges in one direction, as compressed sparse rows.

    The edges of row r stand at `start[r]:start[r + 1]`, sorted by the row at their other end. `virtual_set` is a
    position in the universe's `virtual_sets`.
    """

    start: NDArray[np.int64]
    row: Column
    deptypes: NDArray[np.uint8]
    virtual_set: Column

    @cached_property
    def walker(self) -> Walker:
        """What walks over these edges."""
        return Walker(self.start, self.row, self.deptypes)

    def edges(self, row: int) -> range:
        """Return the positions of the row's edges."""
        return range(int(self.start[row]), int(self.start[row + 1]))


@dataclass(frozen=True)
class Universe:
    """Every spec that any loaded snapshot holds, by row. See the module's docstring for the order of rows."""

    hashes: Sequence[str]
    rows_in_hash_order: Column
    packages: Names
    package_start: Column
    package: Column
    version: Facet
    platform: Facet
    operating_system: Facet
    target: Facet
    compiler: Facet
    namespace: Facet
    package_hash: Facet
    build_spec: Facet
    variant_sets: Sequence[tuple[Variant, ...]]
    variant_set: Column
    flag_sets: Sequence[tuple[Flags, ...]]
    flag_set: Column
    external: FrozenBitMap
    dependencies_recorded: FrozenBitMap
    virtual_sets: tuple[tuple[str, ...], ...]
    dependencies: Adjacency
    dependents: Adjacency
    unresolved: FrozenBitMap
    """Rows with a link or run dependency on a spec that no source holds: that edge is not in `dependencies`."""
    targets: TargetTable
    derived: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """Arrays that were worked out of the rest when its file was written, by name (`graph.derived`)."""
    likely_generation: Column | None = None
    """What `generation` most likely is; it is compared with all edges before it is taken for that."""

    def _derived(self, name: str, make: Callable[[], Column]) -> Column:
        """Return an array as its file has it, else made."""
        found = self.derived.get(name)
        return make() if found is None else found

    def __len__(self) -> int:
        return len(self.hashes)

    @cached_property
    def row_by_hash(self) -> Mapping[str, int]:
        """The row of each hash."""
        if isinstance(self.hashes, Packed):
            return PositionOf(self.hashes, self.rows_in_hash_order)
        return {dag_hash: row for row, dag_hash in enumerate(self.hashes)}

    @cached_property
    def hash_rank(self) -> Column:
        """The place of each row in the order of hashes."""

        def made() -> Column:
            rank = np.empty(len(self.hashes), dtype=np.int32)
            rank[self.rows_in_hash_order] = np.arange(len(self.hashes), dtype=np.int32)
            return rank

        return self._derived("hash_rank", made)

    @cached_property
    def ordered_versions(self) -> tuple[Version, ...]:
        """The distinct versions of all specs, in Spack's order, at the positions that the `version` facet has them.

        Texts that Spack refuses stand last there (`graph.versions.sort_key`) and are left out here.
        """
        return tuple(_accepted_versions(self.version.values))

    @cached_property
    def generation(self) -> Column:
        """For each row how many edges the longest way down from it has; `ENDLESS` where a circle is on the way.

        Whatever a row depends on has a lower one.
        """

        def made() -> Column:
            likely, edges = self.likely_generation, self.dependencies
            if likely is not None and are_generations(likely, edges.start, edges.row):
                return likely
            return generations(self.dependents.start, self.dependents.row)

        return self._derived("generation", made)

    @cached_property
    def rows_by_generation(self) -> Column:
        """All rows, what depends on nothing first, those of a generation ascending; `ENDLESS` ones before all."""
        return self._derived("rows_by_generation", lambda: stable_order(self.generation).astype(np.int32))

    @cached_property
    def link_run_order(self) -> GenerationOrder | None:
        """The link and run edges, to be looked at in one pass; None where some specs depend on themselves."""
        if f"{LINK_RUN_ORDER}.rows" in self.derived:
            found = GenerationOrder(*(self.derived[f"{LINK_RUN_ORDER}.{name}"] for name in ORDERED))
            return found if len(found.rows) == len(self) else None
        edges = self.dependencies
        return generation_order(self.generation, edges.start, edges.row, edges.deptypes, chosen=int(LINK_AND_RUN))

    @cached_property
    def version_rank(self) -> Column:
        """The place of each row's version in Spack's order; versions that are equal there (1-5, 1.5) share one."""

        def made() -> Column:
            known = self.ordered_versions
            differs = [p >= len(known) or p == 0 or known[p] != known[p - 1] for p in range(len(self.version.values))]
            return np.cumsum(differs, dtype=np.int32)[self.version.column]

        return self._derived("version_rank", made)

    @cached_property
    def closures(self) -> KeptBitmaps:
        """Closures of rows that many others depend on, kept within a budget (see `graph.traverse.reached_rows`)."""
        return KeptBitmaps(max_bytes=CLOSURES_MAX_BYTES, min_rows=CLOSURES_MIN_ROWS)

    @cached_property
    def marks(self) -> Kept[tuple[FrozenBitMap, Marks]]:
        """Marks of the rows that snapshots hold, by snapshot (see `graph.snapshot.Snapshot.holds`)."""
        return Kept(max_bytes=MARKS_MAX_BYTES)

    @cached_property
    def induced(self) -> Kept[tuple[FrozenBitMap, object]]:
        """The snapshots' own edges (see `graph.induced`)."""
        return Kept(max_bytes=INDUCED_MAX_BYTES)

    @property
    def kept_bytes(self) -> int:
        """The memory of what is kept beside the columns: closures, marks and edges; 0 of what was never asked for."""
        kept: Iterable[Kept[Any] | None] = (vars(self).get(name) for name in ("closures", "marks", "induced"))
        return sum(each.size for each in kept if each is not None)

    def rows_with_prefix(self, prefix: str) -> list[int]:
        """Return the rows whose hash begins with the prefix, in the order of their hashes; case counts."""
        ordered = self.rows_in_hash_order
        first = bisect_left(ordered, prefix, key=self.hashes.__getitem__)
        stop = bisect_left(ordered, prefix + LAST_CHARACTER, lo=first, key=self.hashes.__getitem__)
        found: list[int] = ordered[first:stop].tolist()
        return found

    def package_rows(self, package: int) -> tuple[int, int]:
        """Return the half-open range of rows that are specs of the package at this position."""
        return int(self.package_start[package]), int(self.package_start[package + 1])

    @cached_property
    def variant_rows(self) -> VariantRows:
        """The rows that have each value of each variant."""
        packed = packed_rows(self.derived, "variants")
        if packed is not None:
            return VariantRows(decoded_keys(self.derived["variants.keys"]), packed)
        return variant_rows(self.variant_sets, self.variant_set, count=len(self.variant_sets))

    @cached_property
    def target_family(self) -> Facet:
        """The architecture family of each row's target, as a facet of its own."""
        families = [self.targets.family(name) for name in self.target.values]
        names = Names(sorted(set(families)))
        of_target = np.array([*map(names.index, families), ABSENT], dtype=np.int32)
        column = self._derived("target_family.column", lambda: of_target[self.target.column])
        return Facet(names, column, packed_rows(self.derived, "target_family"))

    def neighbours(self, adjacency: Adjacency, row: int) -> list[Neighbour]:
        """Return the other ends of a row's edges in one direction, sorted by row."""
        return [self.neighbour(adjacency, edge) for edge in adjacency.edges(row)]

    def neighbour(self, adjacency: Adjacency, edge: int) -> Neighbour:
        """Return the far end of one edge."""
        virtuals = self.virtual_sets[adjacency.virtual_set[edge]]
        return Neighbour(int(adjacency.row[edge]), int(adjacency.deptypes[edge]), virtuals)

    @cached_property
    def _hash_table(self) -> NDArray[np.uint8] | None:
        """All hashes as one array of characters, where they are packed and each has its full length."""
        if not isinstance(self.hashes, Packed) or not np.all(np.diff(self.hashes.offsets) == HASH_CHARACTERS):
            return None
        return self.hashes.data.reshape(-1, HASH_CHARACTERS)

    def hashes_of(self, rows: NDArray[np.integer]) -> list[str]:
        """Return the hashes of many rows."""
        table = self._hash_table
        if table is None:
            return [self.hashes[row] for row in rows.tolist()]
        # One text, divided by spaces: cheaper than a text for each.
        characters = np.full((len(rows), HASH_CHARACTERS + 1), ord(" "), dtype=np.uint8)
        characters[:, :HASH_CHARACTERS] = table[rows]
        return characters.tobytes().decode().split()

    @cached_property
    def _option_texts(self) -> dict[tuple[int, int], str]:
        """What was written of sets of flags and variants, by their positions; there are far fewer than specs."""
        return {}

    def _options(self, positions: tuple[int, int]) -> str:
        texts = self._option_texts
        if positions not in texts:
            flag_set, variant_set = positions
            texts[positions] = options_text(self.flag_sets[flag_set], self.variant_sets[variant_set])
        return texts[positions]

    @cached_property
    def _compiler_texts(self) -> tuple[str, ...]:
        """What is written of each compiler, and last of none."""
        parsed = map(Compiler.parse, self.compiler.texts)
        return tuple(f"%{compiler.name}" if compiler else "" for compiler in parsed)

    def texts_of(self, rows: NDArray[np.integer]) -> list[str]:
        """Return many rows in Spack's own syntax: what `graph.model.Spec.text` is of each."""
        facets = (self.version, self.compiler, self.platform, self.operating_system, self.target)
        versions, _, platforms, systems, targets = (facet.texts for facet in facets)
        packages, compilers = self.packages, self._compiler_texts
        columns = (self.package, *(facet.column for facet in facets), self.flag_set, self.variant_set)
        return [
            f"{packages[p]}@{versions[v]}{compilers[c]}{self._options((f, o))}"
            f" arch={platforms[platform]}-{systems[system]}-{targets[target]}"
            for p, v, c, platform, system, target, f, o in zip(
                *(column[rows].tolist() for column in columns), strict=True
            )
        ]

    def spec(self, row: int, *, edges: bool = True) -> Spec:
        """Put the row back together as the frozen noun; edges to specs that no source holds are left out.

        Without `edges` a spec whose dependencies are recorded has none.
        """
        compiler = self.compiler.value(row)
        return Spec(
            hash=self.hashes[row],
            package=self.packages[self.package[row]],
            version=self.version.value(row) or "",
            platform=self.platform.value(row) or "",
            operating_system=self.operating_system.value(row) or "",
            target=self.target.value(row) or "",
            namespace=self.namespace.value(row),
            compiler=Compiler.parse(compiler) if compiler else None,
            variants=self.variant_sets[self.variant_set[row]],
            flags=self.flag_sets[self.flag_set[row]],
            dependencies=self._recorded_dependencies(row, edges=edges),
            external=row in self.external,
            package_hash=self.package_hash.value(row),
            build_spec=self.build_spec.value(row),
        )

    def _recorded_dependencies(self, row: int, *, edges: bool) -> tuple[Dependency, ...] | None:
        if row not in self.dependencies_recorded:
            return None
        if not edges:
            return ()
        return tuple(
            Dependency(self.hashes[n.row], self.packages[self.package[n.row]], n.deptypes, n.virtuals)
            for n in self.neighbours(self.dependencies, row)
        )


def _accepted_versions(texts: Iterable[str]) -> Iterator[Version]:
    """Yield versions up to the first text that Spack refuses."""
    for text in texts:
        try:
            yield Version(text)
        except VersionSyntaxError:
            return
