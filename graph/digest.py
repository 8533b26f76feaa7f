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
from graph.sparse import edges_of
from graph.universe import Marks, Universe

DIGEST_VERSION = b"specgraph-snapshot-1"
"""Changes whenever what is covered, or its encoding, changes."""

SPEC_DIGEST_BYTES = 16
"""Bytes of one spec's digest: 128 bits, far beyond chance for any number of specs."""

_encoder = msgspec.msgpack.Encoder(order="deterministic")


def spec_digests(universe: Universe) -> NDArray[np.uint8]:
    """Return the digest of each row's content but its edges, as an array of shape (rows, `SPEC_DIGEST_BYTES`).

    Which of its edges a spec has in a snapshot depends on what else the snapshot holds.
    """
    digests = bytearray()
    for row in range(len(universe)):
        encoded = _encoder.encode(universe.spec(row, edges=False))
        digests += hashlib.blake2b(encoded, digest_size=SPEC_DIGEST_BYTES).digest()
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

    def ranks(subset: FrozenBitMap) -> bytes:
        found = np.searchsorted(members, Snapshot.row_array(subset))
        return found.astype("<u4").tobytes()

    take(snapshot.name)
    take([universe.targets.microarchitecture(name) for name in snapshot.targets])
    take(len(members))
    state.update(digests[members].tobytes())
    for part in _edges(snapshot):
        take(part)
    take(ranks(snapshot.binaries))
    for stack, held in zip(snapshot.stacks, snapshot.stack_rows, strict=True):
        take((stack, ranks(held)))
    take([(universe.hashes[row], b.size, b.tarball) for row, b in sorted(snapshot.binary.items())])
    take([(universe.packages[p], m.versions, m.compilers) for p, m in sorted(snapshot.mentions.items())])
    return state.hexdigest()


def _all_or(marks: Marks) -> Marks | slice:
    """Return an index of what is marked: where that is all, one that copies nothing."""
    return slice(None) if marks.all() else marks


def _edges(snapshot: Snapshot) -> Iterator[object]:
    """Yield what the snapshot's own edges are, by ranks; and which specs lack a dependency that they link or run."""
    universe, edges = snapshot.universe, snapshot.universe.dependencies
    members = Snapshot.row_array(snapshot.rows).astype(np.int64)
    positions, tails = (
        edges_of(edges.start, members),
        np.repeat(members, edges.start[members + 1] - edges.start[members]),
    )
    heads, deptypes = edges.row[positions], edges.deptypes[positions]
    inside = snapshot.holds.take(heads)
    rank = np.zeros(len(universe), dtype=np.int64)
    rank[members] = np.arange(len(members))
    own = _all_or(inside)
    virtual_set = edges.virtual_set.take(positions[own])
    used = np.flatnonzero(np.bincount(virtual_set, minlength=len(universe.virtual_sets))).tolist()
    used.sort(key=universe.virtual_sets.__getitem__)
    place = np.zeros(len(universe.virtual_sets), dtype=np.int64)
    place[used] = np.arange(len(used))
    yield [universe.virtual_sets[position] for position in used]
    columns: tuple[NDArray[Any], ...] = (
        rank.take(tails[own]),
        rank.take(heads[own]),
        deptypes[own],
        place.take(virtual_set),
    )
    for column in columns:
        yield column.astype("<i8", copy=False).data.cast("B")
    leaving = ~inside & ((deptypes & int(LINK_AND_RUN)) != 0)
    lacking = (universe.unresolved | bitmap_of(np.unique(tails[leaving]))) & snapshot.rows
    yield np.searchsorted(members, Snapshot.row_array(lacking)).astype("<i8").tobytes()
