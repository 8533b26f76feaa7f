"""Whether what a snapshot file holds fits together: columns as long as there are rows, positions within their tables.

Checksums tell a damaged file from a whole one. A file whose checksums are right and whose columns are not (another
program wrote it, or somebody meant it) is refused when it is opened, so that no answer reads beyond a column. Each
array is read once, at memory speed. Values that are decoded when they are asked for are not decoded here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import AbstractBitMap, FrozenBitMap

from graph.snapshot import Snapshot
from graph.tables import Packed
from graph.universe import ABSENT, Adjacency, Universe

NOT_ASCII = 128


class Unsound(ValueError):
    """What was read does not fit together; the message names the part."""


def check_packed(name: str, table: Packed[Any]) -> None:
    """Raise `Unsound` where a table's offsets do not divide its bytes."""
    check_column(f"{name}.data", table.data, np.uint8)
    check_starts(f"{name}.offsets", table.offsets, len(table.data))


def check_texts(name: str, table: Packed[str]) -> None:
    """Raise `Unsound` where a table's offsets do not divide its bytes, or a value is no text."""
    check_packed(name, table)
    if len(table.data) and table.data.max() >= NOT_ASCII:
        try:
            for _ in table:
                pass
        except UnicodeDecodeError:
            raise Unsound(name) from None


def check_universe(universe: Universe) -> None:
    """Raise `Unsound` where a column is not as long as there are rows, or holds a position outside its table."""
    rows = len(universe)
    check_positions("rows_in_hash_order", universe.rows_in_hash_order, rows, rows)
    check_starts("package_start", universe.package_start, rows, length=len(universe.packages) + 1, kind=np.int32)
    check_positions("package", universe.package, rows, len(universe.packages))
    check_positions("variant_set", universe.variant_set, rows, len(universe.variant_sets))
    check_positions("flag_set", universe.flag_set, rows, len(universe.flag_sets))
    for name in FACETS:
        facet = getattr(universe, name)
        check_positions(f"{name}.column", facet.column, rows, len(facet.values), least=ABSENT)
    for name in BITMAPS:
        _within(name, getattr(universe, name), rows)
    _adjacency("dependencies", universe.dependencies, rows, len(universe.virtual_sets))
    _adjacency("dependents", universe.dependents, rows, len(universe.virtual_sets))


FACETS = ("version", "platform", "operating_system", "target", "compiler", "namespace", "package_hash", "build_spec")
BITMAPS = ("external", "dependencies_recorded", "unresolved")


def check_snapshot(snapshot: Snapshot) -> None:
    """Raise `Unsound` where a snapshot holds rows or packages that the universe does not have."""
    rows, packages = len(snapshot.universe), len(snapshot.universe.packages)
    for part in (snapshot.rows, snapshot.binaries, *snapshot.stack_rows):
        _within(f"the rows of snapshot {snapshot.name!r}", part, rows)
    if len(snapshot.stacks) != len(snapshot.stack_rows):
        raise Unsound(f"the stacks of snapshot {snapshot.name!r}")
    if not all(0 <= package < packages for package in snapshot.mentions):
        raise Unsound(f"the mentions of snapshot {snapshot.name!r}")


def check_binaries(name: str, rows: NDArray[np.int32], sizes: NDArray[np.int64], paths: Sequence[str], of: int) -> None:
    """Raise `Unsound` where the columns of binaries differ in length, or their rows do not ascend below `of`."""
    check_positions(f"{name}.rows", rows, len(paths), of)
    check_column(f"{name}.sizes", sizes, np.int64, len(paths))
    if np.any(rows[1:] <= rows[:-1]):
        raise Unsound(f"{name}.rows")


def _adjacency(name: str, adjacency: Adjacency, rows: int, virtual_sets: int) -> None:
    edges = len(adjacency.row)
    check_starts(f"{name}.start", adjacency.start, edges, length=rows + 1)
    check_positions(f"{name}.row", adjacency.row, edges, rows)
    check_column(f"{name}.deptypes", adjacency.deptypes, np.uint8, edges)
    check_positions(f"{name}.virtual_set", adjacency.virtual_set, edges, virtual_sets)


def check_column(name: str, column: NDArray[np.generic], kind: type[np.generic], length: int | None = None) -> None:
    """Raise `Unsound` where a column is none of numbers of this kind, or not as long as it is to be."""
    if column.ndim != 1 or column.dtype != kind or (length is not None and len(column) != length):
        raise Unsound(name)


def check_positions(
    name: str,
    column: NDArray[np.integer],
    length: int,
    table: int,
    *,
    least: int = 0,
    kind: type[np.generic] = np.int32,
) -> None:
    """Raise `Unsound` where a column holds a position below `least` or beyond its table."""
    check_column(name, column, kind, length)
    if length and not least <= column.min() <= column.max() < table:
        raise Unsound(name)


def check_starts(
    name: str,
    column: NDArray[np.integer],
    end: int,
    *,
    length: int | None = None,
    kind: type[np.generic] = np.int64,
) -> None:
    """Raise `Unsound` where a column is not of beginnings: from 0 to `end`, and none before the one before it."""
    check_column(name, column, kind, length)
    if not len(column) or column[0] != 0 or column[-1] != end or np.any(column[1:] < column[:-1]):
        raise Unsound(name)


def check_bitmap(name: str, data: bytes, count: int) -> FrozenBitMap:
    """Return the bitmap of these bytes; raises `Unsound` where some are left over, or it has rows from `count` on.

    Raises `ValueError` or `LookupError` where they are no bitmap.
    """
    found = FrozenBitMap.deserialize(data)
    if found.serialize() != data:
        raise Unsound(name)
    _within(name, found, count)
    return found


def _within(name: str, rows: AbstractBitMap, count: int) -> None:
    if rows and rows.max() >= count:
        raise Unsound(name)
