"""Records to the universe and its snapshots: join by hash, number the rows, write the columns.

The order in which records arrive changes nothing: whatever two sources say of one hash is joined field by field,
the higher `Authority` first. What does not fit is a `Problem`, and the rest is built.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph import versions
from graph.cycles import circles
from graph.digest import snapshot_digest, spec_digests
from graph.errors import shown
from graph.model import COMPILER_VIRTUALS, LINK_AND_RUN, Compiler, Dependency, Spec
from graph.snapshot import Binary, Catalogue, Mention, Snapshot
from graph.sources.records import (
    Authority,
    PackageRecord,
    Problem,
    Reading,
    SourceRecord,
    SpecRecord,
    StackRecord,
    TargetRecord,
)
from graph.targets import Microarchitecture, TargetTable
from graph.universe import ABSENT, Adjacency, Column, Facet, Names, Universe

Value = TypeVar("Value")


@dataclass(slots=True)
class _Membership:
    """One snapshot while it is gathered: hashes, not rows, for rows have no number yet."""

    hashes: set[str] = field(default_factory=set)
    binaries: set[str] = field(default_factory=set)
    stacks: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    details: dict[str, Binary] = field(default_factory=dict)
    mentions: dict[str, Mention] = field(default_factory=dict)
    sources: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Built:
    """What `build` made: the catalogue, all problems in the order met, and the files read by snapshot and format."""

    catalogue: Catalogue
    problems: tuple[Problem, ...]
    sources: tuple[SourceRecord, ...]


def build(readings: Iterable[Reading], *, default: str | None = None, now: datetime | None = None) -> Built:
    """Build the universe of all readings and its snapshots.

    `default` names the default snapshot (see `graph.snapshot.default_name`); `now` is when the data came in, the
    present by default. A dependency on a spec that no reading holds is left out and reported, all such together.
    """
    gathered = _Gathering()
    for reading in readings:
        gathered.add(reading)
    specs = gathered.joined()
    universe, dangling = build_universe(specs, gathered.packages(), gathered.targets)
    problems = [*gathered.problems, *_dangling_problems(dangling), *_circle_problems(universe)]
    digests = spec_digests(universe)
    moment = now or datetime.now(UTC)
    snapshots = [
        _snapshot(name, membership, universe, digests, moment) for name, membership in gathered.snapshots.items()
    ]
    catalogue = Catalogue(snapshots, universe=universe, default=default)
    return Built(catalogue, tuple(problems), tuple(gathered.sources))


class _Gathering:
    """Records on their way in, by hash and by snapshot."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.sources: list[SourceRecord] = []
        self.targets: set[Microarchitecture] = set()
        self.snapshots: dict[str, _Membership] = defaultdict(_Membership)
        self._specs: dict[Authority, dict[str, Spec]] = {authority: {} for authority in Authority}

    def add(self, reading: Reading) -> None:
        """Take one reading in."""
        match reading:
            case SpecRecord():
                self._take_spec(reading)
            case PackageRecord():
                self._take_package(reading)
            case StackRecord(snapshot=snapshot, stack=stack):
                self.snapshots[snapshot].stacks.setdefault(stack, set())
            case TargetRecord(target=target):
                self.targets.add(target)
            case SourceRecord():
                self.sources.append(reading)
                self.snapshots[reading.snapshot].sources.add(reading.name)
            case Problem():
                self.problems.append(reading)

    def _take_spec(self, record: SpecRecord) -> None:
        spec, dag_hash = record.spec, record.spec.hash
        level = self._specs[record.authority]
        known = level.get(dag_hash)
        level[dag_hash] = spec if known is None else joined(known, spec)
        membership = self.snapshots[record.snapshot]
        membership.hashes.add(dag_hash)
        for stack in record.stacks:
            membership.stacks[stack].add(dag_hash)
        if record.in_build_cache:
            membership.binaries.add(dag_hash)
        if record.size is not None or record.tarball is not None:
            seen = membership.details.get(dag_hash, Binary(None, None))
            membership.details[dag_hash] = Binary(chosen(seen.size, record.size), chosen(seen.tarball, record.tarball))

    def _take_package(self, record: PackageRecord) -> None:
        mentions = self.snapshots[record.snapshot].mentions
        seen = mentions.get(record.package, Mention((), ()))
        names = sorted({*seen.versions, *record.versions}, key=versions.sort_key, reverse=True)
        mentions[record.package] = Mention(
            tuple(names), tuple(sorted({*seen.compilers, *record.compilers}, key=lambda c: c.name))
        )

    def joined(self) -> dict[str, Spec]:
        """Return each hash's spec, joined over the authorities; contradictions become problems."""
        specs: dict[str, Spec] = {}
        for authority in sorted(Authority, reverse=True):
            for dag_hash, spec in self._specs[authority].items():
                better = specs.get(dag_hash)
                if better is None:
                    specs[dag_hash] = spec
                    continue
                specs[dag_hash] = _filled(better, spec)
                self.problems.extend(_contradictions(better, spec))
        return _with_compilers(specs)

    def packages(self) -> set[str]:
        """Return the packages that are named without a spec."""
        return {package for m in self.snapshots.values() for package in m.mentions}


