"""Filters and orders as values: what `graph.select` evaluates over a snapshot.

All parts of one filter hold together; a part that is None says nothing. An empty `and_` holds for every spec, an
empty `or_` or `in_` for none. Names that nothing has select nothing.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from graph.model import ALL_DEPENDENCY_TYPES, DependencyType
from graph.speclang import Constraint


class StringFilter(Struct, frozen=True):
    """A condition on text. `ne` and `not_in` also hold for a spec that has no value at all."""

    eq: str | None = None
    ne: str | None = None
    in_: tuple[str, ...] | None = None
    not_in: tuple[str, ...] | None = None
    starts_with: str | None = None
    contains: str | None = None


class VersionFilter(Struct, frozen=True):
    """A condition on the version: equal by Spack's order (`eq`, `in_`), or within a Spack version list."""

    eq: str | None = None
    in_: tuple[str, ...] | None = None
    matches: str | None = None


class StackFilter(Struct, frozen=True):
    """A condition on the stacks that hold a spec."""

    all_of: tuple[str, ...] | None = None
    any_of: tuple[str, ...] | None = None
    none_of: tuple[str, ...] | None = None


class TargetFilter(Struct, frozen=True):
    """A condition on the target that a spec is built for; `runs_on` names a target whose machines run it."""

    eq: str | None = None
    in_: tuple[str, ...] | None = None
    family: str | None = None
    runs_on: str | None = None


class VariantFilter(Struct, frozen=True):
    """A condition on one variant: on or off, or one of its values; the name alone asks that the spec has it."""

    name: str
    enabled: bool | None = None
    value: str | None = None


class DependencyFilter(Struct, frozen=True):
    """A condition on what a spec depends on: a spec of a package, or one that a constraint matches, or both.

    Only edges of any of these types count; without `transitive`, only direct ones. Neither package nor constraint
    asks for any dependency at all.
    """

    package: str | None = None
    matching: Constraint | None = None
    deptypes: DependencyType = ALL_DEPENDENCY_TYPES
    transitive: bool = True


class SpecFilter(Struct, frozen=True):
    """Which specs to list; `matching` is a Spack spec constraint."""

    and_: tuple[SpecFilter, ...] | None = None
    or_: tuple[SpecFilter, ...] | None = None
    not_: SpecFilter | None = None
    package: StringFilter | None = None
    hash: StringFilter | None = None
    version: VersionFilter | None = None
    stack: StackFilter | None = None
    target: TargetFilter | None = None
    operating_system: StringFilter | None = None
    platform: StringFilter | None = None
    compiler: StringFilter | None = None
    variant: tuple[VariantFilter, ...] | None = None
    depends_on: DependencyFilter | None = None
    in_build_cache: bool | None = None
    external: bool | None = None
    matching: Constraint | None = None


class PackageFilter(Struct, frozen=True):
    """Which packages to list; `has_spec` asks for a spec of the package that its filter selects."""

    and_: tuple[PackageFilter, ...] | None = None
    or_: tuple[PackageFilter, ...] | None = None
    not_: PackageFilter | None = None
    name: StringFilter | None = None
    has_spec: SpecFilter | None = None


class SortDirection(Enum):
    """Ascending or descending."""

    ASC = "ASC"
    DESC = "DESC"


class SpecOrderField(Enum):
    """What specs can be ordered by."""

    PACKAGE = "PACKAGE"
    VERSION = "VERSION"
    HASH = "HASH"
    SIZE = "SIZE"


class PackageOrderField(Enum):
    """What packages can be ordered by."""

    NAME = "NAME"
    SPEC_COUNT = "SPEC_COUNT"


class SpecOrder(Struct, frozen=True):
    """An order of specs; ties fall back on the default order: package, newest version first, hash."""

    field: SpecOrderField
    direction: SortDirection = SortDirection.ASC


class PackageOrder(Struct, frozen=True):
    """An order of packages; ties fall back on the name."""

    field: PackageOrderField
    direction: SortDirection = SortDirection.ASC
