"""Snapshots of several universes in one: what is compared must be of one universe, for comparing is set algebra.

A snapshot is given back as the readings that say what it holds, and built again beside the others. Its digest stays
what it was, but where two universes know unequally much of one hash: then both get what the better source says, as if
all had been built together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import msgspec

from graph.build import build
from graph.model import Dependency, DependencyType, Spec
from graph.snapshot import Catalogue, Snapshot
from graph.sources.records import Authority, PackageRecord, Reading, SpecRecord, StackRecord, TargetRecord
from graph.targets import ARCHSPEC

_LACKING = Dependency("-", "-", DependencyType.LINK, ())
"""Stands for the dependencies of a spec that no source held: `-` is no hash."""


def rejoined(snapshots: Sequence[Snapshot]) -> Catalogue:
    """Return snapshots, each of a universe of its own, in one; their names differ, and the first is the default.

    It takes the time of a build of as many specs, without the reading of files.
    """
    built = build(_readings(snapshots), default=snapshots[0].name)
    told = {snapshot.name: snapshot for snapshot in snapshots}
    joined = [
        replace(found, sources=told[found.name].sources, ingested_at=told[found.name].ingested_at)
        for found in built.catalogue
    ]
    return Catalogue(joined, universe=built.catalogue.universe, default=snapshots[0].name)


def _readings(snapshots: Iterable[Snapshot]) -> Iterator[Reading]:
    """Yield the readings of all, with every edge of a spec that any of the universes has an end for."""
    readings = [reading for snapshot in snapshots for reading in readings_of(snapshot)]
    edges: dict[str, tuple[Dependency, ...]] = {}
    for reading in readings:
        if isinstance(reading, SpecRecord) and reading.spec.dependencies is not None:
            stated = reading.spec.dependencies
            known = edges.get(reading.spec.hash)
            edges[reading.spec.hash] = stated if known in (None, stated) else _all_edges(known or (), stated)
    for reading in readings:
        if isinstance(reading, SpecRecord) and reading.spec.dependencies is not None:
            found = edges[reading.spec.hash]
            if found != reading.spec.dependencies:
                spec = msgspec.structs.replace(reading.spec, dependencies=found)
                reading = msgspec.structs.replace(reading, spec=spec)
        yield reading


def _all_edges(left: tuple[Dependency, ...], right: tuple[Dependency, ...]) -> tuple[Dependency, ...]:
    """Join the edges of one spec; what it lacks is lacking still where neither side has it all.

    Where one side has an end that the other lacks, the other's snapshot lacks it by not holding it.
    """
    lacking = (_LACKING,) if _LACKING in left and _LACKING in right else ()
    found = dict.fromkeys(edge for edge in (*left, *right) if edge != _LACKING)
    return (*found, *lacking)


def readings_of(snapshot: Snapshot) -> Iterator[Reading]:
    """Yield what a source would say that holds just this snapshot: not where it came from, and no problems."""
    universe, name = snapshot.universe, snapshot.name
    table = universe.targets
    yield from (TargetRecord(table.microarchitecture(t), "") for t in table.names() if ARCHSPEC.known(t) is None)
    yield from (StackRecord(name, stack, "") for stack in snapshot.stacks)
    for position, mention in sorted(snapshot.mentions.items()):
        yield PackageRecord(name, universe.packages[position], mention.versions, mention.compilers, "")
    stacks_of: dict[int, list[str]] = {}
    for stack, rows in zip(snapshot.stacks, snapshot.stack_rows, strict=True):
        for row in rows:
            stacks_of.setdefault(row, []).append(stack)
    for row in snapshot.rows:
        binary = snapshot.binary_of(row)
        yield SpecRecord(
            snapshot=name,
            spec=_spec(snapshot, row),
            stacks=tuple(stacks_of.get(row, ())),
            in_build_cache=row in snapshot.binaries,
            authority=Authority.INDEX if row in universe.dependencies_recorded else Authority.PAGE,
            place="",
            size=binary.size,
            tarball=binary.tarball,
        )


def _spec(snapshot: Snapshot, row: int) -> Spec:
    """Return a row as its source had it: with a dependency that is nowhere, where it had one."""
    spec = snapshot.universe.spec(row)
    if row not in snapshot.universe.unresolved:
        return spec
    return msgspec.structs.replace(spec, dependencies=(*(spec.dependencies or ()), _LACKING))
