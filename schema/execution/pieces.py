"""Pieces of an answer: bytes one after the other that are sent as they lie, where joining them costs more."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from graph import native
from schema.execution import numpy_gathering

if TYPE_CHECKING:
    from schema.execution.numpy_gathering import joined as _joined
else:
    _joined = (native.kernel("schema.execution.gathering") or numpy_gathering).joined

Pieces: TypeAlias = "Sequence[bytes | memoryview]"
"""Bytes of an answer, in order."""

MOST_PIECES = 64
"""Pieces of an answer: the system takes 1,024 in one write."""

PIECE_BYTES = 4_096
"""Bytes of a piece on the average from which on copying it costs more than one piece more to be sent (measured: 256 KiB
in pieces of 4 KiB take 54 microseconds, joined 72)."""


class Parts(NamedTuple):
    """Texts one after the other, and how long each of them is."""

    together: bytes
    lengths: Sequence[int]

    def apart(self) -> list[bytes]:
        """Return each text by itself."""
        ends = accumulate(self.lengths)
        return [self.together[end - length : end] for end, length in zip(ends, self.lengths, strict=True)]


def parts_of(texts: Sequence[bytes]) -> Parts:
    """Return texts as parts."""
    return Parts(b"".join(texts), list(map(len, texts)))


LONG_BYTES = 2**20
"""Bytes from which on Python's own join, which holds up all threads where pieces are views, is not used."""


def joined(pieces: Pieces) -> bytes:
    """Return pieces as one; where they are long, and the kernel is there, other threads go on meanwhile."""
    return b"".join(pieces) if sum(map(len, pieces)) < LONG_BYTES else _joined(pieces)


def large(pieces: Pieces) -> Pieces:
    """Return pieces as they are where they are few, and large on the average, else one."""
    if len(pieces) <= MOST_PIECES and sum(map(len, pieces)) >= len(pieces) * PIECE_BYTES:
        return pieces
    return (b"".join(pieces),)
