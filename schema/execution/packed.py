"""Fragments of many rows, packed: a page is memory as it lies, or gathered in one go.

Texts stand one behind the other in blocks of memory, which never move: what row stands where is an array, and where
each text begins another. A page is mostly asked for as it was when its texts were added: then they stand side by side,
and the page is a slice of a block, which is not copied. A page that is some long runs is a slice for each. Any other
is gathered: its texts are copied one after the other, by the compiled kernel where there is one, or else by numpy.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph import native
from schema.columns import Integers
from schema.execution import numpy_gathering
from schema.execution.numpy_gathering import WINDOW
from schema.execution.pieces import MOST_PIECES, PIECE_BYTES, Parts, Pieces, parts_of

if TYPE_CHECKING:
    from schema.execution.numpy_gathering import gathered
else:
    gathered = (native.kernel("schema.execution.gathering") or numpy_gathering).gathered

BLOCK_BYTES = 8 * 2**20
"""The largest block, but for a page that is larger: the C library has pages of its own for it (`server.allocator`)."""

NOWHERE = -1
"""The place of a row that has no text yet."""


class _Texts(NamedTuple):
    """Texts by place, in blocks of memory.

    Bytes are numbered through all blocks: `begins` has the number of each text's first, and behind the last text where
    it ends; `block_begins` has that of each block. Behind the bytes of a block a window more is there.
    """

    begins: NDArray[np.int64]
    block_begins: tuple[int, ...]
    blocks: tuple[NDArray[np.uint8], ...]

    @property
    def room(self) -> int:
        """The number of the byte behind the last that there is room for."""
        return self.block_begins[-1] + len(self.blocks[-1]) - WINDOW if self.blocks else 0

    @property
    def memory(self) -> int:
        """The bytes of memory that they take, room for others included."""
        return self.begins.nbytes + sum(block.nbytes for block in self.blocks)

    def slices(self, first: int, end: int) -> Iterator[memoryview]:
        """Return the texts at these places, which stand side by side: a slice for each block."""
        begin, until = int(self.begins[first]), int(self.begins[end])
        block = bisect_right(self.block_begins, begin) - 1
        while begin < until:
            start = self.block_begins[block]
            stop = min(until, self.block_begins[block + 1]) if block + 1 < len(self.blocks) else until
            yield self.blocks[block].data[begin - start : stop - start]
            begin, block = stop, block + 1

    def pieces(self, places: Integers) -> Pieces:
        """Return the texts at these places: a slice for each run, or one copy where runs are short."""
        breaks = np.flatnonzero(places[1:] - places[:-1] != 1)
        runs = len(breaks) + 1
        if runs <= MOST_PIECES and self._size(places) >= runs * PIECE_BYTES:
            firsts = [0, *(breaks + 1).tolist()]
            ends = [*firsts[1:], len(places)]
            return [
                piece
                for first, end in zip(firsts, ends, strict=True)
                for piece in self.slices(int(places[first]), int(places[end - 1]) + 1)
            ]
        return [gathered(places, self.begins, self.block_begins, self.blocks)]

    def _size(self, places: Integers) -> int:
        return int((self.begins.take(places + 1) - self.begins.take(places)).sum())


class Packed:
    """Fragments of rows: `kept` is False once they were dropped.

    One thread at a time may add; any may read meanwhile, for what is there stays where it is, and a row has its place
    once its text can be read. Pieces stay valid as long as somebody holds them, and their blocks with them.
    """

    __slots__ = ("_count", "_end", "_places", "_texts", "kept", "size", "used")

    def __init__(self, rows: int) -> None:
        """Begin with room for the places of so many rows."""
        self._places = np.full(rows, NOWHERE, dtype=np.int32)
        self._texts = _Texts(np.zeros(1, dtype=np.int64), (), ())
        self._count = 0
        self._end = 0
        self.kept = True
        self.size = self._places.nbytes + self._texts.memory
        self.used = 0

    def __len__(self) -> int:
        return self._count

    def missing(self, rows: Integers) -> Integers:
        """Return the positions among these rows of those that have no text yet."""
        return np.flatnonzero(self._places.take(rows) < 0)

    def pieces(self, rows: Integers) -> Pieces | None:
        """Return the texts of these rows, one after the other; None where one has no text yet."""
        places = self._places.take(rows)
        if not len(places):
            return []
        # Behind the places: what has one is in here.
        texts = self._texts
        first, last = int(places[0]), int(places[-1])
        if first >= 0 and last - first == len(places) - 1:
            # As bytes, for that compares most quickly.
            in_order = np.arange(first, last + 1, dtype=places.dtype)
            if places.tobytes() == in_order.tobytes():
                return list(texts.slices(first, last + 1))
        if int(places.min()) < 0:
            return None
        return texts.pieces(places)

    def add(self, rows: Integers, texts: Parts) -> int:
        """Add texts of rows that have none yet, and return how many bytes of memory they take."""
        new = self.missing(rows)
        if not len(new):
            return 0
        if len(new) < len(rows):
            apart = texts.apart()
            rows, texts = rows[new], parts_of([apart[place] for place in new.tolist()])
        joined, lengths = texts
        found = self._texts = self._with_room(len(lengths), len(joined))
        start = self._end - found.block_begins[-1]
        found.blocks[-1][start : start + len(joined)] = np.frombuffer(joined, dtype=np.uint8)
        end = self._count + len(lengths)
        found.begins[self._count + 1 : end + 1] = np.add.accumulate(lengths) + self._end
        # Last, for who reads meanwhile.
        self._places[rows] = np.arange(self._count, end, dtype=np.int32)
        self._count, self._end = end, self._end + len(joined)
        before, self.size = self.size, self._places.nbytes + found.memory
        return self.size - before

    def _with_room(self, count: int, size: int) -> _Texts:
        """Return the texts, with room behind them for so many more of so many bytes together."""
        begins, block_begins, blocks = self._texts
        needed = self._count + count + 1
        if needed > len(begins):
            grown = np.empty(max(needed, 2 * len(begins)), dtype=np.int64)
            grown[: self._count + 1] = begins[: self._count + 1]
            begins = grown
        if self._end + size > self._texts.room:
            capacity = max(size, min(self._end, BLOCK_BYTES - WINDOW))
            block_begins = (*block_begins, self._end)
            blocks = (*blocks, np.empty(capacity + WINDOW, dtype=np.uint8))
        return _Texts(begins, block_begins, blocks)
