"""Filters and orders over a snapshot's specs and packages: what to list, and in which order.

A filter (`graph.filters`) is evaluated over the distinct values of an attribute and the bitmaps of their rows, never by
scanning specs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np
from msgspec import Struct
from pyroaring import FrozenBitMap

from graph import versions
from graph.bitmaps import bitmap_of
from graph.errors import BadInput
from graph.filters import (
    DependencyFilter,
    PackageFilter,
    PackageOrder,
    PackageOrderField,
    SortDirection,
    SpecFilter,
    SpecOrder,
    SpecOrderField,
    StackFilter,
    StringFilter,
    TargetFilter,
    VariantFilter,
    VersionFilter,
)
from graph.matching import matching_rows, rows_depending_on
from graph.model import Compiler
from graph.ordered import Arranged, Ascending, Ordered
from graph.snapshot import NO_SIZE, Snapshot
from graph.universe import Facet

Check = Callable[[], None]
"""Raises where there is no time left; called before what may take long."""


def spec_rows(snapshot: Snapshot, where: SpecFilter | None, *, check: Check | None = None) -> FrozenBitMap:
    """Return the rows of the snapshot's specs that the filter selects; no filter selects all.

    `check` is called for each filter within the filter and each dependency of a constraint; what it raises is raised.
    """
    if where is None:
        return snapshot.rows
    if check is not None:
        check()
    rows = _meeting([snapshot.rows, *_spec_conditions(snapshot, where, check)])
    if where.not_ is not None:
        rows = rows - spec_rows(snapshot, where.not_, check=check)
    return rows


def _spec_conditions(snapshot: Snapshot, where: SpecFilter, check: Check | None) -> Iterator[FrozenBitMap]:
    universe = snapshot.universe
    nested = partial(spec_rows, snapshot, check=check)
    yield from _combined(where.and_, where.or_, nested)
    if where.package is not None:
        packages = _chosen_names(universe.packages, where.package)
        yield _union(FrozenBitMap(range(*universe.package_rows(p))) for p in packages)
    if where.hash is not None:
        yield _hash_rows(snapshot, where.hash)
    if where.version is not None:
        yield _version_rows(snapshot, where.version)
    if where.stack is not None:
        yield _stack_rows(snapshot, where.stack)
    if where.target is not None:
        yield _target_rows(snapshot, where.target)
    for facet, condition in (
        (universe.operating_system, where.operating_system),
        (universe.platform, where.platform),
        (universe.compiler, _compiler_names(where.compiler)),
    ):
        if condition is not None:
            yield _facet_rows(snapshot, facet, condition)
    for variant in where.variant or ():
        yield _variant_rows(snapshot, variant)
    if where.depends_on is not None:
        yield _depending_rows(snapshot, where.depends_on, check)
    if where.matching is not None:
        yield matching_rows(snapshot, where.matching, check=check)
    if where.in_build_cache is not None:
        yield snapshot.binaries if where.in_build_cache else snapshot.rows - snapshot.binaries
    if where.external is not None:
        yield universe.external if where.external else snapshot.rows - universe.external


def _combined(
    every: Iterable[Struct] | None, some: Iterable[Struct] | None, select: Callable[..., FrozenBitMap]
) -> Iterator[FrozenBitMap]:
    """Yield a condition for each filter of `and`, and one for all of `or`."""
    for part in every or ():
        yield select(part)
    if some is not None:
        yield _union(select(part) for part in some)


def _meeting(sets: Iterable[FrozenBitMap]) -> FrozenBitMap:
    """Return what all of the sets hold; there is at least one."""
    # The smallest first: what an intersection costs follows the smaller side.
    common, *others = sorted(sets, key=len)
    for other in others:
        common = common & other
    return common


def _union(sets: Iterable[FrozenBitMap]) -> FrozenBitMap:
    return FrozenBitMap.union(FrozenBitMap(), *sets)


def _holds(condition: StringFilter, text: str) -> bool:
    """Tell whether the condition's positive parts hold for a text."""
    return (
        (condition.eq is None or text == condition.eq)
        and (condition.in_ is None or text in condition.in_)
        and (condition.starts_with is None or text.startswith(condition.starts_with))
        and (condition.contains is None or condition.contains in text)
    )


def _excluded(condition: StringFilter) -> tuple[str, ...]:
    """Return the texts that the condition's negative parts name."""
    single = () if condition.ne is None else (condition.ne,)
    return (*single, *(condition.not_in or ()))


def _has_positive_part(condition: StringFilter) -> bool:
    parts = (condition.eq, condition.in_, condition.starts_with, condition.contains)
    return any(part is not None for part in parts)


