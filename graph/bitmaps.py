"""Bitmaps of rows: made from arrays, and kept within a bounded budget of memory where they were costly to compute."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap


def bitmap_of(rows: NDArray[np.integer]) -> FrozenBitMap:
    """Return the rows of an array as a bitmap."""
    # pyroaring takes an array.array over as it is, and anything else item by item: ten times as slow.
    return FrozenBitMap(array("I", rows.astype(np.uint32).tobytes()))


class KeptBitmaps:
    """Bitmaps by key; the least recently used make room once the budget is spent. Threads may share it."""

    __slots__ = ("_bytes", "_kept", "_lock", "_max_bytes", "_min_rows")

    def __init__(self, *, max_bytes: int, min_rows: int) -> None:
        """Keep bitmaps of at least `min_rows` rows, up to `max_bytes` of them in their serialized form."""
        self._kept: OrderedDict[Hashable, tuple[FrozenBitMap, int]] = OrderedDict()
        self._bytes = 0
        self._max_bytes = max_bytes
        self._min_rows = min_rows
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Hashable) -> FrozenBitMap | None:
        """Return the bitmap of the key, or None where none is kept."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def keep(self, key: Hashable, rows: FrozenBitMap) -> None:
        """Keep the bitmap of the key, unless it is small or more than the whole budget."""
        if len(rows) < self._min_rows:
            return
        size = len(rows.serialize())
        with self._lock:
            if size > self._max_bytes or key in self._kept:
                return
            self._kept[key] = (rows, size)
            self._bytes += size
            while self._bytes > self._max_bytes:
                _, (_, freed) = self._kept.popitem(last=False)
                self._bytes -= freed
