"""Which rows have which value of which variant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph.bitmaps import arrays_of_positions, bitmap_of, compact
from graph.model import Variant

Value = str | bool | None
"""A value of a variant; None stands for a multi-valued variant with no value at all."""

Key = tuple[str, Value]

Values = tuple[tuple[Value, FrozenBitMap], ...]


class VariantRows:
    """The rows of each (variant, value): True or False of a boolean, each single value of the others."""

    def __init__(self, keys: Iterable[Key], rows: Sequence[FrozenBitMap]) -> None:
        """Take distinct keys, and the rows of each in their order."""
        self.keys = tuple(keys)
        self.rows = rows
        self._positions = {key: position for position, key in enumerate(self.keys)}
        self._of_name: dict[str, list[int]] = defaultdict(list)
        for position, (name, _) in enumerate(self.keys):
            self._of_name[name].append(position)

    def having(self, name: str, value: Value) -> FrozenBitMap:
        """Return the rows whose variant has the value; none where nothing has it."""
        position = self._positions.get((name, value))
        return FrozenBitMap() if position is None else self.rows[position]

    def of(self, name: str) -> Values:
        """Return the values of a variant with the rows that have each; none where nothing has the variant."""
        return tuple((self.keys[p][1], self.rows[p]) for p in self._of_name.get(name, ()))


def variant_rows(sets: Iterable[Sequence[Variant]], column: NDArray[np.int32], *, count: int) -> VariantRows:
    """Return the rows of each value; a row's variants are those of `sets` at its position in the column."""
    holding: dict[Key, list[int]] = {}
    for position, variants in enumerate(sets):
        for variant in variants:
            values: tuple[Value, ...] = variant.values if variant.enabled is None else (variant.enabled,)
            for value in values or (None,):
                holding.setdefault((variant.name, value), []).append(position)
    rows = [bitmap_of(found) for found in arrays_of_positions(column, count)]
    return VariantRows(holding, [compact(rows[p] for p in positions) for positions in holding.values()])


def encoded_keys(keys: Sequence[Key]) -> NDArray[np.uint8]:
    """Return the keys as bytes."""
    return np.frombuffer(msgspec.msgpack.encode(keys), dtype=np.uint8)


def decoded_keys(data: NDArray[np.uint8]) -> tuple[Key, ...]:
    """Return the keys of these bytes; raises `msgspec.MsgspecError` where they are none."""
    return msgspec.msgpack.decode(data.tobytes(), type=tuple[Key, ...])
