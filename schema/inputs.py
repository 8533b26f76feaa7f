"""Filters and orders as clients write them, and their way into the domain's own.

An input has the fields of the `graph.select` struct of the same name; `domain` carries any of them over. A field that
is left out or null says nothing; all fields of one filter hold together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import strawberry
from strawberry import UNSET

from graph import filters
from graph.filters import SortDirection as Direction
from graph.speclang import parse
from schema import enums
from schema.arguments import deptypes_of

T = TypeVar("T")


def said(description: str, name: str | None = None) -> Any:
    """Declare an optional input field, under another name where Python keeps the name for itself."""
    return strawberry.field(default=UNSET, name=name, description=description)


@strawberry.input(
    description="A condition on text; case counts. `ne` and `notIn` also hold for a spec that has no value at all."
)
class StringFilter:
    """See `graph.filters.StringFilter`."""

    eq: str | None = said("Is this text.")
    ne: str | None = said("Is not this text.")
    in_: list[str] | None = said("Is one of these; an empty list selects nothing.", "in")
    not_in: list[str] | None = said("Is none of these.")
    starts_with: str | None = said("Begins with this text.")
    contains: str | None = said("Holds this text.")


@strawberry.input(description="A condition on the version, by Spack's meaning of versions.")
class VersionFilter:
    """See `graph.filters.VersionFilter`."""

    eq: str | None = said('Is this version; "1-5" equals "1.5", as in Spack.')
    in_: list[str] | None = said("Is one of these versions; an empty list selects nothing.", "in")
    matches: str | None = said('Satisfies a Spack version list: "1.12", "1.2:1.4", "=1.2.1", "1.10,1.14:".')


@strawberry.input(description="A condition on the stacks that hold a spec; a name that no stack has holds nothing.")
class StackFilter:
    """See `graph.filters.StackFilter`."""

    all_of: list[str] | None = said("In every one of these.")
    any_of: list[str] | None = said("In at least one of these; an empty list selects nothing.")
    none_of: list[str] | None = said("In none of these.")


@strawberry.input(description="A condition on the target that a spec is built for.")
class TargetFilter:
    """See `graph.filters.TargetFilter`."""

    eq: str | None = said("Is built for exactly this target.")
    in_: list[str] | None = said("Is built for one of these targets; an empty list selects nothing.", "in")
    family: str | None = said('Is built for a target of this family, such as "aarch64".')
    runs_on: str | None = said(
        'Is built for a target that this one runs: "zen3" selects x86_64, x86_64_v2, x86_64_v3, zen, zen2 and zen3. '
        "A target that neither archspec nor the data know is an error."
    )


@strawberry.input(description="A condition on one variant; the name alone asks that the spec has the variant.")
class VariantFilter:
    """See `graph.filters.VariantFilter`."""

    name: str = strawberry.field(description='The variant\'s name, such as "mpi" or "build_type".')
    enabled: bool | None = said("Whether it is on (+mpi) or off (~mpi).")
    value: str | None = said('One of its values, such as "Release"; of a multi-valued variant, any one.')


@strawberry.input(
    description="A condition on what a spec depends on: a spec of `package`, or one that `matching` matches; both "
    "together, one that is both. Neither asks for any dependency at all."
)
class DependencyFilter:
    """See `graph.filters.DependencyFilter`."""

    package: str | None = said("The name of the package that it depends on.")
    matching: str | None = said('A spec constraint that the dependency matches, such as "openmpi@4:".')
    deptypes: list[enums.DependencyType] | None = said("Only edges of any of these types; left out, of all types.")
    transitive: bool | None = strawberry.field(
        default=True, description="However far away; false: among the direct dependencies alone."
    )


@strawberry.input(description="Which specs to list; all of its fields hold together.")
class SpecFilter:
    """See `graph.filters.SpecFilter`."""

    and_: list[SpecFilter] | None = said("All of these hold.", "and")
    or_: list[SpecFilter] | None = said("At least one of these holds; an empty list selects nothing.", "or")
    not_: SpecFilter | None = said("This does not hold.", "not")
    package: StringFilter | None = said("The package's name.")
    hash: StringFilter | None = said("The DAG hash.")
    version: VersionFilter | None = said("The version.")
    stack: StackFilter | None = said("The stacks that hold it.")
    target: TargetFilter | None = said("The target that it is built for.")
    operating_system: StringFilter | None = said('The operating system, such as "ubuntu22.04".')
    platform: StringFilter | None = said('The platform: "linux", "darwin" or "windows".')
    compiler: StringFilter | None = said('The compiler\'s name, such as "gcc@11.4.0"; "gcc@=11.4.0" is the same.')
    variant: list[VariantFilter] | None = said("Conditions on variants; all of them hold.")
    depends_on: DependencyFilter | None = said("What it depends on.")
    in_build_cache: bool | None = said("Whether it is in the build cache.")
    external: bool | None = said("Whether it is an external: software of the host that Spack did not build.")
    matching: str | None = said('A Spack spec constraint, such as "hdf5@1.14: +mpi %gcc@11 ^openmpi".')


@strawberry.input(description="Which packages to list; all of its fields hold together.")
class PackageFilter:
    """See `graph.filters.PackageFilter`."""

    and_: list[PackageFilter] | None = said("All of these hold.", "and")
    or_: list[PackageFilter] | None = said("At least one of these holds; an empty list selects nothing.", "or")
    not_: PackageFilter | None = said("This does not hold.", "not")
    name: StringFilter | None = said("The package's name.")
    has_spec: SpecFilter | None = said("A spec of the package is selected by this filter.")


@strawberry.input(description="An order of specs; ties fall back on package, newest version first, hash.")
class SpecOrder:
    """See `graph.filters.SpecOrder`."""

    field: enums.SpecOrderField = strawberry.field(description="What to order by.")
    direction: enums.SortDirection = strawberry.field(default=Direction.ASC, description="Which way.")


@strawberry.input(description="An order of packages; ties fall back on the name.")
class PackageOrder:
    """See `graph.filters.PackageOrder`."""

    field: enums.PackageOrderField = strawberry.field(description="What to order by.")
    direction: enums.SortDirection = strawberry.field(default=Direction.ASC, description="Which way.")


Where = Annotated[SpecFilter | None, strawberry.argument(description="Only specs that this filter selects.")]
Order = Annotated[
    SpecOrder | None,
    strawberry.argument(description="Another order than the default: package, newest version first, hash."),
]
Matching = Annotated[
    str | None,
    strawberry.argument(
        description="Only specs that this Spack spec constraint matches, as `spack find` would, such as "
        '"hdf5@1.14: +mpi %gcc@11 target=x86_64_v3: ^openmpi".'
    ),
]
PackageWhere = Annotated[
    PackageFilter | None, strawberry.argument(description="Only packages that this filter selects.")
]
PackageOrdering = Annotated[
    PackageOrder | None, strawberry.argument(description="Another order than the default, by name.")
]


def domain(given: object, kind: type[T]) -> T | None:
    """Carry an input over into the domain's struct of that kind; None where it was left out or null."""
    if given is None or given is UNSET:
        return None
    said_parts = {name: value for name, value in vars(given).items() if value is not UNSET and value is not None}
    return kind(**{name: _READ.get(name, _carried)(value) for name, value in said_parts.items()})


def selection(where: SpecFilter | None, matching: str | None) -> filters.SpecFilter | None:
    """Join a field's two ways of selecting specs; None where both were left out. Raises `SpecSyntaxError`."""
    condition = domain(where, filters.SpecFilter)
    if matching is None or matching is UNSET:
        return condition
    constraint = parse(matching)
    return filters.SpecFilter(and_=None if condition is None else (condition,), matching=constraint)


def _carried(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_carried, value))
    kind = _DOMAIN.get(type(value))
    return value if kind is None else domain(value, kind)


_READ: dict[str, Callable[[Any], Any]] = {"matching": parse, "deptypes": deptypes_of}
"""Fields whose value is text or a list here, and a constraint or flags in the domain."""


_DOMAIN: dict[type, type] = {
    StringFilter: filters.StringFilter,
    VersionFilter: filters.VersionFilter,
    StackFilter: filters.StackFilter,
    TargetFilter: filters.TargetFilter,
    VariantFilter: filters.VariantFilter,
    DependencyFilter: filters.DependencyFilter,
    SpecFilter: filters.SpecFilter,
    PackageFilter: filters.PackageFilter,
}