def chosen(left: Value | None, right: Value | None) -> Value | None:
    """Return the one that is recorded; of two different ones the lesser encoding, so that order does not count."""
    if left is None or right is None:
        return left if right is None else right
    return left if left == right else min(left, right, key=msgspec.msgpack.encode)


def joined(left: Spec, right: Spec) -> Spec:
    """Join two descriptions of one hash by sources of equal authority, field by field."""
    if left == right:
        return left
    fields: dict[str, Any] = {
        name: chosen(getattr(left, name), getattr(right, name)) for name in Spec.__struct_fields__
    }
    return Spec(**fields)


def _filled(better: Spec, other: Spec) -> Spec:
    """Fill what the better description does not record from the other."""
    missing = {n: getattr(other, n) for n in Spec.__struct_fields__ if getattr(better, n) is None}
    return msgspec.structs.replace(better, **missing) if missing else better


_IDENTITY = ("package", "version", "platform", "operating_system", "target")


def _contradictions(better: Spec, other: Spec) -> list[Problem]:
    return [
        Problem(
            f"/{better.hash}",
            f"sources disagree on its {name.replace('_', ' ')}: {getattr(better, name)!r} is kept, "
            f"{getattr(other, name)!r} dropped",
        )
        for name in _IDENTITY
        if getattr(better, name) != getattr(other, name)
    ]


def _with_compilers(specs: dict[str, Spec]) -> dict[str, Spec]:
    """Fill in the compiler of each spec that records it as a dependency, as Spack 1.x does."""
    for dag_hash, spec in specs.items():
        if spec.compiler is None and spec.dependencies:
            compiler = _compiler_of(spec.dependencies, specs)
            if compiler is not None:
                specs[dag_hash] = msgspec.structs.replace(spec, compiler=compiler)
    return specs


def _compiler_of(dependencies: Sequence[Dependency], specs: dict[str, Spec]) -> Compiler | None:
    for virtual in COMPILER_VIRTUALS:
        for dependency in dependencies:
            if virtual in dependency.virtuals:
                provider = specs.get(dependency.hash)
                return Compiler(dependency.package, provider.version if provider else None)
    return None


def build_universe(
    specs: dict[str, Spec], packages: Iterable[str], targets: Iterable[Microarchitecture]
) -> tuple[Universe, list[tuple[Spec, Dependency]]]:
    """Number the specs and write their columns; returns the edges whose other end no source holds beside it.

    `packages` are further packages without any spec; `targets` those that sources describe themselves.
    """
    package_names = Names(sorted({*(spec.package for spec in specs.values()), *packages}))
    version_names = Names(sorted({spec.version for spec in specs.values()}, key=versions.sort_key))
    ordered = sorted(
        specs.values(),
        key=lambda s: (package_names.position(s.package), -(version_names.position(s.version) or 0), s.hash),
    )
    package = np.array([package_names.position(s.package) for s in ordered], dtype=np.int32)
    variant_sets, variant_set = _encoded([s.variants for s in ordered])
    flag_sets, flag_set = _encoded([s.flags for s in ordered])
    edges = _Edges(ordered)
    hashes = tuple(s.hash for s in ordered)
    universe = Universe(
        hashes=hashes,
        rows_in_hash_order=np.array(sorted(range(len(hashes)), key=hashes.__getitem__), dtype=np.int32),
        packages=package_names,
        package_start=np.searchsorted(package, np.arange(len(package_names) + 1)).astype(np.int32),
        package=package,
        version=_facet([s.version for s in ordered], version_names),
        platform=_facet([s.platform for s in ordered]),
        operating_system=_facet([s.operating_system for s in ordered]),
        target=_facet([s.target for s in ordered]),
        compiler=_facet([s.compiler.name if s.compiler else None for s in ordered]),
        namespace=_facet([s.namespace for s in ordered]),
        package_hash=_facet([s.package_hash for s in ordered]),
        build_spec=_facet([s.build_spec for s in ordered]),
        variant_sets=variant_sets,
        variant_set=variant_set,
        flag_sets=flag_sets,
        flag_set=flag_set,
        external=FrozenBitMap([row for row, s in enumerate(ordered) if s.external]),
        dependencies_recorded=FrozenBitMap([r for r, s in enumerate(ordered) if s.dependencies is not None]),
        virtual_sets=edges.virtual_sets,
        dependencies=edges.forward(),
        dependents=edges.backward(),
        unresolved=FrozenBitMap(edges.unresolved),
        targets=TargetTable(targets),
    )
    return universe, edges.dangling


