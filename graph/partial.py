"""What some files of the sources give, made to be handed from one process to another.

The indexes of a tag's stacks hold most of its specs several times: each distinct spec is handed over once, and the
files refer to it. What comes out is file by file what went in, so that what is built of it is the same, its ledger too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec import Struct

from graph.model import Spec
from graph.sources.records import (
    Authority,
    Batch,
    PackageRecord,
    Problem,
    Reading,
    RootRecord,
    SourceRecord,
    SpecRecord,
    StackRecord,
    TargetRecord,
)


class SeenSpec(Struct, frozen=True, array_like=True):
    """A `SpecRecord` whose spec stands at a position of `PartialReadings.specs`."""

    snapshot: str
    spec: int
    stacks: tuple[str, ...]
    in_build_cache: bool
    authority: Authority
    place: str
    size: int | None
    tarball: str | None


class FileReadings(Struct, frozen=True):
    """A `Batch`: what one file gives, by kind, each in the order in which it was read."""

    key: str
    seen: dict[str, str]
    specs: tuple[SeenSpec, ...]
    packages: tuple[PackageRecord, ...]
    roots: tuple[RootRecord, ...]
    stacks: tuple[StackRecord, ...]
    targets: tuple[TargetRecord, ...]
    sources: tuple[SourceRecord, ...]
    problems: tuple[Problem, ...]


class PartialReadings(Struct, frozen=True):
    """The distinct specs of some files, and what each file gives."""

    specs: tuple[Spec, ...]
    files: tuple[FileReadings, ...]

    def batches(self) -> Iterator[Batch]:
        """Yield what each file gives, as it was read."""
        for file in self.files:
            others: tuple[Reading, ...] = (*file.sources, *file.targets, *file.stacks, *file.packages, *file.roots)
            records = (_record(seen, self.specs[seen.spec]) for seen in file.specs)
            yield Batch(file.key, file.seen, (*others, *records, *file.problems))


def partial_readings(batches: Iterable[Batch]) -> PartialReadings:
    """Return what the batches give, each of which has readings."""
    specs = _Distinct()
    files = tuple(_file(batch, specs) for batch in batches)
    return PartialReadings(tuple(specs.all), files)


class _Distinct:
    """Distinct specs, and the position of each."""

    def __init__(self) -> None:
        self.all: list[Spec] = []
        self._of_hash: dict[str, list[int]] = defaultdict(list)

    def position(self, spec: Spec) -> int:
        """Return where an equal spec stands among all; it is added where there is none."""
        known = self._of_hash[spec.hash]
        for position in known:
            if self.all[position] == spec:
                return position
        self.all.append(spec)
        known.append(len(self.all) - 1)
        return known[-1]


_OTHERS = (PackageRecord, RootRecord, StackRecord, TargetRecord, SourceRecord, Problem)
"""The other kinds, in the order of the fields."""


def _file(batch: Batch, specs: _Distinct) -> FileReadings:
    found: list[SeenSpec] = []
    others: dict[type, list[Reading]] = {kind: [] for kind in _OTHERS}
    for reading in batch.readings or ():
        if isinstance(reading, SpecRecord):
            found.append(_seen(reading, specs.position(reading.spec)))
        else:
            others[type(reading)].append(reading)
    # Only now is it known what was looked at.
    rest = (tuple(others[kind]) for kind in _OTHERS)
    return FileReadings(batch.key, dict(batch.seen), tuple(found), *rest)  # type: ignore[arg-type]


def _seen(record: SpecRecord, spec: int) -> SeenSpec:
    return SeenSpec(
        record.snapshot,
        spec,
        record.stacks,
        record.in_build_cache,
        record.authority,
        record.place,
        record.size,
        record.tarball,
    )


def _record(seen: SeenSpec, spec: Spec) -> SpecRecord:
    return SpecRecord(
        seen.snapshot,
        spec,
        seen.stacks,
        seen.in_build_cache,
        seen.authority,
        seen.place,
        seen.size,
        seen.tarball,
    )
