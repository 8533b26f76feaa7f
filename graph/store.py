"""Snapshot files: a catalogue written as one file of columns, and opened by memory map.

What `graph.build` made is written section by section (`graph.container`) and read back as the same objects over the
map. Small tables are decoded when the file is opened; hashes, sets of variants and the like stay packed
(`graph.tables`), so that opening costs little and processes that open one file share its memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph.bitmaps import packed_rows
from graph.container import Container, Content, write_file
from graph.derived import NAMES, VERSION, Arrays, check_derived, derived_arrays
from graph.ledger import Ledger, decoded, encoded
from graph.model import Compiler, Flags, Variant
from graph.snapshot import NO_SIZE, Binary, Catalogue, Mention, Sizes, Snapshot
from graph.soundness import (
    BITMAPS,
    FACETS,
    Unsound,
    check_binaries,
    check_packed,
    check_snapshot,
    check_texts,
    check_universe,
)
from graph.tables import Packed, packed
from graph.targets import ARCHSPEC, Microarchitecture, TargetTable
from graph.universe import Adjacency, Facet, Names, Universe

T = TypeVar("T")

DECODED_AT_ONCE = 20_000
"""Names in a table up to which it is decoded when the file is opened: 2 MB, read in every answer."""

_ARRAYS = ("rows_in_hash_order", "package_start", "package", "variant_set", "flag_set")
_DIRECTIONS = ("dependencies", "dependents")


LEDGER, DIGESTS = "ledger", "digests"
"""The sections of a file's record."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept of a build beside its catalogue, so that the next one need not begin anew (`graph.update`)."""

    ledger: Ledger
    digests: NDArray[np.uint8]
    generation: NDArray[np.int32] | None = None
    """What the file says that `Universe.generation` is: unchecked, and not written from here."""


class _SnapshotEntry(Struct, frozen=True):
    """What a file says of a snapshot beside its bitmaps."""

    name: str
    digest: str
    ingested_at: datetime
    stacks: tuple[str, ...]
    sources: tuple[str, ...]
    mentions: dict[int, tuple[tuple[str, ...], tuple[Compiler, ...]]]


class _Contents(Struct, frozen=True):
    """The first section: what else there is."""

    snapshots: tuple[_SnapshotEntry, ...]
    virtual_sets: tuple[tuple[str, ...], ...]
    targets: tuple[Microarchitecture, ...]
    derived: int = 0
    """The version of what is derived (`graph.derived`); 0 says that nothing is."""


def save(catalogue: Catalogue, path: Path, *, record: Record | None = None) -> None:
    """Write a catalogue as a snapshot file, in place of whatever is at the path, in one step.

    With the `record` of its build the file can be updated. The same catalogue gives the same bytes, but for the time
    at which each snapshot came in. Which snapshot is the default is not written: that is said when the file is
    opened. Raises `SourceError` where it cannot be written.
    """
    universe = catalogue.universe
    sections: dict[str, Content] = {"contents": msgspec.json.encode(_contents(catalogue))}
    sections |= _texts("hashes", universe.hashes) | _texts("packages", universe.packages)
    sections |= {name: getattr(universe, name) for name in _ARRAYS}
    for name in FACETS:
        facet: Facet = getattr(universe, name)
        sections |= _texts(name, facet.values) | {f"{name}.column": facet.column}
    sections |= {name: getattr(universe, name).serialize() for name in BITMAPS}
    sections |= _packed("variant_sets", universe.variant_sets, msgspec.msgpack.encode)
    sections |= _packed("flag_sets", universe.flag_sets, msgspec.msgpack.encode)
    for direction in _DIRECTIONS:
        adjacency: Adjacency = getattr(universe, direction)
        sections |= {f"{direction}.{field.name}": getattr(adjacency, field.name) for field in fields(Adjacency)}
    sections |= {_derived_section(name): array for name, array in derived_arrays(universe).items()}
    for position, snapshot in enumerate(catalogue):
        sections |= _snapshot_sections(f"snapshot.{position}", snapshot)
    if record is not None:
        sections |= {LEDGER: encoded(record.ledger), DIGESTS: record.digests}
    write_file(path, sections)


