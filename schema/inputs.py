"""Filters and orders as clients write them, and their way into the domain's own.

An input has the fields of the `graph.select` struct of the same name; `domain` carries any of them over. A field that
is left out or null says nothing; all fields of one filter hold together.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import strawberry
from strawberry import UNSET

from graph import select
from graph.select import SortDirection as Direction
from schema import enums

T = TypeVar("T")


def said(description: str, name: str | None = None) -> Any:
    """Declare an optional input field, under another name where Python keeps the name for itself."""
    return strawberry.field(default=UNSET, name=name, description=description)


@strawberry.input(
    description="A condition on text; case counts. `ne` and `notIn` also hold for a spec that has no value at all."
)
class StringFilter:
    """See `graph.select.StringFilter`."""

    eq: str | None = said("Is this text.")
    ne: str | None = said("Is not this text.")
    in_: list[str] | None = said("Is one of these; an empty list selects nothing.", "in")
    not_in: list[str] | None = said("Is none of these.")
    starts_with: str | None = said("Begins with this text.")
    contains: str | None = said("Holds this text.")


@strawberry.input(description="A condition on the version, by Spack's meaning of versions.")
class VersionFilter:
    """See `graph.select.VersionFilter`."""

    eq: str | None = said('Is this version; "1-5" equals "1.5", as in Spack.')
    in_: list[str] | None = said("Is one of these versions; an empty list selects nothing.", "in")
    matches: str | None = said('Satisfies a Spack version list: "1.12", "1.2:1.4", "=1.2.1", "1.10,1.14:".')


@strawberry.input(description="A condition on the stacks that hold a spec; a name that no stack has holds nothing.")
class StackFilter:
    """See `graph.select.StackFilter`."""

    all_of: list[str] | None = said("In every one of these.")
    any_of: list[str] | None = said("In at least one of these; an empty list selects nothing.")
    none_of: list[str] | None = said("In none of these.")


@strawberry.input(description="A condition on the target that a spec is built for.")
class TargetFilter:
    """See `graph.select.TargetFilter`."""

    eq: str | None = said("Is built for exactly this target.")
    in_: list[str] | None = said("Is built for one of these targets; an empty list selects nothing.", "in")
    family: str | None = said('Is built for a target of this family, such as "aarch64".')
    runs_on: str | None = said(
        'Is built for a target that this one runs: "zen3" selects x86_64, x86_64_v2, x86_64_v3, zen, zen2 and zen3. '
        "A target that neither archspec nor the data know is an error."
    )


@strawberry.input(description="A condition on one variant; the name alone asks that the spec has the variant.")
class VariantFilter:
    """See `graph.select.VariantFilter`."""

    name: str = strawberry.field(description='The variant\'s name, such as "mpi" or "build_type".')
    enabled: bool | None = said("Whether it is on (+mpi) or off (~mpi).")
    value: str | None = said('One of its values, such as "Release"; of a multi-valued variant, any one.')


@strawberry.input(description="Which specs to list; all of its fields hold together.")
class SpecFilter:
    """See `graph.select.SpecFilter`."""

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
    in_build_cache: bool | None = said("Whether it is in the build cache.")
    external: bool | None = said("Whether it is an external: software of the host that Spack did not build.")


@strawberry.input(description="Which packages to list; all of its fields hold together.")
class PackageFilter:
    """See `graph.select.PackageFilter`."""

    and_: list[PackageFilter] | None = said("All of these hold.", "and")
    or_: list[PackageFilter] | None = said("At least one of these holds; an empty list selects nothing.", "or")
    not_: PackageFilter | None = said("This does not hold.", "not")
    name: StringFilter | None = said("The package's name.")
    has_spec: SpecFilter | None = said("A spec of the package is selected by this filter.")


@strawberry.input(description="An order of specs; ties fall back on package, newest version first, hash.")
class SpecOrder:
    """See `graph.select.SpecOrder`."""

    field: enums.SpecOrderField = strawberry.field(description="What to order by.")
    direction: enums.SortDirection = strawberry.field(default=Direction.ASC, description="Which way.")


@strawberry.input(description="An order of packages; ties fall back on the name.")
class PackageOrder:
    """See `graph.select.PackageOrder`."""

    field: enums.PackageOrderField = strawberry.field(description="What to order by.")
    direction: enums.SortDirection = strawberry.field(default=Direction.ASC, description="Which way.")


Where = Annotated[SpecFilter | None, strawberry.argument(description="Only specs that this filter selects.")]
Order = Annotated[
    SpecOrder | None,
    strawberry.argument(description="Another order than the default: package, newest version first, hash."),
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
    return kind(**{name: _carried(value) for name, value in vars(given).items() if value is not UNSET})


def _carried(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_carried, value))
    kind = _DOMAIN.get(type(value))
    return value if kind is None else domain(value, kind)


_DOMAIN: dict[type, type] = {
    StringFilter: select.StringFilter,
    VersionFilter: select.VersionFilter,
    StackFilter: select.StackFilter,
    TargetFilter: select.TargetFilter,
    VariantFilter: select.VariantFilter,
    SpecFilter: select.SpecFilter,
    PackageFilter: select.PackageFilter,
}
