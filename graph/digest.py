"""The digest of a snapshot: equal digests, equal answers.

It covers what a snapshot answers with, and nothing of how it came in: not the order of sources, not their paths, not
the time, and not what other snapshots are loaded beside it. Rows are named by their rank in the snapshot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph.bitmaps import bitmap_of
from graph.model import LINK_AND_RUN
from graph.snapshot import Snapshot
from graph.sparse import distinct, edges_of
from graph.universe import Column, Universe
from graph.unpacking import specs_of

DIGEST_VERSION = b"specgraph-snapshot-2"
"""Changes whenever what is covered, or its encoding, changes."""

SPEC_DIGEST_BYTES = 16
"""Bytes of one spec's digest: 128 bits, far beyond chance for any number of specs."""

SPECS_AT_ONCE = 8_192
"""Specs that are put together at once: some megabytes."""

_encoder = msgspec.msgpack.Encoder(order="deterministic")


def spec_digests(universe: Universe) -> NDArray[np.uint8]:
    """Return the digest of each row's content but its edges, as an array of shape (rows, `SPEC_DIGEST_BYTES`).

    Which of its edges a spec has in a snapshot depends on what else the snapshot holds.
    """
    digests = bytearray()
    for first in range(0, len(universe), SPECS_AT_ONCE):
        rows = np.arange(first, min(first + SPECS_AT_ONCE, len(universe)))
        for spec in specs_of(universe, rows, edges=False):
            digests += hashlib.blake2b(_encoder.encode(spec), digest_size=SPEC_DIGEST_BYTES).digest()
    return np.frombuffer(bytes(digests), dtype=np.uint8).reshape(-1, SPEC_DIGEST_BYTES)


def snapshot_digest(snapshot: Snapshot, digests: NDArray[np.uint8]) -> str:
    """Return the digest of a snapshot's content as 64 hexadecimal digits.

    `digests` are those of all rows of its universe, by `spec_digests`. The snapshot's own `digest` is not read.
    """
    universe = snapshot.universe
    members = Snapshot.row_array(snapshot.rows)
    state = hashlib.sha256(DIGEST_VERSION)

    def take(content: object) -> None:
        encoded = _encoder.encode(content)
        state.update(len(encoded).to_bytes(8, "big"))
        state.update(encoded)

    rank = np.zeros(len(universe), dtype="<u4")
    rank[members] = np.arange(len(members))

    def ranks(subset: FrozenBitMap) -> bytes:
        return rank.take(Snapshot.row_array(subset)).tobytes()

    take(snapshot.name)
    take([universe.targets.microarchitecture(name) for name in snapshot.targets])
    take(len(members))
    state.update(digests[members].tobytes())
    for part in _edges(snapshot, rank):
        take(part)
    take(ranks(snapshot.binaries))
    for stack, held in zip(snapshot.stacks, snapshot.stack_rows, strict=True):
        take((stack, ranks(held)))
    take([(universe.hashes[row], b.size, b.tarball) for row, b in sorted(snapshot.binary.items())])
    take([(universe.packages[p], m.versions, m.compilers) for p, m in sorted(snapshot.mentions.items())])
    return state.hexdigest()


def _edges(snapshot: Snapshot, rank: NDArray[np.uint32]) -> Iterator[object]:
    """Yield what the snapshot's own edges are, by ranks; and which specs lack a dependency that they link or run.

    Numbers are as narrow as they can be: most of the time goes into digesting them.
    """
    universe, edges = snapshot.universe, snapshot.universe.dependencies
    members = Snapshot.row_array(snapshot.rows).astype(np.int64)
    degree = np.diff(edges.start).take(members)
    lacking = universe.unresolved & snapshot.rows
    # A snapshot of the whole universe has each edge in its place.
    whole = len(members) == len(universe)
    positions = slice(None) if whole else edges_of(edges.start, members)
    heads, deptypes, virtual_set = edges.row[positions], edges.deptypes[positions], edges.virtual_set[positions]
    inside = snapshot.holds.take(heads) if not whole else snapshot.holds
    if not inside.all():
        tails = np.repeat(np.arange(len(members)), degree)
        leaving = tails[~inside & ((deptypes & int(LINK_AND_RUN)) != 0)]
        lacking |= bitmap_of(members[distinct(leaving)])
        degree = np.bincount(tails[inside], minlength=len(members))
        heads, deptypes, virtual_set = heads[inside], deptypes[inside], virtual_set[inside]
    names, places = _named(universe, virtual_set)
    yield names
    columns: tuple[NDArray[Any], ...] = (
        degree.astype("<u4"),
        heads.astype("<u4") if whole else rank.take(heads),
        deptypes,
        places,
    )
    for column in columns:
        yield np.ascontiguousarray(column).data.cast("B")
    yield rank.take(Snapshot.row_array(lacking)).tobytes()


def _named(universe: Universe, virtual_set: Column) -> tuple[list[tuple[str, ...]], NDArray[Any]]:
    """Return the sets of virtuals in use, sorted, and the place of each edge's among them."""
    used = np.flatnonzero(np.bincount(virtual_set, minlength=len(universe.virtual_sets))).tolist()
    used.sort(key=universe.virtual_sets.__getitem__)
    narrowest = np.min_scalar_type(len(used)).newbyteorder("<")
    place = np.zeros(len(universe.virtual_sets), dtype=narrowest)
    place[used] = np.arange(len(used))
    return [universe.virtual_sets[position] for position in used], place.take(virtual_set)
