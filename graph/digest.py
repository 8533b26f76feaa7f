"""The digest of a snapshot: equal digests, equal answers.

It covers what a snapshot answers with, and nothing of how it came in: not the order of sources, not their paths, not
the time, and not what other snapshots are loaded beside it. Rows are named by their rank in the snapshot.
"""

from __future__ import annotations

import hashlib

import msgspec
import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph.snapshot import Snapshot
from graph.universe import Universe

DIGEST_VERSION = b"specgraph-snapshot-1"
"""Changes whenever what is covered, or its encoding, changes."""

SPEC_DIGEST_BYTES = 16
"""Bytes of one spec's digest: 128 bits, far beyond chance for any number of specs."""

_encoder = msgspec.msgpack.Encoder(order="deterministic")


def spec_digests(universe: Universe) -> NDArray[np.uint8]:
    """Return each row's content digest, as an array of shape (rows, `SPEC_DIGEST_BYTES`)."""
    digests = bytearray()
    for row in range(len(universe)):
        encoded = _encoder.encode(universe.spec(row))
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
    take(ranks(snapshot.binaries))
    for stack, held in zip(snapshot.stacks, snapshot.stack_rows, strict=True):
        take((stack, ranks(held)))
    take([(universe.hashes[row], b.size, b.tarball) for row, b in sorted(snapshot.binary.items())])
    take([(universe.packages[p], m.versions, m.compilers) for p, m in sorted(snapshot.mentions.items())])
    return state.hexdigest()