def _facet(values: Sequence[str | None], names: Names | None = None) -> Facet:
    table = names or Names(sorted({value for value in values if value is not None}))
    column = np.array([ABSENT if (p := table.position(value)) is None else p for value in values], dtype=np.int32)
    return Facet(table, column)


def _encoded(values: Sequence[Value]) -> tuple[tuple[Value, ...], Column]:
    """Return the distinct values in the order of their first row, and each row's position among them."""
    positions: dict[Value, int] = {}
    column = np.array([positions.setdefault(value, len(positions)) for value in values], dtype=np.int32)
    return tuple(positions), column


class _Edges:
    """The dependency edges of ordered specs, ready to be read in both directions."""

    def __init__(self, ordered: Sequence[Spec]) -> None:
        rows = {spec.hash: row for row, spec in enumerate(ordered)}
        virtuals: dict[tuple[str, ...], int] = {(): 0}
        self.dangling: list[tuple[Spec, Dependency]] = []
        self.unresolved: list[int] = []
        self._count = len(ordered)
        tails, heads, deptypes, virtual_set = [], [], [], []
        for tail, spec in enumerate(ordered):
            for dependency in spec.dependencies or ():
                head = rows.get(dependency.hash)
                if head is None:
                    self.dangling.append((spec, dependency))
                    if dependency.deptypes & LINK_AND_RUN:
                        self.unresolved.append(tail)
                    continue
                tails.append(tail)
                heads.append(head)
                deptypes.append(dependency.deptypes)
                virtual_set.append(virtuals.setdefault(dependency.virtuals, len(virtuals)))
        self.virtual_sets = tuple(virtuals)
        self._tails = np.array(tails, dtype=np.int32)
        self._heads = np.array(heads, dtype=np.int32)
        self._deptypes = np.array(deptypes, dtype=np.uint8)
        self._virtual_set = np.array(virtual_set, dtype=np.int32)

    def forward(self) -> Adjacency:
        """Return the edges from dependent to dependency."""
        return self._sorted(self._tails, self._heads)

    def backward(self) -> Adjacency:
        """Return the edges from dependency to dependent."""
        return self._sorted(self._heads, self._tails)

    def _sorted(self, tails: Column, heads: Column) -> Adjacency:
        order = np.lexsort((heads, tails))
        start = np.searchsorted(tails[order], np.arange(self._count + 1)).astype(np.int64)
        return Adjacency(start, heads[order], self._deptypes[order], self._virtual_set[order])


def _dangling_problems(dangling: Sequence[tuple[Spec, Dependency]]) -> list[Problem]:
    if not dangling:
        return []
    examples = [f"{spec.package}/{spec.hash[:7]} -> {edge.package}/{edge.hash[:7]}" for spec, edge in dangling]
    return [
        Problem(
            "dependencies",
            f"{len(dangling)} edges lead to specs that no source holds, and are left out: {shown(examples)}",
        )
    ]


def _circle_problems(universe: Universe) -> list[Problem]:
    found = circles(universe)
    if not found:
        return []

    def label(row: int) -> str:
        return f"{universe.packages[int(universe.package[row])]}/{universe.hashes[row][:7]}"

    counted = "1 circle" if len(found) == 1 else f"{len(found)} circles"
    examples = [" -> ".join(map(label, (*circle, circle[0]))) for circle in found]
    return [
        Problem(
            "dependencies",
            f"specs that depend on themselves, in {counted}, where traversals end: {shown(examples)}",
        )
    ]


def _snapshot(
    name: str, membership: _Membership, universe: Universe, digests: NDArray[np.uint8], moment: datetime
) -> Snapshot:
    row_of = universe.row_by_hash
    stacks = Names(sorted(membership.stacks))
    undigested = Snapshot(
        name=name,
        universe=universe,
        rows=_rows(membership.hashes, row_of),
        binaries=_rows(membership.binaries, row_of),
        stacks=stacks,
        stack_rows=tuple(_rows(membership.stacks[stack], row_of) for stack in stacks),
        binary={row_of[dag_hash]: binary for dag_hash, binary in membership.details.items()},
        mentions={universe.packages.index(package): m for package, m in membership.mentions.items()},
        sources=tuple(sorted(membership.sources)),
        ingested_at=moment,
        digest="",
    )
    return replace(undigested, digest=snapshot_digest(undigested, digests))


def _rows(hashes: Iterable[str], row_of: Mapping[str, int]) -> FrozenBitMap:
    return FrozenBitMap([row_of[dag_hash] for dag_hash in hashes])
