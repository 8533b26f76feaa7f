"""Records on their way in: by hash, by snapshot and by the part of the sources that they come from.

The order in which records arrive changes nothing: whatever two sources say of one hash is joined field by field,
the higher `Authority` first. Rows have no number yet: parts hold identities, small integers in the order of arrival.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph import versions
from graph.bitmaps import bitmap_of
from graph.ledger import Holding, Part
from graph.model import COMPILER_VIRTUALS, Compiler, Dependency, Spec
from graph.snapshot import Binary, Mention
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
from graph.sparse import distinct
from graph.targets import Microarchitecture

Value = TypeVar("Value")
Identities = array  # of "I"


def _identities() -> array[int]:
    return array("I")


@dataclass(slots=True)
class _Membership:
    """What a part says of one snapshot, by identities."""

    specs: array[int] = field(default_factory=_identities)
    binaries: array[int] = field(default_factory=_identities)
    stacks: dict[str, array[int]] = field(default_factory=lambda: defaultdict(_identities))
    details: dict[int, Binary] = field(default_factory=dict)
    mentions: dict[str, Mention] = field(default_factory=dict)


@dataclass(slots=True)
class Gathered:
    """What came from one part of the sources."""

    key: str = ""
    seen: dict[str, str] = field(default_factory=dict)
    sources: list[SourceRecord] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    targets: set[Microarchitecture] = field(default_factory=set)
    snapshots: dict[str, _Membership] = field(default_factory=lambda: defaultdict(_Membership))
    described: dict[Authority, array[int]] = field(default_factory=lambda: defaultdict(_identities))
    others: dict[tuple[Authority, str], list[Spec]] = field(default_factory=dict)


class Gathering:
    """Everything that has come in. `levels` has the first description of each hash by each authority."""

    def __init__(self) -> None:
        self.identities: dict[str, int] = {}
        self.levels: dict[Authority, dict[str, Spec]] = {authority: {} for authority in Authority}
        self._others: dict[tuple[Authority, str], list[Spec]] = {}

    def take(self, part: Gathered, reading: Reading) -> None:
        """Take one reading in."""
        match reading:
            case SpecRecord():
                self._take_spec(part, reading)
            case PackageRecord():
                _take_package(part.snapshots[reading.snapshot].mentions, reading)
            case StackRecord(snapshot=snapshot, stack=stack):
                part.snapshots[snapshot].stacks[stack]
            case TargetRecord(target=target):
                part.targets.add(target)
            case SourceRecord():
                part.sources.append(reading)
                part.snapshots[reading.snapshot]
            case Problem():
                part.problems.append(reading)

    def _take_spec(self, part: Gathered, record: SpecRecord) -> None:
        identity = self.describe(part, record.authority, record.spec)
        membership = part.snapshots[record.snapshot]
        membership.specs.append(identity)
        for stack in record.stacks:
            membership.stacks[stack].append(identity)
        if record.in_build_cache:
            membership.binaries.append(identity)
        if record.size is not None or record.tarball is not None:
            seen = membership.details.get(identity, Binary(None, None))
            membership.details[identity] = joined_binary(seen, record.size, record.tarball)

    def describe(self, part: Gathered, authority: Authority, spec: Spec) -> int:
        """Take in what a part says a spec is; returns the spec's identity."""
        identity = self.identities.setdefault(spec.hash, len(self.identities))
        part.described[authority].append(identity)
        first = self.levels[authority].setdefault(spec.hash, spec)
        if first is not spec and not alike(first, spec):
            key = (authority, spec.hash)
            part.others.setdefault(key, []).append(spec)
            self._others.setdefault(key, []).append(spec)
        return identity

    def says_only(self, spec: Spec) -> bool:
        """Tell whether all that has come in of a hash is this, in whatever order."""
        return all(
            (authority, spec.hash) not in self._others and alike(level[spec.hash], spec)
            for authority, level in self.levels.items()
            if spec.hash in level
        )

    def leave_out(self, dag_hash: str) -> None:
        """Do not join what has come in of a hash; what parts it is of stays known."""
        for level in self.levels.values():
            level.pop(dag_hash, None)

    def joined(self) -> tuple[dict[str, Spec], list[Problem]]:
        """Return each hash's spec, joined over the authorities, and the contradictions, sorted."""
        specs: dict[str, Spec] = {}
        problems: list[Problem] = []
        for authority in sorted(Authority, reverse=True):
            for dag_hash, first in self.levels[authority].items():
                spec = joined(first, *self._others.get((authority, dag_hash), ()))
                better = specs.get(dag_hash)
                if better is None:
                    specs[dag_hash] = spec
                    continue
                specs[dag_hash] = _filled(better, spec)
                problems += _contradictions(better, spec)
        return specs, sorted(problems, key=lambda problem: (problem.place, problem.message))

    def differing(self, parts: Sequence[Gathered], raw: Mapping[str, Spec]) -> list[list[tuple[Authority, str, Spec]]]:
        """Return for each part what it says of a hash otherwise than `raw`, sorted by authority and hash."""
        asked = {authority: self._unlike(authority, raw) for authority in Authority}
        return [sorted(self._differing(part, asked, raw), key=lambda found: found[:2]) for part in parts]

    def _unlike(self, authority: Authority, raw: Mapping[str, Spec]) -> dict[int, str]:
        level = self.levels[authority]
        hashes = {dag_hash for known, dag_hash in self._others if known == authority}
        if sum(map(bool, self.levels.values())) > 1:
            hashes.update(dag_hash for dag_hash, first in level.items() if not alike(first, raw[dag_hash]))
        return {self.identities[dag_hash]: dag_hash for dag_hash in hashes}

    def _differing(
        self, part: Gathered, asked: Mapping[Authority, Mapping[int, str]], raw: Mapping[str, Spec]
    ) -> Iterator[tuple[Authority, str, Spec]]:
        for authority, described in part.described.items():
            wanted = np.fromiter(asked[authority], dtype=np.uint32, count=len(asked[authority]))
            if not len(wanted):
                continue
            found = np.frombuffer(described, dtype=np.uint32)
            identities, counts = np.unique(found[np.isin(found, wanted)], return_counts=True)
            for identity, count in zip(identities.tolist(), counts.tolist(), strict=True):
                dag_hash = asked[authority][identity]
                said = part.others.get((authority, dag_hash), [])
                # What was like the first description was not noted.
                first = [self.levels[authority][dag_hash]] if count > len(said) else []
                spec = joined(*first, *said)
                if not alike(spec, raw[dag_hash]):
                    yield authority, dag_hash, canonical(spec)

    def part(
        self, gathered: Gathered, differing: Sequence[tuple[Authority, str, Spec]], row_of: NDArray[np.int64]
    ) -> Part:
        """Return what came from a part by rows; `row_of` has the row of each identity."""

        def rows(identities: array[int]) -> FrozenBitMap:
            return bitmap_of(distinct(row_of[np.frombuffer(identities, dtype=np.uint32)]))

        def holding(membership: _Membership) -> Holding:
            details = {int(row_of[i]): (b.size, b.tarball) for i, b in membership.details.items()}
            return Holding(
                rows=rows(membership.specs),
                binaries=rows(membership.binaries),
                stacks={stack: rows(found) for stack, found in sorted(membership.stacks.items())},
                details=dict(sorted(details.items())),
                mentions={p: (m.versions, m.compilers) for p, m in sorted(membership.mentions.items())},
            )

        return Part(
            key=gathered.key,
            seen=dict(sorted(gathered.seen.items())),
            sources=tuple(gathered.sources),
            problems=tuple(gathered.problems),
            targets=tuple(sorted(gathered.targets, key=msgspec.msgpack.encode)),
            described={int(authority): rows(found) for authority, found in sorted(gathered.described.items())},
            holdings={name: holding(membership) for name, membership in sorted(gathered.snapshots.items())},
            differing=self.differing_by_row(differing, row_of),
        )

    def differing_by_row(
        self, differing: Sequence[tuple[Authority, str, Spec]], row_of: NDArray[np.int64]
    ) -> tuple[tuple[int, int, Spec], ...]:
        """Return what a part says otherwise under its rows."""
        found = ((int(a), int(row_of[self.identities[dag_hash]]), spec) for a, dag_hash, spec in differing)
        return tuple(sorted(found, key=lambda entry: entry[:2]))


