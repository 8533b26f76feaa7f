"""Records of some files joined before they meet those of others: the same universe, with less to hand over.

The indexes of a tag's stacks hold most of its specs several times. What `graph.build` does with two records of one hash
does not depend on their order, so that it may be done in parts.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from graph.gathering import chosen, joined
from graph.sources.records import (
    Authority,
    PackageRecord,
    Problem,
    Reading,
    RootRecord,
    SourceRecord,
    SpecRecord,
    StackRecord,
    TargetRecord,
)


class PartialReadings(Struct, frozen=True):
    """Readings of some files, by kind, with one `SpecRecord` for each snapshot, hash and authority."""

    specs: tuple[SpecRecord, ...]
    packages: tuple[PackageRecord, ...]
    roots: tuple[RootRecord, ...]
    stacks: tuple[StackRecord, ...]
    targets: tuple[TargetRecord, ...]
    sources: tuple[SourceRecord, ...]
    problems: tuple[Problem, ...]

    def all(self) -> Iterable[Reading]:
        """Return the readings, the problems in the order in which they were met."""
        return (
            *self.sources,
            *self.targets,
            *self.stacks,
            *self.packages,
            *self.roots,
            *self.specs,
            *self.problems,
        )


def partly_joined(readings: Iterable[Reading]) -> PartialReadings:
    """Join the records of each spec that the readings hold several times."""
    specs: dict[tuple[str, str, Authority], SpecRecord] = {}
    others: dict[type, list[Reading]] = {kind: [] for kind in _OTHERS}
    for reading in readings:
        if isinstance(reading, SpecRecord):
            key = (reading.snapshot, reading.spec.hash, reading.authority)
            known = specs.get(key)
            specs[key] = reading if known is None else _one(known, reading)
        else:
            others[type(reading)].append(reading)
    return PartialReadings(tuple(specs.values()), *(tuple(others[kind]) for kind in _OTHERS))  # type: ignore[arg-type]


_OTHERS = (PackageRecord, RootRecord, StackRecord, TargetRecord, SourceRecord, Problem)
"""The other kinds, in the order of the fields."""


def _one(known: SpecRecord, other: SpecRecord) -> SpecRecord:
    return msgspec.structs.replace(
        known,
        spec=joined(known.spec, other.spec),
        stacks=tuple(dict.fromkeys((*known.stacks, *other.stacks))),
        in_build_cache=known.in_build_cache or other.in_build_cache,
        size=chosen(known.size, other.size),
        tarball=chosen(known.tarball, other.tarball),
    )
