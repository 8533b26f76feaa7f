"""Fragments of many rows, packed: a page is gathered by a few array operations, not by a look-up for each row.

Texts stand below each other in a table, each in as many bytes as the longest takes, and what row stands where is an
array. To gather a page, its texts are copied to their places in the answer in ascending order, as wide as the table is:
each covers what the one before it left behind its end. That takes a sixth of the time of looking up two thousand
objects and joining them, which lie all over the memory. Long texts are kept as objects, and taken from an array.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from schema.columns import Integers

N = TypeVar("N", bound=np.integer)

Pieces: TypeAlias = "Sequence[bytes | memoryview]"
"""Bytes of an answer, in order."""

WIDEST = 256
"""Bytes of a text in the table: of longer ones, joining objects costs no more than copying what is behind their end."""

WIDTHS = 8
"""Bytes that a table grows wider by."""

NOWHERE = -1
"""The place of a row that has no text yet."""


class _Table(NamedTuple):
    """`places` of texts by row; `texts` are of one width, of which `lengths` count, or objects."""

    places: NDArray[np.int32]
    texts: NDArray[np.void] | NDArray[np.object_]
    lengths: NDArray[np.int64]

    @property
    def is_wide(self) -> bool:
        """Whether texts are objects, for one is wider than `WIDEST`."""
        return self.texts.dtype == np.object_

    @property
    def width(self) -> int:
        """Bytes that each text has in the table."""
        return self.texts.dtype.itemsize


class Packed:
    """Fragments of rows: `kept` is False once they were dropped.

    One thread at a time may add; any may read meanwhile, for what is there stays where it is, and a table that has no
    room any more is replaced by a copy.
    """

    __slots__ = ("_count", "_objects", "_table", "kept", "size", "used")

    def __init__(self, rows: int) -> None:
        """Begin with room for texts of so many rows."""
        self._table = _Table(
            np.full(rows, NOWHERE, dtype=np.int32), np.empty(0, dtype="V8"), np.empty(0, dtype=np.int64)
        )
        self._count = 0
        self._objects = 0
        self.kept = True
        self.size = self._table.places.nbytes
        self.used = 0

    def __len__(self) -> int:
        return self._count

    @property
    def texts(self) -> NDArray[np.void] | NDArray[np.object_]:
        """The texts, by place."""
        return self._table.texts

    def missing(self, rows: Integers) -> Integers:
        """Return the positions among these rows of those that have no text yet."""
        places = self._table.places
        if len(rows) and int(rows.max()) >= len(places):
            places = _grown(places, int(rows.max()) + 1, NOWHERE)
        return np.flatnonzero(places.take(rows) < 0)

    def pieces(self, rows: Integers) -> Pieces | None:
        """Return the texts of these rows, one after the other; None where one has no text yet."""
        table = self._table
        try:
            places = table.places.take(rows)
        except IndexError:
            return None
        if not len(places):
            return []
        if int(places.min()) < 0:
            return None
        if table.is_wide:
            texts: list[bytes] = table.texts.take(places).tolist()
            return texts
        return [_gathered(table, places)]

    def add(self, rows: Integers, texts: Sequence[bytes]) -> int:
        """Add texts of rows that have none yet, and return how many bytes they take."""
        new = self.missing(rows)
        if not len(new):
            return 0
        if len(new) < len(rows):
            rows, texts = rows[new], [texts[place] for place in new.tolist()]
        table = self._table = self._with_room(int(rows.max()) + 1, self._count + len(rows), max(map(len, texts)))
        places = np.arange(self._count, self._count + len(rows), dtype=np.int32)
        if table.is_wide:
            for place, text in zip(places.tolist(), texts, strict=True):
                table.texts[place] = text
        else:
            table.texts[places] = np.array(texts, dtype=f"S{table.width}").view(table.texts.dtype)
        table.lengths[places] = list(map(len, texts))
        self._count += len(rows)
        # Last, for who reads meanwhile.
        table.places[rows] = places
        self._objects += sum(map(sys.getsizeof, texts)) if table.is_wide else 0
        size = sum(values.nbytes for values in table) + self._objects
        before, self.size = self.size, size
        return size - before

    def _with_room(self, rows: int, count: int, width: int) -> _Table:
        """Return the table, or a larger copy, for so many rows and texts, and for texts of that width."""
        table = self._table
        width = max(table.width, -(-width // WIDTHS) * WIDTHS)
        is_wide = table.is_wide or width > WIDEST
        enough = rows <= len(table.places) and count <= len(table.lengths)
        if enough and is_wide == table.is_wide and (is_wide or width == table.width):
            return table
        capacity = len(table.lengths) if count <= len(table.lengths) else max(count, 2 * len(table.lengths))
        texts = np.empty(capacity, dtype=np.object_ if is_wide else f"V{width}")
        used = self._count
        if is_wide and not table.is_wide:
            for place, text in enumerate(_taken_apart(table, used)):
                texts[place] = text
                self._objects += sys.getsizeof(text)
        elif is_wide or width == table.width:
            texts[:used] = table.texts[:used]
        else:
            wider = texts.view(np.uint8).reshape(capacity, width)
            wider[:used, : table.width] = table.texts.view(np.uint8).reshape(-1, table.width)[:used]
        return _Table(_grown(table.places, rows, NOWHERE), texts, _grown(table.lengths, capacity, 0))


def _grown(values: NDArray[N], length: int, filled: int) -> NDArray[N]:
    """Return a copy of values, with others behind them up to a length."""
    grown = np.full(max(length, len(values)), filled, dtype=values.dtype)
    grown[: len(values)] = values
    return grown


def _taken_apart(table: _Table, count: int) -> list[bytes]:
    """Return the first texts of a table as objects."""
    lengths = table.lengths[:count].tolist()
    return [text.tobytes()[:length] for text, length in zip(table.texts[:count], lengths, strict=True)]


def _gathered(table: _Table, places: Integers) -> memoryview:
    """Return the texts at these places, one after the other."""
    lengths = table.lengths.take(places)
    begins = np.add.accumulate(lengths)
    total = int(begins[-1])
    begins -= lengths
    # The last text is written in its whole width too.
    out = np.empty(total + table.width, dtype=np.uint8)
    # One item at each byte. numpy assigns in the order of the indexes, also where items overlap: a test holds it to it.
    windows = np.ndarray((total,), dtype=table.texts.dtype, buffer=out, strides=(1,))
    windows[begins] = table.texts.take(places)
    return out.data[:total]
