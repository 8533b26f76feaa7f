"""Counts of specs by the values of their attributes: facets of any set, and coverage over two of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph.errors import BadInput
from graph.snapshot import ROWS_PER_MEETING, Snapshot
from graph.universe import Column, Facet

Counts = NDArray[np.int64]


class FacetKind(Enum):
    """The attributes that specs are counted by."""

    PACKAGE = "PACKAGE"
    VERSION = "VERSION"
    STACK = "STACK"
    TARGET = "TARGET"
    TARGET_FAMILY = "TARGET_FAMILY"
    OPERATING_SYSTEM = "OPERATING_SYSTEM"
    PLATFORM = "PLATFORM"
    COMPILER = "COMPILER"


OF_THE_QUESTION = frozenset({FacetKind.PACKAGE, FacetKind.VERSION})
"""Kinds of which a coverage shows the values of the filtered specs alone; of all others, the whole snapshot's."""


@dataclass(frozen=True, slots=True)
class FacetCount:
    """A facet of a set: (value, count) with the most first, ties by value, and how many specs the rest counts."""

    kind: FacetKind
    values: tuple[tuple[str, int], ...]
    other_count: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts over two dimensions: `counts[i][j]` specs have `rows[i]` and `columns[j]`; `total` specs were counted.

    A spec in two stacks counts in both, so the cells may add up to more than the total.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    total: int


@dataclass(frozen=True, slots=True)
class _Dimension:
    """One attribute, ready to be counted: its values, and how many of a set of rows have each."""

    values: tuple[str, ...]
    count: Callable[[FrozenBitMap], Counts]


def facet_counts(snapshot: Snapshot, rows: FrozenBitMap, kind: FacetKind, *, limit: int) -> FacetCount:
    """Count the rows by the values of one attribute, and return the `limit` most frequent.

    Values that no row has are left out, and so are rows without a value. A spec in several stacks counts in each.
    """
    dimension = _dimension(snapshot, kind)
    counted = zip(dimension.values, dimension.count(rows).tolist(), strict=True)
    ranked = sorted(((value, n) for value, n in counted if n), key=lambda pair: (-pair[1], pair[0]))
    return FacetCount(kind, tuple(ranked[:limit]), sum(n for _, n in ranked[limit:]))


def coverage(snapshot: Snapshot, rows: FrozenBitMap, down: FacetKind, across: FacetKind, *, max_cells: int) -> Coverage:
    """Count the rows over two attributes, with every hole: a cell that no spec is in has the count 0.

    The values of a dimension are those that the snapshot has, whatever the rows are, so that a stack without any of
    them shows; packages and versions are those of the rows. All are sorted by name. Raises `BadInput` over
    `max_cells` cells.
    """
    vertical, horizontal = _dimension(snapshot, down), _dimension(snapshot, across)
    shown_down, shown_across = _shown(snapshot, rows, down, vertical), _shown(snapshot, rows, across, horizontal)
    cells = len(shown_down) * len(shown_across)
    if cells > max_cells:
        raise BadInput(
            f"the matrix would have {len(shown_down)} x {len(shown_across)} cells; at most {max_cells} are given: "
            "filter the specs, or choose other dimensions"
        )
    if down is FacetKind.STACK:
        counts = np.array([horizontal.count(rows & held) for held in snapshot.stack_rows], dtype=np.int64)
    elif across is FacetKind.STACK:
        counts = np.array([vertical.count(rows & held) for held in snapshot.stack_rows], dtype=np.int64).T
    else:
        counts = _crossed(snapshot, rows, down, across)
    counts = counts.reshape(len(vertical.values), len(horizontal.values))[np.ix_(shown_down, shown_across)]
    return Coverage(
        tuple(vertical.values[i] for i in shown_down),
        tuple(horizontal.values[i] for i in shown_across),
        tuple(map(tuple, counts.tolist())),
        len(rows),
    )


def _shown(snapshot: Snapshot, rows: FrozenBitMap, kind: FacetKind, dimension: _Dimension) -> list[int]:
    """Return the positions of the values that a coverage shows, sorted by value."""
    if kind is FacetKind.STACK:
        return list(range(len(dimension.values)))
    present = dimension.count(rows if kind in OF_THE_QUESTION else snapshot.rows)
    return sorted(np.flatnonzero(present).tolist(), key=dimension.values.__getitem__)


def _dimension(snapshot: Snapshot, kind: FacetKind) -> _Dimension:
    if kind is FacetKind.STACK:
        held = snapshot.stack_rows
        return _Dimension(
            tuple(snapshot.stacks),
            lambda rows: np.array([h.intersection_cardinality(rows) for h in held], dtype=np.int64),
        )
    if kind is FacetKind.PACKAGE:
        names, column = snapshot.universe.packages, snapshot.universe.package
        return _Dimension(tuple(names), lambda rows: _counted_in(column, len(names), rows))
    facet = _facet(snapshot, kind)
    return _Dimension(tuple(facet.values), lambda rows: _counted_by(facet, rows))


def _counted_by(facet: Facet, rows: FrozenBitMap) -> Counts:
    """Count the rows of each value, by whichever is the less work: meeting bitmaps, or reading the rows."""
    if len(facet.values) * ROWS_PER_MEETING < len(rows):
        return np.array([held.intersection_cardinality(rows) for held in facet.rows], dtype=np.int64)
    return _counted_in(facet.column, len(facet.values), rows)


def _counted_in(column: Column, size: int, rows: FrozenBitMap) -> Counts:
    return _counted(column[Snapshot.row_array(rows)].astype(np.int64), size)


def _facet(snapshot: Snapshot, kind: FacetKind) -> Facet:
    universe = snapshot.universe
    if kind is FacetKind.TARGET_FAMILY:
        return universe.target_family
    return {
        FacetKind.VERSION: universe.version,
        FacetKind.TARGET: universe.target,
        FacetKind.OPERATING_SYSTEM: universe.operating_system,
        FacetKind.PLATFORM: universe.platform,
        FacetKind.COMPILER: universe.compiler,
    }[kind]


def _column(snapshot: Snapshot, kind: FacetKind) -> tuple[int, Column]:
    """Return how many values an attribute has of which a spec has at most one, and each row's position among them."""
    if kind is FacetKind.PACKAGE:
        return len(snapshot.universe.packages), snapshot.universe.package
    facet = _facet(snapshot, kind)
    return len(facet.values), facet.column


def _counted(positions: NDArray[np.int64], size: int) -> Counts:
    """Count positions 0 <= p < size; `ABSENT` ones count nowhere."""
    return np.bincount(positions + 1, minlength=size + 1)[1:]


def _crossed(snapshot: Snapshot, rows: FrozenBitMap, down: FacetKind, across: FacetKind) -> Counts:
    """Count the rows over two single-valued attributes, as one flat array, row after row."""
    (down_size, down_column), (across_size, across_column) = _column(snapshot, down), _column(snapshot, across)
    members = Snapshot.row_array(rows)
    i, j = down_column[members].astype(np.int64), across_column[members].astype(np.int64)
    both = (i >= 0) & (j >= 0)
    return _counted(i[both] * across_size + j[both], down_size * across_size)
