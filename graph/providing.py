"""The edges over which each virtual is provided, as places in the adjacency of dependents."""

from __future__ import annotations

import weakref
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph.bitmaps import bitmap_of
from graph.model import COMPILER_VIRTUALS
from graph.sorting import stable_order
from graph.universe import ABSENT, Column, Marks, Universe

LOOKED_AT_FIRST = 64
"""Edges over which a package provides a virtual that are looked at before all the others: most often one is held."""

Places = NDArray[np.uint32]
"""Half of what numpy makes of places."""


@dataclass(frozen=True, slots=True)
class Providing:
    """Edges by virtual: those of `virtuals[i]` stand at `start[i]:start[i + 1]` of the three other columns.

    A place is one of the adjacency of dependents, ascending for each virtual; the head provides what the tail uses.
    """

    start: NDArray[np.int64]
    places: Places
    heads: Column
    tails: Column


def virtuals_of(universe: Universe) -> tuple[str, ...]:
    """Return the virtuals that any edge names, sorted."""
    return tuple(sorted({virtual for virtuals in universe.virtual_sets for virtual in virtuals}))


_FOUND: dict[int, Providing] = {}
"""Edges by the identity of their universe: a universe of arrays cannot be hashed."""


def providing_of(universe: Universe) -> Providing:
    """Return the universe's edges by virtual, as its file has them or worked out when they are first asked for."""
    derived = universe.derived
    if "providing.start" in derived:
        return Providing(*(derived[f"providing.{name}"] for name in ("start", "places", "heads", "tails")))
    found = _FOUND.get(id(universe))
    if found is None:
        found = _FOUND[id(universe)] = providing(universe)
        weakref.finalize(universe, _FOUND.pop, id(universe), None)
    return found


def providers(universe: Universe, held: Marks) -> dict[str, tuple[str, ...]]:
    """Return the packages that provide each virtual on some edge between rows that are held, both sorted by name."""
    edges = providing_of(universe)
    bounds = edges.start.tolist()
    found = {}
    for virtual, first, end in zip(virtuals_of(universe), bounds[:-1], bounds[1:], strict=True):
        names = sorted(_providers(universe, edges.heads[first:end], edges.tails[first:end], held))
        if names:
            found[virtual] = tuple(names)
    return found


def _providers(universe: Universe, heads: Column, tails: Column, held: Marks) -> Iterator[str]:
    begun = 0
    while begun < len(heads):
        # Heads ascend, and the rows of a package lie together.
        package = universe.package[heads[begun]]
        end = begun + int(np.searchsorted(heads[begun:], universe.package_start[package + 1]))
        few = min(end, begun + LOOKED_AT_FIRST)
        if any(_any_held(heads[part], tails[part], held) for part in (slice(begun, few), slice(few, end))):
            yield universe.packages[package]
        begun = end


def _any_held(heads: Column, tails: Column, held: Marks) -> bool:
    return bool(held.take(tails[held.take(heads)]).any())


def providing(universe: Universe) -> Providing:
    """Return the edges over which each virtual is provided, worked out of all edges."""
    dependents = universe.dependents
    naming = np.array([bool(virtuals) for virtuals in universe.virtual_sets], dtype=np.bool_)
    places = np.flatnonzero(naming.take(dependents.virtual_set))
    # By set of virtuals, so that the edges of one set are a slice.
    sets = dependents.virtual_set.take(places)
    order = stable_order(sets)
    places = places.take(order)
    ends = np.searchsorted(sets.take(order), np.arange(len(naming) + 1))
    sets_of: dict[str, list[int]] = defaultdict(list)
    for position, virtuals in enumerate(universe.virtual_sets):
        for virtual in virtuals:
            sets_of[virtual].append(position)
    none = np.empty(0, dtype=np.int64)
    parts = [
        np.sort(np.concatenate([none, *(places[ends[p] : ends[p + 1]] for p in sets_of[virtual])]))
        for virtual in virtuals_of(universe)
    ]
    start = np.cumsum([0, *map(len, parts)], dtype=np.int64)
    chosen = np.concatenate([none, *parts])
    heads = np.repeat(np.arange(len(universe), dtype=np.int32), np.diff(dependents.start))
    return Providing(start, chosen.astype(np.uint32), heads.take(chosen), dependents.row.take(chosen))


def without_compiler_edge(universe: Universe, edges: Providing) -> FrozenBitMap:
    """Return the rows whose compiler is recorded, but provided over none of their edges.

    Those of pages are, and specs that Spack made before 1.0.
    """
    recorded = universe.compiler.column != ABSENT
    for position, virtual in enumerate(virtuals_of(universe)):
        if virtual in COMPILER_VIRTUALS:
            recorded[edges.tails[edges.start[position] : edges.start[position + 1]]] = False
    return bitmap_of(np.flatnonzero(recorded))
