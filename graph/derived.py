"""What is worked out of a universe's columns when its file is written, so that no process works it out again.

Each process that serves a file would otherwise make it in memory of its own: mapped, it is made once and shared. Where
a catalogue was not opened from a file, or from one of another version of this, the same is worked out when it is asked
for: `Universe` and what stands on it look into `Universe.derived` first.

A part is some arrays with names, how they are made, and how it is told that they fit the universe. A new one is added
to `PARTS`, and `VERSION` rises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.bitmaps import PackedBitmaps, packed_bitmaps, packed_names
from graph.generation_order import NO_ORDER, ORDERED
from graph.providing import providing, virtuals_of, without_compiler_edge
from graph.soundness import Unsound, check_bitmap, check_column, check_positions, check_starts
from graph.sparse import ENDLESS
from graph.universe import LINK_RUN_ORDER, Facet, Universe
from graph.variants import decoded_keys, encoded_keys

VERSION = 3
"""Rises whenever an array is added or means something else: what a file holds of another version is not read."""

Arrays = Mapping[str, NDArray[Any]]

FACETS = ("version", "platform", "operating_system", "target", "target_family", "compiler", "namespace")
"""The facets that are filtered by; the others have nearly as many values as specs, and are read by row."""


class Part(NamedTuple):
    """Arrays that are made together; `check` raises `Unsound` where they do not fit the universe."""

    names: tuple[str, ...]
    make: Callable[[Universe], Arrays]
    check: Callable[[Universe, Arrays], None]


def derived_arrays(universe: Universe) -> dict[str, NDArray[Any]]:
    """Return all arrays of all parts by name, in one order; the same universe gives the same bytes."""
    if universe.derived:
        return {name: universe.derived[name] for name in NAMES}
    made: dict[str, NDArray[Any]] = {}
    for part in PARTS:
        arrays = part.make(universe)
        made |= {name: arrays[name] for name in part.names}
    return made


def check_derived(universe: Universe) -> None:
    """Raise `Unsound` where what a file holds as derived does not fit its universe, so that no answer reads beyond."""
    for part in PARTS:
        part.check(universe, universe.derived)


def _facet_rows(name: str) -> Part:
    def make(universe: Universe) -> Arrays:
        facet: Facet = getattr(universe, name)
        return dict(zip(packed_names(name), packed_bitmaps(facet.rows), strict=True))

    def check(universe: Universe, arrays: Arrays) -> None:
        facet: Facet = getattr(universe, name)
        _check_bitmaps(universe, arrays, name, len(facet.values))

    return Part(packed_names(name), make, check)


def _check_bitmaps(universe: Universe, arrays: Arrays, name: str, count: int) -> None:
    data, offsets = (arrays[each] for each in packed_names(name))
    check_column(f"{name}.rows.data", data, np.uint8)
    check_starts(f"{name}.rows.offsets", offsets, len(data), length=count + 1)
    for bitmap in map(PackedBitmaps(data, offsets).encoded, range(count)):
        check_bitmap(f"{name}.rows", bitmap, len(universe))


def _check_families(universe: Universe, arrays: Arrays) -> None:
    values = len(universe.target_family.values)
    check_positions("target_family.column", arrays["target_family.column"], len(universe), values, least=-1)


def _check_order(universe: Universe, arrays: Arrays) -> None:
    rows = len(universe)
    generation, ordered = arrays["generation"], arrays["rows_by_generation"]
    check_positions("generation", generation, rows, max(rows, 1), least=ENDLESS)
    check_positions("rows_by_generation", ordered, rows, rows)
    # A walk takes the rows generation by generation, and those above the first to have edges.
    if np.any(np.diff(generation.take(ordered)) < 0):
        raise Unsound("rows_by_generation")
    if np.any((generation > 0) & (np.diff(universe.dependencies.start) == 0)):
        raise Unsound("generation")
    check_column("version_rank", arrays["version_rank"], np.int32, rows)
    check_positions("hash_rank", arrays["hash_rank"], rows, rows)


def _variants(universe: Universe) -> Arrays:
    found = universe.variant_rows
    names = ("variants.keys", *packed_names("variants"))
    return dict(zip(names, (encoded_keys(found.keys), *packed_bitmaps(found.rows)), strict=True))


def _check_variants(universe: Universe, arrays: Arrays) -> None:
    check_column("variants.keys", arrays["variants.keys"], np.uint8)
    _check_bitmaps(universe, arrays, "variants", len(decoded_keys(arrays["variants.keys"])))


PROVIDING = ("start", "places", "heads", "tails")


def _providing(universe: Universe) -> Arrays:
    found = providing(universe)
    rows = without_compiler_edge(universe, found)
    return {
        **{f"providing.{name}": getattr(found, name) for name in PROVIDING},
        "without_compiler_edge": np.frombuffer(rows.serialize(), dtype=np.uint8),
    }


def _check_providing(universe: Universe, arrays: Arrays) -> None:
    start, places, heads, tails = (arrays[f"providing.{name}"] for name in PROVIDING)
    edges, rows = len(places), len(universe)
    check_starts("providing.start", start, edges, length=len(virtuals_of(universe)) + 1)
    check_positions("providing.places", places, edges, len(universe.dependents.row), kind=np.uint32)
    check_positions("providing.heads", heads, edges, rows)
    check_positions("providing.tails", tails, edges, rows)
    check_column("without_compiler_edge", arrays["without_compiler_edge"], np.uint8)
    check_bitmap("without_compiler_edge", arrays["without_compiler_edge"].tobytes(), rows)


def _link_run(universe: Universe) -> Arrays:
    found = universe.link_run_order or NO_ORDER
    return {f"{LINK_RUN_ORDER}.{name}": getattr(found, name) for name in ORDERED}


def _check_link_run(universe: Universe, arrays: Arrays) -> None:
    rows, sizes, runs, heads, deptypes = (arrays[f"{LINK_RUN_ORDER}.{name}"] for name in ORDERED)
    count = 0 if not len(rows) else len(universe)
    check_positions(f"{LINK_RUN_ORDER}.rows", rows, count, len(universe))
    check_positions(f"{LINK_RUN_ORDER}.heads", heads, len(heads), len(universe))
    check_column(f"{LINK_RUN_ORDER}.deptypes", deptypes, np.uint8, len(heads))
    check_column(f"{LINK_RUN_ORDER}.sizes", sizes, np.int64)
    # A pass takes so many rows, and of each run so many edges, that there are just as many of each.
    fits = (
        runs.dtype == np.int64
        and runs.shape == (len(sizes), runs.shape[-1])
        and runs.sum() == len(heads)
        and sizes.sum() == count
        and bool(np.all(np.diff(runs, axis=1, append=0) <= 0))
        and bool(np.all(runs.max(axis=1, initial=0) <= sizes))
    )
    if not fits:
        raise Unsound(f"{LINK_RUN_ORDER}.runs")


_ORDER = ("generation", "rows_by_generation", "version_rank", "hash_rank")

PARTS = (
    Part(
        ("target_family.column",),
        lambda universe: {"target_family.column": universe.target_family.column},
        _check_families,
    ),
    *map(_facet_rows, FACETS),
    Part(_ORDER, lambda universe: {name: getattr(universe, name) for name in _ORDER}, _check_order),
    Part(tuple(f"{LINK_RUN_ORDER}.{name}" for name in ORDERED), _link_run, _check_link_run),
    Part(("variants.keys", *packed_names("variants")), _variants, _check_variants),
    Part((*(f"providing.{name}" for name in PROVIDING), "without_compiler_edge"), _providing, _check_providing),
)
"""All parts. Each is made and checked with those before it."""

NAMES = tuple(name for part in PARTS for name in part.names)
"""The names of all arrays, in the order in which they are written."""