def _chosen_names(names: Iterable[str], condition: StringFilter) -> list[int]:
    """Return the positions of the names that the whole condition holds for."""
    excluded = frozenset(_excluded(condition))
    return [p for p, name in enumerate(names) if name not in excluded and _holds(condition, name)]


def _facet_rows(snapshot: Snapshot, facet: Facet, condition: StringFilter) -> FrozenBitMap:
    rows = snapshot.rows
    if _has_positive_part(condition):
        rows = _union(facet.rows[p] for p, value in enumerate(facet.values) if _holds(condition, value))
    return rows - _union(facet.rows_of(value) for value in _excluded(condition))


def _hash_rows(snapshot: Snapshot, condition: StringFilter) -> FrozenBitMap:
    universe = snapshot.universe
    known = universe.row_by_hash
    exact = [condition.in_, None if condition.eq is None else (condition.eq,)]
    rows = snapshot.rows
    for hashes in exact:
        if hashes is not None:
            rows = rows & FrozenBitMap([known[h] for h in hashes if h in known])
    if condition.starts_with is not None:
        rows = rows & FrozenBitMap(universe.rows_with_prefix(condition.starts_with))
    if condition.contains is not None:
        rows = FrozenBitMap([row for row in rows if condition.contains in universe.hashes[row]])
    return rows - FrozenBitMap([known[h] for h in _excluded(condition) if h in known])


def _version_rows(snapshot: Snapshot, condition: VersionFilter) -> FrozenBitMap:
    facet = snapshot.universe.version
    rows = snapshot.rows
    if condition.eq is not None:
        rows = rows & _equal_versions(snapshot, (condition.eq,))
    if condition.in_ is not None:
        rows = rows & _equal_versions(snapshot, condition.in_)
    if condition.matches is not None:
        allowed = versions.parse_version_list(condition.matches)
        known = snapshot.universe.ordered_versions
        rows = rows & _union(facet.rows[p] for start, stop in allowed.bounds(known) for p in range(start, stop))
    return rows


def _equal_versions(snapshot: Snapshot, texts: Iterable[str]) -> FrozenBitMap:
    wanted = {versions.Version(text) for text in texts}
    known = snapshot.universe.ordered_versions
    facet = snapshot.universe.version
    return _union(facet.rows[p] for p, version in enumerate(known) if version in wanted)


def _stack_rows(snapshot: Snapshot, condition: StackFilter) -> FrozenBitMap:
    def held(stack: str) -> FrozenBitMap:
        position = snapshot.stacks.position(stack)
        return FrozenBitMap() if position is None else snapshot.stack_rows[position]

    parts = [held(stack) for stack in condition.all_of or ()]
    if condition.any_of is not None:
        parts.append(_union(map(held, condition.any_of)))
    return _meeting(parts or [snapshot.rows]) - _union(map(held, condition.none_of or ()))


def _target_rows(snapshot: Snapshot, condition: TargetFilter) -> FrozenBitMap:
    facet = snapshot.universe.target
    parts = []
    if condition.eq is not None:
        parts.append(facet.rows_of(condition.eq))
    if condition.in_ is not None:
        parts.append(_union(map(facet.rows_of, condition.in_)))
    if condition.family is not None:
        parts.append(snapshot.universe.target_family.rows_of(condition.family))
    if condition.runs_on is not None:
        parts.append(rows_running_on(snapshot, condition.runs_on))
    return _meeting(parts or [snapshot.rows])


def rows_running_on(snapshot: Snapshot, target: str) -> FrozenBitMap:
    """Return the snapshot's specs built for a target that this one runs, by archspec's order.

    Raises `BadInput` for a target that neither archspec nor the data know: what it runs cannot be told.
    """
    facet, table = snapshot.universe.target, snapshot.universe.targets
    if table.known(target) is None and target not in facet.values:
        raise BadInput(f"no target {target!r}; ask for `targets`, or give a name that archspec knows, such as zen3")
    return snapshot.rows & _union(facet.rows_of(name) for name in table.runs(target))