def open_record(path: Path) -> Record | None:
    """Return the record of a snapshot file's build; None where the file has none, or one of another version.

    Checksums are not compared: that is done by whoever opens the catalogue.
    """
    container = Container(path)
    if LEDGER not in container or DIGESTS not in container:
        return None
    try:
        ledger = decoded(container.data(LEDGER))
    except (msgspec.MsgspecError, ValueError, TypeError, LookupError) as error:
        raise container.damaged(f"in {LEDGER}") from error
    if ledger is None:
        return None
    generation = _derived_section("generation")
    return Record(ledger, container.array(DIGESTS), container.array(generation) if generation in container else None)


def _contents(catalogue: Catalogue) -> _Contents:
    table = catalogue.universe.targets
    recorded = (table.microarchitecture(name) for name in table.names() if ARCHSPEC.known(name) is None)
    entries = (
        _SnapshotEntry(
            name=snapshot.name,
            digest=snapshot.digest,
            ingested_at=snapshot.ingested_at,
            stacks=tuple(snapshot.stacks),
            sources=snapshot.sources,
            mentions={p: (m.versions, m.compilers) for p, m in sorted(snapshot.mentions.items())},
        )
        for snapshot in catalogue
    )
    return _Contents(tuple(entries), catalogue.universe.virtual_sets, tuple(recorded), VERSION)


def _derived_section(name: str) -> str:
    return f"derived.{name}"


def _texts(name: str, texts: Sequence[str]) -> dict[str, Content]:
    return _packed(name, texts, str.encode)


def _packed(name: str, values: Sequence[T], encode: Callable[[T], bytes]) -> dict[str, Content]:
    data, offsets = packed(values, encode)
    return {f"{name}.data": data, f"{name}.offsets": offsets}


def _snapshot_sections(prefix: str, snapshot: Snapshot) -> dict[str, Content]:
    rows = sorted(snapshot.binary)
    binaries = [snapshot.binary[row] for row in rows]
    sections: dict[str, Content] = {
        f"{prefix}.rows": snapshot.rows.serialize(),
        f"{prefix}.binaries": snapshot.binaries.serialize(),
        f"{prefix}.binary.rows": np.array(rows, dtype=np.int32),
        f"{prefix}.binary.sizes": np.array([NO_SIZE if b.size is None else b.size for b in binaries], dtype=np.int64),
    }
    sections |= _packed(f"{prefix}.binary.tarballs", binaries, lambda b: (b.tarball or "").encode())
    return sections | _packed(f"{prefix}.stacks", snapshot.stack_rows, FrozenBitMap.serialize)


class Binaries(Mapping[int, Binary]):
    """What is recorded of binaries, by row, over the columns of a file."""

    def __init__(self, rows: NDArray[np.int32], sizes: NDArray[np.int64], tarballs: Sequence[str]) -> None:
        self._rows = rows
        self._sizes = sizes
        self._tarballs = tarballs

    def __getitem__(self, row: int) -> Binary:
        place = int(np.searchsorted(self._rows, row))
        if place == len(self._rows) or self._rows[place] != row:
            raise KeyError(row)
        size = int(self._sizes[place])
        return Binary(None if size == NO_SIZE else size, self._tarballs[place] or None)

    def sizes(self) -> Sizes:
        """Return the rows, ascending, and the size of each."""
        return self._rows, self._sizes

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows.tolist())

    def __len__(self) -> int:
        return len(self._rows)


def open_file(path: Path, *, default: str | None = None, derived: bool = True) -> Catalogue:
    """Open a snapshot file; `default` names the default snapshot (see `graph.snapshot.default_name`).

    Without `derived` what the file holds as such is neither checked nor used: whoever asks few questions needs little
    of it.

    All checksums are compared first, so that a damaged file is refused here and not found out in an answer (measured:
    1 s of CPU a gigabyte or less); then that what was read fits together (`graph.soundness`). Raises `SourceError` for
    a file that is none, damaged or of a later format, `UnknownSnapshot` for the default.
    """
    container = Container(path)
    container.verify()
    try:
        return _opened(container, default, derived=derived)
    except Unsound as error:
        raise container.damaged(f"in {error}") from None
    except (msgspec.MsgspecError, ValueError, TypeError, LookupError) as error:
        raise container.damaged(f"in what cannot be decoded ({type(error).__name__})") from error


