"""What every reader yields: records that `graph.build` joins, and problems that it counts.

A reader is an iterator of `Reading`. A `Problem` takes the place of the one thing that could not be read, so that
a bad page or spec never costs its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import IntEnum
from typing import NamedTuple

from msgspec import Struct

from graph.model import Compiler, Spec
from graph.targets import Microarchitecture


class Authority(IntEnum):
    """How much of a spec its source records; where two sources describe one hash, the higher is believed.

    A page prints a spec; a spec file and an index are Spack's own record of it.
    """

    PAGE = 1
    SPEC_FILE = 2
    INDEX = 3


class SpecRecord(Struct, frozen=True):
    """A spec in a snapshot: what it is, and where this source saw it.

    `size` is in bytes of the binary and `tarball` its path in the mirror; None where not recorded. `stacks` may be
    empty: then the spec is in the snapshot and in none of its stacks. `place` names the file and line or JSON path.
    """

    snapshot: str
    spec: Spec
    stacks: tuple[str, ...]
    in_build_cache: bool
    authority: Authority
    place: str
    size: int | None = None
    tarball: str | None = None


class PackageRecord(Struct, frozen=True):
    """A package that a source names without the hashes of its specs, as pages before October 2022 do."""

    snapshot: str
    package: str
    versions: tuple[str, ...]
    compilers: tuple[Compiler, ...]
    place: str


class RootRecord(Struct, frozen=True):
    """A spec that its user asked for itself, and not for another's sake: a root of a lock.

    `asked` is what was asked for, as it was written ("hdf5+mpi"); None where that is not recorded, and so is `stack`.
    """

    snapshot: str
    stack: str | None
    hash: str
    asked: str | None
    place: str


class StackRecord(Struct, frozen=True):
    """A stack that a source lists; an index with no spec is a stack all the same."""

    snapshot: str
    stack: str
    place: str


class TargetRecord(Struct, frozen=True):
    """A target that an index records as an object, with what it says of vendor, generation and parents."""

    target: Microarchitecture
    place: str


class SourceRecord(Struct, frozen=True):
    """One file that was read and the snapshot that it fed.

    `name` is the path as users know it: relative to the folder or archive they named, never a machine's own path.
    `format` is the reader's name for what it found, such as "build-cache index, database version 8".
    """

    snapshot: str
    name: str
    format: str


class Problem(Struct, frozen=True):
    """One thing that could not be read: where, and what was expected there."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


Reading = SpecRecord | PackageRecord | RootRecord | StackRecord | TargetRecord | SourceRecord | Problem
Readings = Iterator[Reading]


class Batch(NamedTuple):
    """What one file gives, or one mirror's spec manifests; `readings` is None where it gives what it gave before.

    `key` tells the file and how it is read; "" is for what cannot be known again. `seen` has a fingerprint of each
    file that was looked at, once the readings are at their end.
    """

    key: str
    seen: Mapping[str, str]
    readings: Iterable[Reading] | None


class Progress(Struct, frozen=True):
    """How far a long piece of work has come: `done` of `total` files, and what is being read now.

    `received` counts the bytes that came from servers, `expected` those of all files that were asked for so far, as
    far as the servers say (never less than received); both are 0 where nothing is fetched. `specs` counts the specs
    read. There may be several reports with the same `done`.
    """

    done: int
    total: int
    name: str
    received: int = 0
    expected: int = 0
    specs: int = 0


Report = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Report nothing: the default for callers that show no progress."""