def _compiler_names(condition: StringFilter | None) -> StringFilter | None:
    """Drop the `=` that older Spack prints after the `@` of a compiler, as the compilers' names do."""
    if condition is None:
        return None

    def name(text: str) -> str:
        compiler = Compiler.parse(text)
        return compiler.name if compiler else text

    def names(texts: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if texts is None else tuple(map(name, texts))

    return StringFilter(
        eq=None if condition.eq is None else name(condition.eq),
        ne=None if condition.ne is None else name(condition.ne),
        in_=names(condition.in_),
        not_in=names(condition.not_in),
        starts_with=condition.starts_with,
        contains=condition.contains,
    )


def _variant_rows(snapshot: Snapshot, condition: VariantFilter) -> FrozenBitMap:
    variants = snapshot.universe.variant_rows
    rows = snapshot.rows
    if condition.enabled is not None:
        rows = rows & variants.having(condition.name, condition.enabled)
    if condition.value is not None:
        rows = rows & variants.having(condition.name, condition.value)
    if condition.enabled is None and condition.value is None:
        rows = rows & _union(found for value, found in variants.of(condition.name) if value is not None)
    return rows


def _depending_rows(snapshot: Snapshot, condition: DependencyFilter, check: Check | None) -> FrozenBitMap:
    wanted = snapshot.rows
    if condition.package is not None:
        position = snapshot.universe.packages.position(condition.package)
        wanted = FrozenBitMap() if position is None else snapshot.package_rows(position)
    if condition.matching is not None:
        wanted = wanted & matching_rows(snapshot, condition.matching, check=check)
    return rows_depending_on(snapshot, wanted, deptypes=condition.deptypes, transitive=condition.transitive)


def ordered_specs(snapshot: Snapshot, rows: FrozenBitMap, order: SpecOrder | None) -> Ordered:
    """Put rows of the snapshot into an order; None is the default one: package, newest version first, hash.

    Specs whose size is not recorded come last, whichever way SIZE is ordered.
    """
    if order is None or order == SpecOrder(SpecOrderField.PACKAGE):
        return Ascending(rows)
    array = Snapshot.row_array(rows).astype(np.int64)
    universe = snapshot.universe
    sign = 1 if order.direction is SortDirection.ASC else -1
    if order.field is SpecOrderField.SIZE:
        sizes = snapshot.size_column(array)
        return Arranged(array[np.lexsort((array, sign * sizes, sizes == NO_SIZE))])
    column = {
        SpecOrderField.PACKAGE: universe.package,
        SpecOrderField.VERSION: universe.version_rank,
        SpecOrderField.HASH: universe.hash_rank,
    }[order.field]
    return Arranged(array[np.lexsort((array, sign * column[array].astype(np.int64)))])


def package_positions(snapshot: Snapshot, where: PackageFilter | None, *, check: Check | None = None) -> FrozenBitMap:
    """Return the positions of the snapshot's packages that the filter selects; no filter selects all.

    `check` is called as `spec_rows` does.
    """
    packages = snapshot.packages
    if where is None:
        return packages
    if check is not None:
        check()
    for condition in _combined(where.and_, where.or_, partial(package_positions, snapshot, check=check)):
        packages = packages & condition
    if where.name is not None:
        packages = packages & FrozenBitMap(_chosen_names(snapshot.universe.packages, where.name))
    if where.has_spec is not None:
        rows = Snapshot.row_array(spec_rows(snapshot, where.has_spec, check=check))
        packages = packages & bitmap_of(np.unique(snapshot.universe.package[rows]))
    if where.not_ is not None:
        packages = packages - package_positions(snapshot, where.not_, check=check)
    return packages


def ordered_packages(snapshot: Snapshot, packages: FrozenBitMap, order: PackageOrder | None) -> Ordered:
    """Put packages of the snapshot into an order; None is the default one, by name."""
    if order is None or order == PackageOrder(PackageOrderField.NAME):
        return Ascending(packages)
    array = Snapshot.row_array(packages).astype(np.int64)
    sign = 1 if order.direction is SortDirection.ASC else -1
    keys = array if order.field is PackageOrderField.NAME else snapshot.specs_per_package[array]
    return Arranged(array[np.lexsort((array, sign * keys.astype(np.int64)))])


def stacks_holding(snapshot: Snapshot, rows: FrozenBitMap) -> dict[int, int]:
    """Return how many of the rows each stack holds, by the stack's position, without stacks that hold none."""
    counts = enumerate(held.intersection_cardinality(rows) for held in snapshot.stack_rows)
    return {position: count for position, count in counts if count}


def stacks_holding_value(snapshot: Snapshot, facet: Facet, value: str) -> dict[int, int]:
    """Return how many of the specs with a facet's value each stack holds, as `stacks_holding` does of their rows."""
    position = facet.values.position(value)
    counts = [] if position is None else snapshot.stack_counts(facet)[position].tolist()
    return {stack: count for stack, count in enumerate(counts) if count}


def packages_of(snapshot: Snapshot, rows: FrozenBitMap) -> FrozenBitMap:
    """Return the positions of the packages that the rows are specs of."""
    found = np.unique(snapshot.universe.package[Snapshot.row_array(rows)])
    return bitmap_of(found)