def _opened(container: Container, default: str | None, *, derived: bool) -> Catalogue:
    contents = msgspec.json.decode(container.data("contents"), type=_Contents)
    universe = _universe(container, contents, derived=derived)
    snapshots = (
        _snapshot(container, f"snapshot.{position}", entry, universe)
        for position, entry in enumerate(contents.snapshots)
    )
    return Catalogue(snapshots, universe=universe, default=default)


def _universe(container: Container, contents: _Contents, *, derived: bool) -> Universe:
    arrays = {}
    if derived and contents.derived == VERSION:
        arrays = {name: container.array(_derived_section(name)) for name in NAMES}
    columns: dict[str, Any] = {
        **{name: container.array(name) for name in _ARRAYS},
        **{name: _facet(container, name, arrays) for name in FACETS},
        **{name: _bitmap(container.data(name)) for name in BITMAPS},
        **{name: _adjacency(container, name) for name in _DIRECTIONS},
    }
    universe = Universe(
        hashes=_read_texts(container, "hashes"),
        packages=_names(container, "packages"),
        variant_sets=_read_packed(container, "variant_sets", msgspec.msgpack.Decoder(tuple[Variant, ...]).decode),
        flag_sets=_read_packed(container, "flag_sets", msgspec.msgpack.Decoder(tuple[Flags, ...]).decode),
        virtual_sets=contents.virtual_sets,
        targets=TargetTable(contents.targets),
        derived=arrays,
        **columns,
    )
    check_universe(universe)
    if arrays:
        check_derived(universe)
    return universe


def _facet(container: Container, name: str, arrays: Arrays) -> Facet:
    return Facet(_names(container, name), container.array(f"{name}.column"), packed_rows(arrays, name))


def _adjacency(container: Container, direction: str) -> Adjacency:
    return Adjacency(*(container.array(f"{direction}.{field.name}") for field in fields(Adjacency)))


def _read_packed(container: Container, name: str, decode: Callable[[bytes], T]) -> Packed[T]:
    table = Packed(container.array(f"{name}.data"), container.array(f"{name}.offsets"), decode)
    check_packed(name, table)
    return table


def _bitmap(data: bytes) -> FrozenBitMap:
    """Return the bitmap of these bytes, of which none may be left over; raises `ValueError` or `LookupError`."""
    found = FrozenBitMap.deserialize(data)
    if found.serialize() != data:
        raise Unsound("a bitmap")
    return found


def _read_texts(container: Container, name: str) -> Packed[str]:
    table = Packed(container.array(f"{name}.data"), container.array(f"{name}.offsets"), bytes.decode)
    check_texts(name, table)
    return table


def _names(container: Container, name: str) -> Names:
    found = _read_texts(container, name)
    return Names(tuple(found) if len(found) <= DECODED_AT_ONCE else found)


def _snapshot(container: Container, prefix: str, entry: _SnapshotEntry, universe: Universe) -> Snapshot:
    stacks = _read_packed(container, f"{prefix}.stacks", _bitmap)
    rows, sizes = container.array(f"{prefix}.binary.rows"), container.array(f"{prefix}.binary.sizes")
    tarballs = _read_texts(container, f"{prefix}.binary.tarballs")
    check_binaries(f"{prefix}.binary", rows, sizes, tarballs, len(universe))
    snapshot = Snapshot(
        name=entry.name,
        universe=universe,
        rows=_bitmap(container.data(f"{prefix}.rows")),
        binaries=_bitmap(container.data(f"{prefix}.binaries")),
        stacks=Names(entry.stacks),
        stack_rows=tuple(stacks),
        binary=Binaries(rows, sizes, tarballs),
        mentions={p: Mention(versions, compilers) for p, (versions, compilers) in entry.mentions.items()},
        sources=entry.sources,
        ingested_at=entry.ingested_at,
        digest=entry.digest,
    )
    check_snapshot(snapshot)
    return snapshot