def _take_package(mentions: dict[str, Mention], record: PackageRecord) -> None:
    mentions[record.package] = joined_mention(
        mentions.get(record.package, Mention((), ())), record.versions, record.compilers
    )


def joined_mention(seen: Mention, names: Sequence[str], compilers: Sequence[Compiler]) -> Mention:
    """Add versions and compilers to what is said of a package."""
    ordered = sorted({*seen.versions, *names}, key=versions.sort_key, reverse=True)
    return Mention(tuple(ordered), tuple(sorted({*seen.compilers, *compilers}, key=lambda c: c.name)))


def joined_binary(seen: Binary, size: int | None, tarball: str | None) -> Binary:
    """Add what another source records of a binary."""
    return Binary(chosen(seen.size, size), chosen(seen.tarball, tarball))


def chosen(left: Value | None, right: Value | None) -> Value | None:
    """Return the one that is recorded; of two different ones the lesser encoding, so that order does not count."""
    if left is None or right is None:
        return left if right is None else right
    return left if left == right else min(left, right, key=msgspec.msgpack.encode)


def canonical(spec: Spec) -> Spec:
    """Return a spec with its dependencies in their own order: that in which they are recorded says nothing."""
    if not spec.dependencies:
        return spec
    return msgspec.structs.replace(spec, dependencies=tuple(sorted(spec.dependencies)))


def alike(left: Spec, right: Spec) -> bool:
    """Tell whether two descriptions say the same, in whatever order."""
    return left == right or canonical(left) == canonical(right)


def joined(first: Spec, *others: Spec) -> Spec:
    """Join descriptions of one hash by sources of equal authority, field by field."""
    for other in others:
        first = _joined(canonical(first), canonical(other))
    return first


def _joined(left: Spec, right: Spec) -> Spec:
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


def with_compilers(specs: dict[str, Spec], version_of: Mapping[str, str]) -> set[str]:
    """Fill in the compiler of each spec that records it as a dependency, as Spack 1.x does; returns their hashes.

    `version_of` has the versions of further specs, by hash.
    """
    given = set()
    for dag_hash, spec in specs.items():
        if spec.compiler is None and spec.dependencies:
            compiler = _compiler_of(spec.dependencies, specs, version_of)
            if compiler is not None:
                given.add(dag_hash)
                specs[dag_hash] = msgspec.structs.replace(spec, compiler=compiler)
    return given


def _compiler_of(
    dependencies: Sequence[Dependency], specs: Mapping[str, Spec], version_of: Mapping[str, str]
) -> Compiler | None:
    for virtual in COMPILER_VIRTUALS:
        providers = [dependency for dependency in dependencies if virtual in dependency.virtuals]
        if providers:
            dependency = min(providers)
            provider = specs.get(dependency.hash)
            version = provider.version if provider else version_of.get(dependency.hash)
            return Compiler(dependency.package, version)
    return None
