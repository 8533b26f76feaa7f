"""Specs to rows: put into the answers' default order, numbered, and written as the columns of a universe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

from graph import versions
from graph.model import LINK_AND_RUN, Dependency, Spec
from graph.targets import Microarchitecture, TargetTable
from graph.universe import ABSENT, Adjacency, Column, Facet, Names, Universe

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A universe, and what it does not tell of its specs.

    `dangling` are the edges that lead to no spec, sorted; `odd` the rows with an edge that names another package
    than it leads to.
    """

    universe: Universe
    dangling: tuple[tuple[int, Dependency], ...]
    odd: tuple[int, ...]


def build_universe(
    specs: Mapping[str, Spec], packages: Iterable[str], targets: Iterable[Microarchitecture]
) -> Numbered:
    """Number the specs and write their columns.

    `packages` are further packages without any spec; `targets` those that sources describe themselves.
    """
    package_names = Names(sorted({*(spec.package for spec in specs.values()), *packages}))
    version_names = Names(sorted({spec.version for spec in specs.values()}, key=versions.sort_key))
    ordered = sorted(
        specs.values(),
        key=lambda s: (package_names.position(s.package), -(version_names.position(s.version) or 0), s.hash),
    )
    package = np.array([package_names.position(s.package) for s in ordered], dtype=np.int32)
    variant_sets, variant_set = _encoded([s.variants for s in ordered])
    flag_sets, flag_set = _encoded([s.flags for s in ordered])
    edges = _Edges(ordered)
    hashes = tuple(s.hash for s in ordered)
    universe = Universe(
        hashes=hashes,
        rows_in_hash_order=np.array(sorted(range(len(hashes)), key=hashes.__getitem__), dtype=np.int32),
        packages=package_names,
        package_start=np.searchsorted(package, np.arange(len(package_names) + 1)).astype(np.int32),
        package=package,
        version=_facet([s.version for s in ordered], version_names),
        platform=_facet([s.platform for s in ordered]),
        operating_system=_facet([s.operating_system for s in ordered]),
        target=_facet([s.target for s in ordered]),
        compiler=_facet([s.compiler.name if s.compiler else None for s in ordered]),
        namespace=_facet([s.namespace for s in ordered]),
        package_hash=_facet([s.package_hash for s in ordered]),
        build_spec=_facet([s.build_spec for s in ordered]),
        variant_sets=variant_sets,
        variant_set=variant_set,
        flag_sets=flag_sets,
        flag_set=flag_set,
        external=FrozenBitMap([row for row, s in enumerate(ordered) if s.external]),
        dependencies_recorded=FrozenBitMap([r for r, s in enumerate(ordered) if s.dependencies is not None]),
        virtual_sets=edges.virtual_sets,
        dependencies=edges.forward(),
        dependents=edges.backward(),
        unresolved=FrozenBitMap(edges.unresolved),
        targets=TargetTable(targets),
    )
    return Numbered(universe, tuple(sorted(edges.dangling)), tuple(edges.odd))


def _facet(values: Sequence[str | None], names: Names | None = None) -> Facet:
    table = names or Names(sorted({value for value in values if value is not None}))
    column = np.array([ABSENT if (p := table.position(value)) is None else p for value in values], dtype=np.int32)
    return Facet(table, column)


def _encoded(values: Sequence[Value]) -> tuple[tuple[Value, ...], Column]:
    """Return the distinct values in the order of their first row, and each row's position among them."""
    positions: dict[Value, int] = {}
    column = np.array([positions.setdefault(value, len(positions)) for value in values], dtype=np.int32)
    return tuple(positions), column


class _Edges:
    """The dependency edges of ordered specs, ready to be read in both directions."""

    def __init__(self, ordered: Sequence[Spec]) -> None:
        rows = {spec.hash: row for row, spec in enumerate(ordered)}
        virtuals: dict[tuple[str, ...], int] = {(): 0}
        self.dangling: list[tuple[int, Dependency]] = []
        self.odd: list[int] = []
        unresolved: set[int] = set()
        link_and_run = int(LINK_AND_RUN)  # plain: a flag's own `&` takes ten times as long
        self._count = len(ordered)
        tails, heads, deptypes, virtual_set = [], [], [], []
        for tail, spec in enumerate(ordered):
            for dependency in spec.dependencies or ():
                head = rows.get(dependency.hash)
                if head is None:
                    self.dangling.append((tail, dependency))
                    if dependency.deptypes & link_and_run:
                        unresolved.add(tail)
                    continue
                if ordered[head].package != dependency.package and self.odd[-1:] != [tail]:
                    self.odd.append(tail)
                tails.append(tail)
                heads.append(head)
                deptypes.append(dependency.deptypes)
                virtual_set.append(virtuals.setdefault(dependency.virtuals, len(virtuals)))
        self.unresolved = sorted(unresolved)
        self.virtual_sets = tuple(sorted(virtuals))
        place = np.array([self.virtual_sets.index(names) for names in virtuals], dtype=np.int32)
        self._tails = np.array(tails, dtype=np.int32)
        self._heads = np.array(heads, dtype=np.int32)
        self._deptypes = np.array(deptypes, dtype=np.uint8)
        self._virtual_set = place[np.array(virtual_set, dtype=np.int32)]

    def forward(self) -> Adjacency:
        """Return the edges from dependent to dependency."""
        return adjacency_of(self._tails, self._heads, self._deptypes, self._virtual_set, count=self._count)

    def backward(self) -> Adjacency:
        """Return the edges from dependency to dependent."""
        return adjacency_of(self._heads, self._tails, self._deptypes, self._virtual_set, count=self._count)


def adjacency_of(
    tails: Column, heads: Column, deptypes: NDArray[np.uint8], virtual_set: Column, *, count: int
) -> Adjacency:
    """Return edges among `count` rows as compressed sparse rows; the order in which they come changes nothing."""
    key = tails.astype(np.int64)
    key *= count
    key += heads
    order = np.argsort(key, kind="stable")  # quick where most edges are in order already
    in_order = key.take(order)
    if np.any(in_order[1:] == in_order[:-1]):  # two edges between the same specs
        order = np.lexsort((virtual_set, deptypes, heads, tails))
    start = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(tails, minlength=count), out=start[1:])
    return Adjacency(start, heads.take(order), deptypes.take(order), virtual_set.take(order))
