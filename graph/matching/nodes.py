"""Which specs satisfy what a constraint says of the spec itself, dependencies aside (Spack 1.1: `Spec.satisfies`).

Every part narrows a bitmap by the index of its attribute. The parts come in Spack's order: an unknown target in a
range is an error only where there is a spec that satisfies all before it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pyroaring import FrozenBitMap

from graph.bitmaps import bitmap_of
from graph.levels import marks_of
from graph.marks import bitmap_of_marks
from graph.matching.closure import rows_from
from graph.matching.indexes import indexes_of
from graph.matching.providers import providers_of
from graph.model import ALL_DEPENDENCY_TYPES, Flags
from graph.snapshot import Snapshot
from graph.sparse import distinct
from graph.speclang import Constraint, FlagConstraint, VariantConstraint
from graph.speclang.target_ranges import target_satisfies
from graph.universe import Column, Marks
from graph.variants import Value, Values
from graph.versions import VersionList

WILDCARD = "*"
NOTHING = FrozenBitMap()

_FILTER_BELOW = 8
"""A set of fewer than one in so many of all rows is filtered by a column, a larger one by the bitmaps of values."""


class Nodes:
    """The specs of a snapshot, by what they are themselves."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.universe = snapshot.universe
        self.indexes = indexes_of(snapshot.universe)

    def satisfying(self, constraint: Constraint) -> FrozenBitMap:
        """Return the specs that the constraint's node holds for: of its name, or providing the virtual it names."""
        return self.named(constraint) | self.providing(constraint)

    def named(self, constraint: Constraint) -> FrozenBitMap:
        """Return the specs of the package that the constraint names, of any package where it names none."""
        rows = self._with_hash(constraint) & self.of_package(constraint.name)
        for narrow in (self._in_namespace, self._in_versions, self._with_variants, self._built_for, self._with_flags):
            if not rows:
                break
            rows = narrow(rows, constraint)
        return rows

    def providing(self, constraint: Constraint) -> FrozenBitMap:
        """Return the specs that provide the virtual that the constraint names; none where it names none.

        As in Spack, only the version and the hash count. A package that no list knows provides what it provides over
        some edge.
        """
        name = constraint.name
        if name is None or not self.virtual(name):
            return NOTHING
        listed = providers_of(name)
        found = [self.named(p.constraint) for p in listed if p.provides(constraint.versions)]
        if name in self.indexes.providing:
            heads = distinct(self.indexes.providing[name].heads)
            if constraint.versions is None:
                found.append(bitmap_of(heads))
            packages = {self.universe.packages[p] for p in distinct(self.universe.package[heads]).tolist()}
            found += map(self.of_package, sorted(packages - {p.constraint.name for p in listed}))
        return self._with_hash(constraint) & FrozenBitMap.union(NOTHING, *found)

    def virtual(self, name: str | None) -> bool:
        """Tell whether the name is a virtual's: an edge or a recipe says so, and no spec of the snapshot has it."""
        if name is None or not (name in self.indexes.providing or providers_of(name)):
            return False
        return not self.of_package(name)

    def of_package(self, name: str | None) -> FrozenBitMap:
        """Return the specs of a package, or all where the name is None."""
        if name is None:
            return self.snapshot.rows
        position = self.universe.packages.position(name)
        return NOTHING if position is None else self.snapshot.package_rows(position)

    def marks(self, rows: FrozenBitMap) -> Marks:
        """Return one mark a row of the universe, set for these."""
        return marks_of(rows, count=len(self.universe))

    def above(self, starts: Marks, deptypes: int, *, within: Marks | None = None) -> Marks:
        """Mark the starts and all that depends on them over such edges, in the snapshot or a part of it."""
        within = self.snapshot.holds if within is None else within
        return rows_from(self.universe, starts, within=within, deptypes=deptypes)

    def _with_hash(self, constraint: Constraint) -> FrozenBitMap:
        if constraint.hash is None:
            return self.snapshot.rows
        return self.snapshot.rows & FrozenBitMap(self.universe.rows_with_prefix(constraint.hash))

    def _in_namespace(self, rows: FrozenBitMap, constraint: Constraint) -> FrozenBitMap:
        if constraint.namespace is None:
            return rows
        return rows & self.universe.namespace.rows_of(constraint.namespace)

    def _in_versions(self, rows: FrozenBitMap, constraint: Constraint) -> FrozenBitMap:
        return rows if constraint.versions is None else self._among(rows, constraint.versions)

    def _among(self, rows: FrozenBitMap, versions: VersionList) -> FrozenBitMap:
        facet = self.universe.version
        bounds = versions.bounds(self.universe.ordered_versions)
        if len(rows) * _FILTER_BELOW > len(self.universe):
            return rows & FrozenBitMap.union(NOTHING, *(facet.rows[p] for run in bounds for p in range(*run)))
        wanted = np.zeros(len(facet.values), dtype=np.bool_)
        for first, end in bounds:
            wanted[first:end] = True
        return _filtered(rows, facet.column, wanted)

    def _with_variants(self, rows: FrozenBitMap, constraint: Constraint) -> FrozenBitMap:
        for variant in constraint.variants:
            rows = self._propagating(rows, variant) if variant.propagated else rows & self._with_variant(variant)
        return rows

    def _with_variant(self, wanted: VariantConstraint) -> FrozenBitMap:
        known = self.universe.variant_rows.of(wanted.name)
        if wanted.enabled is not None:
            return _union(known, _is(wanted.enabled))
        if wanted.exact:
            return self._with_values(wanted) - _union(known, lambda value: value not in wanted.values)
        return self._with_values(wanted)

    def _with_values(self, wanted: VariantConstraint) -> FrozenBitMap:
        """Return the specs whose variant has all the values; of patches, the beginnings of the checksums do."""
        known = self.universe.variant_rows.of(wanted.name)
        rows = _union(known)
        by_prefix = wanted.name == "patches" and not wanted.exact
        for each in wanted.values:
            rows = rows & _union(known, _begins_with(each) if by_prefix else _is(each))
        return rows

    def _propagating(self, rows: FrozenBitMap, wanted: VariantConstraint) -> FrozenBitMap:
        """Leave out each spec that has, in its whole graph, a spec with the variant but not as it is wanted."""
        has_it = _union(self.universe.variant_rows.of(wanted.name))
        wrong = (has_it - self._with_variant(wanted)) & self.snapshot.rows
        if not wrong:
            return rows
        return rows - bitmap_of_marks(self.above(self.marks(wrong), int(ALL_DEPENDENCY_TYPES)))

    def _built_for(self, rows: FrozenBitMap, constraint: Constraint) -> FrozenBitMap:
        for facet, wanted in (
            (self.universe.platform, constraint.platform),
            (self.universe.operating_system, constraint.operating_system),
        ):
            if wanted == WILDCARD:
                # In Spack 1.1 a star ends the comparison: what follows it in platform-os-target counts for nothing.
                return rows
            if wanted is not None:
                rows = rows & facet.rows_of(wanted)
        if constraint.target is None or not rows:
            return rows
        wanted, facet = constraint.target, self.universe.target
        present = [(name, own) for name, own in zip(facet.values, facet.rows, strict=True) if own.intersect(rows)]
        held = [own for name, own in present if target_satisfies(name, wanted, self.universe.targets)]
        return rows & FrozenBitMap.union(NOTHING, *held)

    def _with_flags(self, rows: FrozenBitMap, constraint: Constraint) -> FrozenBitMap:
        if not constraint.flags:
            return rows
        held = [_has_flags(flags, constraint.flags) for flags in self.universe.flag_sets]
        return _filtered(rows, self.universe.flag_set, np.array(held, dtype=np.bool_))


def _has_flags(flags: tuple[Flags, ...], wanted: tuple[FlagConstraint, ...]) -> bool:
    own = {kind.name: set(kind.values) for kind in flags}
    return all(own.get(kind.name, set()).issuperset(kind.values) for kind in wanted)


def _filtered(rows: FrozenBitMap, column: Column, wanted: Marks) -> FrozenBitMap:
    """Keep the rows whose position in the column is marked."""
    places = Snapshot.row_array(rows)
    return bitmap_of(places[wanted[column[places]]])


def _union(values: Values, chosen: Callable[[Value], bool] = lambda value: True) -> FrozenBitMap:
    return FrozenBitMap.union(NOTHING, *(rows for value, rows in values if chosen(value)))


def _is(wanted: Value) -> Callable[[Value], bool]:
    return lambda value: value == wanted


def _begins_with(prefix: str) -> Callable[[Value], bool]:
    return lambda value: isinstance(value, str) and value.startswith(prefix)
