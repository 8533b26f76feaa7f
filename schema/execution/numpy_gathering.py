"""Texts that lie apart copied one after the other, in numpy: what is run where `gathering` is not built.

They are copied to their places in the answer in ascending order, in windows of one width: what is copied behind the end
of a text is covered by the next one. That takes a fraction of the time of a slice for each text, which is an object.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from schema.columns import Integers

WINDOW = 256
"""Bytes of a text that are copied at a time: of a longer one in several steps."""

WINDOWS = 8
"""Bytes that windows differ by: the widest text of a page is copied in one that is hardly wider."""


def gathered(
    places: Integers, begins: NDArray[np.int64], block_begins: Sequence[int], blocks: Sequence[NDArray[np.uint8]]
) -> memoryview:
    """Return a copy of the texts at these places, one after the other.

    Bytes are numbered through all blocks, each of which begins with a number of its own: the text at a place is those
    from `begins[place]` up to `begins[place + 1]`, in one block. Behind the bytes of each block a window more is there.
    """
    starts = begins.take(places)
    lengths = begins.take(places + 1) - starts
    ends = np.add.accumulate(lengths)
    total, longest = int(ends[-1]), int(lengths.max())
    width = min(WINDOW, -(-longest // WINDOWS) * WINDOWS)
    targets = ends - lengths
    if longest > width:
        counts = -(-lengths // width)
        upto = np.add.accumulate(counts)
        steps = (np.arange(int(upto[-1])) - np.repeat(upto - counts, counts)) * width
        starts, targets = np.repeat(starts, counts) + steps, np.repeat(targets, counts) + steps
    # The last text is written in whole windows too.
    out = np.empty(total + width, dtype=np.uint8)
    # numpy assigns in the order of the indexes, also where items overlap: a test holds it to it.
    _windows(out, width)[targets] = _taken(starts, width, block_begins, blocks)
    return out.data[:total]


def joined(pieces: Sequence[bytes | memoryview]) -> bytes:
    """Return pieces one after the other."""
    return b"".join(pieces)


def _taken(
    starts: Integers, width: int, block_begins: Sequence[int], blocks: Sequence[NDArray[np.uint8]]
) -> NDArray[np.void]:
    """Return the windows that begin there."""
    if len(blocks) == 1:
        return _windows(blocks[0], width)[starts - block_begins[0]]
    taken = np.empty(len(starts), dtype=f"V{width}")
    which = np.searchsorted(block_begins, starts, side="right") - 1
    for block in np.flatnonzero(np.bincount(which)).tolist():
        chosen = np.flatnonzero(which == block)
        taken[chosen] = _windows(blocks[block], width)[starts[chosen] - block_begins[block]]
    return taken


def _windows(data: NDArray[np.uint8], width: int) -> NDArray[np.void]:
    """Return what begins at each byte of an array, so wide."""
    return np.ndarray((len(data) - width + 1,), dtype=f"V{width}", buffer=data, strides=(1,))
