"""Bitmaps of rows: made from arrays, and kept within a bounded budget of memory where they were costly to compute."""

from __future__ import annotations

from array import array
from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph.kept import Kept


def bitmap_of(rows: NDArray[np.integer]) -> FrozenBitMap:
    """Return the rows of an array as a bitmap."""
    # pyroaring takes an array.array over as it is, and anything else item by item: ten times as slow.
    return FrozenBitMap(array("I", rows.astype(np.uint32).tobytes()))


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
