"""What each file of the sources gave to a snapshot file: with it, `graph.update` need not read again what stayed.

A part is what one file gave, or one mirror's spec manifests, by rows of the universe. A spec that several parts
describe alike is stored once, as the universe has it; what a part says otherwise is kept with the part.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph.bitmaps import bitmap_of
from graph.model import Compiler, Dependency, Spec
from graph.sources.records import Problem, SourceRecord
from graph.targets import Microarchitecture

LEDGER_VERSION = 1
"""Rises whenever a reader reads a file otherwise than before: what was read by another version is read again."""

NO_ROWS = FrozenBitMap()


class Holding(Struct, frozen=True):
    """What a part says of one snapshot: its specs, those with a binary, those of each stack, sizes and paths."""

    rows: FrozenBitMap
    binaries: FrozenBitMap
    stacks: dict[str, FrozenBitMap]
    details: dict[int, tuple[int | None, str | None]]
    mentions: dict[str, tuple[tuple[str, ...], tuple[Compiler, ...]]]


class Part(Struct, frozen=True):
    """What one file gave.

    `key` names the file and how it is read, without telling where it lies; "" is for what is read again each time.
    `seen` has a fingerprint for each name that was looked at. `described` are rows by authority; `differing` is what
    the part says of a row otherwise than the universe has it.
    """

    key: str
    seen: dict[str, str]
    sources: tuple[SourceRecord, ...]
    problems: tuple[Problem, ...]
    targets: tuple[Microarchitecture, ...]
    described: dict[int, FrozenBitMap]
    holdings: dict[str, Holding]
    differing: tuple[tuple[int, int, Spec], ...]


class Ledger(Struct, frozen=True):
    """All parts in the order in which they were read, and what of the specs the universe does not tell.

    `given_compilers` are the rows whose compiler no source records, and a dependency tells. `dangling` are the edges
    that lead to no spec. `odd` are specs whose edges name other packages than they lead to.
    """

    parts: tuple[Part, ...]
    given_compilers: FrozenBitMap = NO_ROWS
    dangling: tuple[tuple[int, Dependency], ...] = ()
    odd: tuple[tuple[int, Spec], ...] = ()
    version: int = LEDGER_VERSION


def remapped(rows: FrozenBitMap, new: NDArray[np.integer]) -> FrozenBitMap:
    """Return the rows under their new numbers."""
    return bitmap_of(np.sort(new[np.frombuffer(rows.to_array(), dtype=np.uint32)]))


def renumbered(part: Part, new: NDArray[np.integer]) -> Part:
    """Return a part under new numbers of rows; `differing` is not taken over."""

    known: dict[bytes, FrozenBitMap] = {}

    def of_rows(rows: FrozenBitMap) -> FrozenBitMap:
        # Most often a part has one set of rows, which it describes and has in its stack, with binaries.
        data = rows.serialize()
        if data not in known:
            known[data] = remapped(rows, new)
        return known[data]

    def of(holding: Holding) -> Holding:
        return Holding(
            rows=of_rows(holding.rows),
            binaries=of_rows(holding.binaries),
            stacks={stack: of_rows(rows) for stack, rows in holding.stacks.items()},
            details=dict(sorted((int(new[row]), detail) for row, detail in holding.details.items())),
            mentions=holding.mentions,
        )

    return msgspec.structs.replace(
        part,
        described={authority: of_rows(rows) for authority, rows in part.described.items()},
        holdings={name: of(holding) for name, holding in part.holdings.items()},
        differing=(),
    )


def encoded(ledger: Ledger) -> bytes:
    """Return a ledger as bytes; equal ledgers give equal bytes, for all its dictionaries are sorted."""
    return _encoder.encode(ledger)


def decoded(data: bytes) -> Ledger | None:
    """Return the ledger of these bytes; None for one of another version."""
    if msgspec.msgpack.decode(data, type=_Versioned).version != LEDGER_VERSION:
        return None
    return _decoder.decode(data)


class _Versioned(Struct):
    version: int


def _as_bytes(value: Any) -> bytes:
    assert isinstance(value, FrozenBitMap), value
    return value.serialize()


def _of_bytes(kind: type, data: Any) -> Any:
    assert kind is FrozenBitMap, kind
    return FrozenBitMap.deserialize(data)


_encoder = msgspec.msgpack.Encoder(enc_hook=_as_bytes)
_decoder = msgspec.msgpack.Decoder(Ledger, dec_hook=_of_bytes)
