"""What matching looks up in a universe beyond its columns: edges by virtual, recorded compilers.

They are made when first asked for, or read from the universe's file, and live as long as their universe.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import dataclass

from pyroaring import FrozenBitMap

from graph.matching.edgelist import Edges
from graph.providing import Providing, providing_of, virtuals_of, without_compiler_edge
from graph.universe import Universe


@dataclass(frozen=True, slots=True)
class Indexes:
    """The look-ups of one universe. It holds no reference to the universe itself, but to its arrays.

    `providing`: the edges over which each virtual is provided. `without_compiler_edge`: rows whose compiler is
    recorded, but provided over none of their edges, as of pages and of specs that Spack made before 1.0.
    """

    providing: dict[str, Edges]
    without_compiler_edge: FrozenBitMap


_MADE: dict[int, Indexes] = {}
"""Indexes by the identity of their universe: a universe of arrays cannot be hashed."""


def indexes_of(universe: Universe) -> Indexes:
    """Return the universe's indexes; two threads that ask first may both make them, to the same effect."""
    made = _MADE.get(id(universe))
    if made is None:
        made = _MADE[id(universe)] = _indexes(universe)
        weakref.finalize(universe, _MADE.pop, id(universe), None)
    return made


def _indexes(universe: Universe) -> Indexes:
    found = providing_of(universe)
    recorded = universe.derived.get("without_compiler_edge")
    if recorded is not None:
        rows = FrozenBitMap.deserialize(recorded.tobytes())
    else:
        rows = without_compiler_edge(universe, found)
    return Indexes(dict(_edges(universe, found)), rows)


def _edges(universe: Universe, found: Providing) -> Iterator[tuple[str, Edges]]:
    bounds = found.start.tolist()
    for virtual, first, end in zip(virtuals_of(universe), bounds[:-1], bounds[1:], strict=True):
        part = slice(first, end)
        yield virtual, Edges(universe.dependents, found.places[part], found.heads[part], found.tails[part])
