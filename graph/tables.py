"""Tables of values that are decoded when they are asked for: texts and small objects, packed into two arrays.

A million hashes as Python texts are 80 MB in every process; packed, they are 32 MB of one map that all processes
share. What is asked for again and again is kept, within a bound.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.int64]

KEPT_VALUES = 4_096
"""Decoded values that a table keeps: more than a page of any answer asks for."""


class Packed(Sequence[T], Generic[T]):
    """Values of one type, each decoded from its own bytes: value i is `data[offsets[i]:offsets[i + 1]]`."""

    def __init__(self, data: Bytes, offsets: Offsets, decode: Callable[[bytes], T], *, kept: int = KEPT_VALUES) -> None:
        """Read values from these arrays; `kept` of those used last stay decoded (0 keeps none)."""
        self.data = data
        self.offsets = offsets
        self._count = len(offsets) - 1

        # Over the arrays, not over self: a table that its own cache refers to would wait for the cycle collector.
        def read(position: int) -> T:
            return decode(data[offsets[position] : offsets[position + 1]].tobytes())

        self._read = read
        self.value_at: Callable[[int], T] = lru_cache(maxsize=kept)(read) if kept else read
        """Returns the value at a position from 0 on that is in the table, without a look at it: what brackets call."""

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, position: int) -> T: ...

    @overload
    def __getitem__(self, position: slice) -> tuple[T, ...]: ...

    def __getitem__(self, position: int | slice) -> T | tuple[T, ...]:
        if isinstance(position, slice):
            return tuple(self.value_at(p) for p in range(*position.indices(len(self))))
        position = int(position)
        if not -self._count <= position < self._count:
            raise IndexError(position)
        return self.value_at(position if position >= 0 else position + self._count)

    def __iter__(self) -> Iterator[T]:
        return map(self._read, range(len(self)))


def packed(values: Sequence[T], encode: Callable[[T], bytes]) -> tuple[Bytes, Offsets]:
    """Return the arrays of a `Packed` table: the values' bytes end to end, and where each begins and the last ends.

    A table that is packed already, with nothing between its values, gives its own.
    """
    if isinstance(values, Packed) and len(values.data) == values.offsets[-1]:
        return values.data, values.offsets
    encoded = [encode(value) for value in values]
    offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
    np.cumsum([len(data) for data in encoded], out=offsets[1:])
    return np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets


class PositionOf(Mapping[str, int]):
    """Where each text stands in a table of distinct texts, found by halving over their order.

    `order` are the table's positions in the order of the texts.
    """

    def __init__(self, texts: Packed[str], order: NDArray[np.int32]) -> None:
        self._texts = texts
        self._order: Sequence[int] = order.data  # of which an item is an integer of Python's at once

    def __getitem__(self, text: str) -> int:
        order, value_at = self._order, self._texts.value_at
        place = bisect_left(order, text, key=value_at)
        if place < len(order) and value_at(order[place]) == text:
            return order[place]
        raise KeyError(text)

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)
