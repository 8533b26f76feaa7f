"""Many rows back to the frozen noun: what `Universe.spec` makes of one, column by column, at a third of the cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from graph.model import Compiler, Dependency, Spec
from graph.sparse import Integers, distinct, edges_of
from graph.universe import ABSENT, Column, Facet, Universe

T = TypeVar("T")


def specs_of(universe: Universe, rows: Integers, *, edges: bool = True) -> Iterator[Spec]:
    """Yield the spec of each row, in the order of the rows; edges to specs that no source holds are left out.

    Without `edges` a spec whose dependencies are recorded has none.
    """
    columns = zip(
        universe.hashes_of(rows),
        _taken(universe.packages, universe.package, rows),
        _values(universe.version, rows, ""),
        _values(universe.platform, rows, ""),
        _values(universe.operating_system, rows, ""),
        _values(universe.target, rows, ""),
        _values(universe.namespace, rows, None),
        _compilers(universe.compiler, rows),
        _taken(universe.variant_sets, universe.variant_set, rows),
        _taken(universe.flag_sets, universe.flag_set, rows),
        _dependencies(universe, rows, edges=edges),
        map(universe.external.__contains__, rows.tolist()),
        _values(universe.package_hash, rows, None),
        _values(universe.build_spec, rows, None),
        strict=True,
    )
    return (Spec(*fields) for fields in columns)  # in the order in which it declares them


def _taken(table: Sequence[T], column: NDArray[np.integer], rows: NDArray[np.integer]) -> list[T]:
    return [table[position] for position in column.take(rows).tolist()]


def _values(facet: Facet, rows: Integers, absent: T) -> list[str | T]:
    values = facet.values
    return [absent if position == ABSENT else values[position] for position in facet.column.take(rows).tolist()]


def _compilers(facet: Facet, rows: Integers) -> list[Compiler | None]:
    """Return the compiler of each row; each is parsed once."""
    positions: Column = facet.column.take(rows)
    names = {position: facet.values[position] for position in distinct(positions).tolist() if position != ABSENT}
    parsed = {position: Compiler.parse(name) for position, name in names.items() if name}
    return [parsed.get(position) for position in positions.tolist()]


def _dependencies(universe: Universe, rows: Integers, *, edges: bool) -> Iterator[tuple[Dependency, ...] | None]:
    recorded, adjacency = universe.dependencies_recorded, universe.dependencies
    if not edges:
        yield from (() if row in recorded else None for row in rows.tolist())
        return
    places = edges_of(adjacency.start, rows)
    heads = adjacency.row.take(places)
    ends = map(
        Dependency,
        universe.hashes_of(heads),
        _taken(universe.packages, universe.package, heads),
        adjacency.deptypes.take(places).tolist(),
        _taken(universe.virtual_sets, adjacency.virtual_set, places),
    )
    for row, count in zip(rows.tolist(), np.diff(adjacency.start).take(rows).tolist(), strict=True):
        found = tuple(islice(ends, count))
        yield found if row in recorded else None
