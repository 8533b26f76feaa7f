"""Packages and connections of them."""

from __future__ import annotations

import strawberry
from pyroaring import FrozenBitMap
from strawberry import UNSET

from graph import filters, select, traverse
from graph import snapshot as domain
from graph.ordered import Ascending, Ordered
from graph.traverse import Direction
from schema.arguments import After, Deptypes, First, Transitive, depth_of, deptypes_of
from schema.collection import SpecCollection
from schema.columns import varies_with, walks
from schema.connections import PACKAGES, Connection, Listing, PageArguments, window
from schema.context import Info
from schema.holder import StackedSpecHolder


@strawberry.type(
    description="A package, such as hdf5, seen from a snapshot: what its specs there are. Pages before October 2022 "
    "name packages, versions and compilers without specs; such a package has no specs here."
)
class Package(SpecCollection, StackedSpecHolder):
    """A package of a snapshot, by its position in the universe."""

    position: strawberry.Private[int]

    @property
    def place(self) -> int:
        """The position: it tells the package from others of its snapshot."""
        return self.position

    def id_parts(self) -> tuple[str, ...]:
        """Return the snapshot's and the package's name."""
        return self.within.name, self.within.universe.packages[self.position]

    @property
    def rows(self) -> FrozenBitMap:
        """The snapshot's specs of the package."""
        return self.within.package_rows(self.position)

    @property
    def compiler_names(self) -> tuple[str, ...]:
        """The names of the compilers of its specs, and of those that a source names without specs, sorted."""
        return self.within.package_compilers(self.position)

    @strawberry.field(description="Its newest version in the snapshot, by Spack's order of versions.")
    @varies_with(lambda package: package.position)
    def latest_version(self) -> str | None:
        """Return the newest version."""
        return next(iter(self.within.package_versions(self.position)), None)

    @strawberry.field(description="Its versions in the snapshot, newest first by Spack's order of versions.")
    @varies_with(lambda package: package.position)
    def versions(self) -> list[str]:
        """Return the versions."""
        return list(self.within.package_versions(self.position))

    @strawberry.field(description="Packages that a spec of this package directly depends on, by name.")
    def dependencies(
        self, info: Info, deptypes: Deptypes = UNSET, first: First = UNSET, after: After = UNSET
    ) -> PackageConnection:
        """Return the packages."""
        found, _ = traverse.packages_along(
            self.within,
            self.position,
            Direction.DEPENDENCIES,
            deptypes=deptypes_of(deptypes),
            max_depth=1,
            max_nodes=len(self.within.rows),
        )
        return package_connection(info, self.within, Ascending(found), PageArguments.of(first, after))

    @strawberry.field(
        description="Packages with a spec that depends on a spec of this package: directly or, with `transitive`, "
        "however far."
    )
    @walks
    def dependents(
        self,
        info: Info,
        deptypes: Deptypes = UNSET,
        transitive: Transitive = False,
        first: First = UNSET,
        after: After = UNSET,
    ) -> PackageConnection:
        """Return the packages."""
        found, _ = traverse.packages_along(
            self.within,
            self.position,
            Direction.DEPENDENTS,
            deptypes=deptypes_of(deptypes),
            max_depth=depth_of(None, transitive=transitive),
            max_nodes=len(self.within.rows),
        )
        return package_connection(info, self.within, Ascending(found), PageArguments.of(first, after))


@strawberry.type(description="Packages, page by page.")
class PackageConnection(Connection[Package]):
    """Packages of one snapshot."""


def package_node(within: domain.Snapshot, name: str) -> Package | None:
    """Return the package of that name, or None where no source of the snapshot names it."""
    position = within.universe.packages.position(name)
    if position is None or position not in within.packages:
        return None
    return Package(within=within, position=position)


def package_connection(info: Info, within: domain.Snapshot, members: Ordered, page: PageArguments) -> PackageConnection:
    """Return packages of a snapshot in the order given."""
    listing = Listing(within, members, within.packages, PACKAGES, lambda p: Package(within=within, position=p))
    return PackageConnection(window=window(listing, page, info.context.limits))


def all_packages(
    info: Info,
    within: domain.Snapshot,
    where: filters.PackageFilter | None,
    order: filters.PackageOrder | None,
    page: PageArguments,
) -> PackageConnection:
    """Return the snapshot's packages that a filter selects, in an order."""
    members = select.ordered_packages(within, select.package_positions(within, where, check=info.context.check), order)
    return package_connection(info, within, members, page)
