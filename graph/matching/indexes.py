"""What matching looks up in a universe beyond its columns: variants by name, edges by virtual, recorded compilers.

They are made when first asked for and live as long as their universe.
"""

from __future__ import annotations

import weakref
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from pyroaring import FrozenBitMap

from graph.bitmaps import bitmap_of
from graph.matching.edgelist import Edges
from graph.model import COMPILER_VIRTUALS
from graph.universe import ABSENT, Universe

Value = str | bool | None
"""A value of a variant; None stands for a multi-valued variant with no value at all."""

Values = tuple[tuple[Value, FrozenBitMap], ...]


@dataclass(frozen=True, slots=True)
class Indexes:
    """The look-ups of one universe. It holds no reference to the universe itself, but to its arrays.

    `variants`: the values of each variant, by its name, with the rows that have each. `providing`: the edges over
    which each virtual is provided. `without_compiler_edge`: rows whose compiler is recorded, but provided over none
    of their edges, as of pages and of specs that Spack made before 1.0.
    """

    variants: dict[str, Values]
    providing: dict[str, Edges]
    without_compiler_edge: FrozenBitMap


_MADE: dict[int, Indexes] = {}
"""Indexes by the identity of their universe: a universe of arrays cannot be hashed."""


def indexes_of(universe: Universe) -> Indexes:
    """Return the universe's indexes; two threads that ask first may both make them, to the same effect."""
    made = _MADE.get(id(universe))
    if made is None:
        providing = _edges_by_virtual(universe)
        made = Indexes(_values_by_variant(universe), providing, _without_compiler_edge(universe, providing))
        _MADE[id(universe)] = made
        weakref.finalize(universe, _MADE.pop, id(universe), None)
    return made


def _values_by_variant(universe: Universe) -> dict[str, Values]:
    values: dict[str, list[tuple[Value, FrozenBitMap]]] = defaultdict(list)
    for (name, value), rows in universe.rows_by_variant.items():
        values[name].append((value, rows))
    for position, variants in enumerate(universe.variant_sets):
        for variant in variants:
            if variant.enabled is None and not variant.values:
                values[variant.name].append((None, bitmap_of(np.flatnonzero(universe.variant_set == position))))
    return {name: tuple(found) for name, found in values.items()}


def _edges_by_virtual(universe: Universe) -> dict[str, Edges]:
    dependents = universe.dependents
    naming = np.array([bool(virtuals) for virtuals in universe.virtual_sets], dtype=np.bool_)
    places = np.flatnonzero(naming[dependents.virtual_set])
    # By set of virtuals, so that the edges of one set are a slice.
    places = places[np.argsort(dependents.virtual_set[places], kind="stable")]
    ends = np.searchsorted(dependents.virtual_set[places], np.arange(len(naming) + 1))
    sets_of: dict[str, list[int]] = defaultdict(list)
    for position, virtuals in enumerate(universe.virtual_sets):
        for virtual in virtuals:
            sets_of[virtual].append(position)
    found = {}
    for virtual, positions in sorted(sets_of.items()):
        chosen = np.sort(np.concatenate([places[ends[p] : ends[p + 1]] for p in positions]))
        heads = np.searchsorted(dependents.start, chosen, side="right") - 1
        # Half of what numpy makes of places: with a million specs that is 12 MB in every process.
        found[virtual] = Edges(dependents, chosen.astype(np.uint32), heads.astype(np.int32))
    return found


def _without_compiler_edge(universe: Universe, providing: dict[str, Edges]) -> FrozenBitMap:
    recorded = universe.compiler.column != ABSENT
    for virtual in COMPILER_VIRTUALS:
        if virtual in providing:
            recorded[providing[virtual].tails] = False
    return bitmap_of(np.flatnonzero(recorded))
