"""Bitmaps of rows: made from arrays, and kept within a bounded budget of memory where they were costly to compute."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap, FrozenBitMap

from graph.kept import Kept
from graph.sorting import stable_order


def bitmap_of(rows: NDArray[np.integer]) -> FrozenBitMap:
    """Return the rows of an array as a bitmap."""
    # pyroaring takes an array.array over as it is, and anything else item by item: ten times as slow.
    return FrozenBitMap(array("I", rows.astype(np.uint32).tobytes()))


def compact(parts: Iterable[FrozenBitMap]) -> FrozenBitMap:
    """Return the union of the parts, with runs of neighbours as such: so it takes the least memory."""
    found = BitMap.union(BitMap(), *parts)
    found.run_optimize()
    return FrozenBitMap(found)


def rows_of_positions(column: NDArray[np.int32], count: int) -> tuple[FrozenBitMap, ...]:
    """Return the rows of each position 0 <= p < count in a column; rows with a negative one are in none."""
    return tuple(compact([bitmap_of(rows)]) for rows in arrays_of_positions(column, count))


def arrays_of_positions(column: NDArray[np.int32], count: int) -> list[NDArray[np.uint32]]:
    """Return the rows of each position as `rows_of_positions` does, as arrays."""
    order = stable_order(column).astype(np.uint32)
    bounds = np.searchsorted(column[order], np.arange(count + 1)).tolist()
    return [order[first:end] for first, end in pairwise(bounds)]


class PackedBitmaps(Sequence[FrozenBitMap]):
    """Bitmaps that are decoded when they are asked for, and kept then.

    Bitmap i is `data[offsets[i]:offsets[i + 1]]`.
    """

    def __init__(self, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> None:
        self._data = data
        self._offsets = offsets
        self._decoded: list[FrozenBitMap | None] = [None] * (len(offsets) - 1)

    def __len__(self) -> int:
        return len(self._decoded)

    @overload
    def __getitem__(self, position: int) -> FrozenBitMap: ...

    @overload
    def __getitem__(self, position: slice) -> tuple[FrozenBitMap, ...]: ...

    def __getitem__(self, position: int | slice) -> FrozenBitMap | tuple[FrozenBitMap, ...]:
        if isinstance(position, slice):
            return tuple(self[p] for p in range(*position.indices(len(self))))
        found = self._decoded[position]
        if found is None:
            found = self._decoded[position] = FrozenBitMap.deserialize(self.encoded(position))
        return found

    def encoded(self, position: int) -> bytes:
        """Return the bytes of a bitmap."""
        position = range(len(self))[position]
        return self._data[self._offsets[position] : self._offsets[position + 1]].tobytes()


def packed_bitmaps(bitmaps: Iterable[FrozenBitMap]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the arrays of `PackedBitmaps`: the bitmaps' bytes end to end, and where each begins and the last ends."""
    encoded = [bitmap.serialize() for bitmap in bitmaps]
    offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    return np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets


def packed_rows(arrays: Mapping[str, NDArray[Any]], name: str) -> PackedBitmaps | None:
    """Return the bitmaps that the arrays hold under a name, None where they hold none."""
    data, offsets = packed_names(name)
    return PackedBitmaps(arrays[data], arrays[offsets]) if data in arrays else None


def packed_names(name: str) -> tuple[str, str]:
    """Return the names of the two arrays of packed bitmaps."""
    return f"{name}.rows.data", f"{name}.rows.offsets"


class KeptBitmaps(Kept[FrozenBitMap]):
    """Bitmaps by key."""

    __slots__ = ("_min_rows",)

    def __init__(self, *, max_bytes: int, min_rows: int) -> None:
        """Keep bitmaps of at least `min_rows` rows, up to `max_bytes` of them in their serialized form."""
        super().__init__(max_bytes=max_bytes)
        self._min_rows = min_rows

    def keep_large(self, key: Hashable, rows: FrozenBitMap) -> None:
        """Keep the bitmap of the key, unless it is small or more than the whole budget."""
        if len(rows) >= self._min_rows:
            self.keep(key, rows, len(rows.serialize()))
