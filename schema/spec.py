"""Concretized specs, their variants, and connections of them."""

from __future__ import annotations

from typing import Annotated

import strawberry
from pyroaring import FrozenBitMap
from strawberry import UNSET

from graph import filters, model, select, traverse
from graph import snapshot as domain
from graph.facets import facet_counts
from graph.ordered import Ascending
from graph.speclang import VariantConstraint
from graph.traverse import Direction
from schema import compiler as compilers
from schema import dependency as dependencies
from schema import inputs
from schema import operating_system as operating_systems
from schema import package as packages
from schema import snapshot as snapshots
from schema import stack as stacks
from schema import target as targets
from schema.arguments import (
    After,
    Before,
    Deptypes,
    First,
    Last,
    MaxDepth,
    Transitive,
    depth_of,
    deptypes_of,
    given,
)
from schema.columns import ByRow, each_row, many, told_by, varies_with, walks
from schema.connections import SPECS, Connection, Listing, PageArguments, checked_count, window
from schema.context import Info
from schema.enums import Facet
from schema.facets import FacetCounts
from schema.node import Node
from schema.references import (
    CompilerRef,
    DependencyConnectionRef,
    DependencyGraphRef,
    OperatingSystemRef,
    PackageRef,
    StackConnectionRef,
    TargetRef,
)
from schema.scalars import BigInt


@strawberry.type(
    description="One variant of a spec, or a condition on one: `enabled` of a boolean one, `values` of any other."
)
class Variant:
    """A variant of a spec, or what a constraint asks of one."""

    variant: strawberry.Private[model.Variant | VariantConstraint]

    @strawberry.field(description='Its name, such as "mpi" or "build_type".')
    def name(self) -> str:
        """Return the name."""
        return self.variant.name

    @strawberry.field(description="Whether it is on (+x) or off (~x); null where it is not boolean.")
    def enabled(self) -> bool | None:
        """Tell whether it is on."""
        return self.variant.enabled

    @strawberry.field(description="Its values (x=a,b); empty where it is boolean.")
    def values(self) -> list[str]:
        """Return the values."""
        return list(self.variant.values)

    @strawberry.field(description='The variant as Spack prints it: "+mpi", "~shared", "libs:=shared,static".')
    def text(self) -> str:
        """Return the text."""
        return self.variant.text


@strawberry.type(
    description="A concretized spec: one build of a package, with everything that was decided about it, named by its "
    "DAG hash. Specs that no binary exists for (externals, build tools) are listed too."
)
class Spec(Node):
    """A spec of a snapshot, by its row in the universe."""

    within: strawberry.Private[domain.Snapshot]
    row: strawberry.Private[int]

    @property
    def place(self) -> int:
        """The row: it tells the spec from others of its snapshot."""
        return self.row

    def id_parts(self) -> tuple[str, ...]:
        """Return the snapshot's name and the hash."""
        return self.within.name, self.within.universe.hashes[self.row]

    @strawberry.field(description="The DAG hash: 32 characters over the spec and all that it depends on.")
    @each_row
    def hash(self: ByRow) -> list[str]:
        """Return the hash."""
        return self.within.universe.hashes_of(self.row)

    @strawberry.field(description="The snapshot that this was reached in.")
    @varies_with(lambda spec: spec.row * 0)
    def snapshot(self, info: Info) -> snapshots.Snapshot:
        """Return the snapshot."""
        return snapshots.snapshot_node(info.context.catalogue, self.within)

    @strawberry.field(description="The package that it is a build of.")
    @told_by(lambda within: within.universe.package)
    def package(self) -> PackageRef:
        """Return the package."""
        return packages.Package(within=self.within, position=int(self.within.universe.package[self.row]))

    @strawberry.field(description="Its version.")
    @told_by(lambda within: within.universe.version.column)
    def version(self) -> str:
        """Return the version."""
        return self.within.universe.version.value(self.row) or ""

    @strawberry.field(description='The package repository\'s namespace, such as "builtin"; null where not recorded.')
    @told_by(lambda within: within.universe.namespace.column)
    def namespace(self) -> str | None:
        """Return the namespace."""
        return self.within.universe.namespace.value(self.row)

    @strawberry.field(description="The compiler that built it; null where none is recorded.")
    @told_by(lambda within: within.universe.compiler.column)
    def compiler(self) -> CompilerRef | None:
        """Return the compiler."""
        name = self.within.universe.compiler.value(self.row)
        return None if name is None else compilers.Compiler(within=self.within, key=name)

    @strawberry.field(description="The operating system that it is built under.")
    @told_by(lambda within: within.universe.operating_system.column)
    def operating_system(self) -> OperatingSystemRef:
        """Return the operating system."""
        name = self.within.universe.operating_system.value(self.row) or ""
        return operating_systems.OperatingSystem(within=self.within, key=name)

    @strawberry.field(description='The platform: "linux", "darwin" or "windows".')
    @told_by(lambda within: within.universe.platform.column)
    def platform(self) -> str:
        """Return the platform."""
        return self.within.universe.platform.value(self.row) or ""

    @strawberry.field(description="The target that it is built for.")
    @told_by(lambda within: within.universe.target.column)
    def target(self) -> TargetRef:
        """Return the target."""
        return targets.Target(within=self.within, key=self.within.universe.target.value(self.row) or "")

    @strawberry.field(description="Its variants, by name.")
    @told_by(lambda within: within.universe.variant_set)
    def variants(self) -> list[Variant]:
        """Return the variants."""
        universe = self.within.universe
        return [Variant(variant=variant) for variant in universe.variant_sets[universe.variant_set[self.row]]]

    @strawberry.field(description="The stacks that hold it.")
    @varies_with(lambda spec: spec.within.stack_sets_of(spec.row))
    def stacks(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> StackConnectionRef:
        """Return the stacks."""
        counts = dict.fromkeys(self.within.stacks_of(self.row), 1)
        return stacks.stack_connection(info, self.within, counts, PageArguments.of(first, after, last, before))

    @strawberry.field(description="Bytes of its binary; null where not recorded.")
    @each_row
    def size(self: ByRow) -> list[BigInt | None]:
        """Return the size."""
        return [None if size is None else BigInt(size) for size in self.within.sizes_of(self.row)]

    @strawberry.field(description="Where its binary lies in the mirror; null where not recorded.")
    @each_row
    def tarball(self: ByRow) -> list[str | None]:
        """Return the path."""
        return [self.within.binary_of(row).tarball for row in self.row.tolist()]

    @strawberry.field(description="Whether the snapshot's build cache holds its binary.")
    @each_row
    def in_build_cache(self: ByRow) -> list[bool]:
        """Tell whether it is a binary."""
        return [row in self.within.binaries for row in self.row.tolist()]

    @strawberry.field(description="Whether it is an external: software of the host that Spack did not build.")
    @each_row
    def external(self: ByRow) -> list[bool]:
        """Tell whether it is an external."""
        return [row in self.within.universe.external for row in self.row.tolist()]

    @strawberry.field(
        description="The spec in Spack's own syntax, without its dependencies: "
        "name@version%compiler+variants arch=platform-os-target."
    )
    @each_row
    def text(self: ByRow) -> list[str]:
        """Return the text."""
        return self.within.universe.texts_of(self.row)

    @strawberry.field(description="The command that installs exactly this spec.")
    @each_row
    def install_command(self: ByRow) -> list[str]:
        """Return the command."""
        return [f"spack install /{dag_hash}" for dag_hash in self.within.universe.hashes_of(self.row)]

    @strawberry.field(
        description="Specs that it depends on: directly or, with `transitive`, however far (itself never). "
        "Build caches' pages record no dependencies: then there are none here."
    )
    @walks
    @many(lambda specs, **asked: dependencies.direct_neighbours(specs, Direction.DEPENDENCIES, **asked))
    def dependencies(
        self,
        info: Info,
        deptypes: Deptypes = UNSET,
        transitive: Transitive = False,
        max_depth: MaxDepth = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> DependencyConnectionRef:
        """Return the dependencies."""
        question = dependencies.Question(
            Direction.DEPENDENCIES, deptypes_of(deptypes), depth_of(max_depth, transitive=transitive)
        )
        page = PageArguments.of(first, after, last, before)
        return dependencies.dependency_connection(info, self.within, self.row, question, page)

    @strawberry.field(
        description="Specs of the snapshot that depend on it: directly or, with `transitive`, however far."
    )
    @walks
    @many(lambda specs, **asked: dependencies.direct_neighbours(specs, Direction.DEPENDENTS, **asked))
    def dependents(
        self,
        info: Info,
        deptypes: Deptypes = UNSET,
        transitive: Transitive = False,
        max_depth: MaxDepth = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> DependencyConnectionRef:
        """Return the dependents."""
        question = dependencies.Question(
            Direction.DEPENDENTS, deptypes_of(deptypes), depth_of(max_depth, transitive=transitive)
        )
        page = PageArguments.of(first, after, last, before)
        return dependencies.dependency_connection(info, self.within, self.row, question, page)

    @strawberry.field(
        description="The whole closure at once, itself first, as nodes and as edges by index: what a graph view draws."
    )
    @walks
    def dependency_graph(
        self, info: Info, deptypes: Deptypes = UNSET, max_depth: MaxDepth = UNSET
    ) -> DependencyGraphRef:
        """Return the closure."""
        found = traverse.closure(
            self.within,
            self.row,
            deptypes=deptypes_of(deptypes),
            max_depth=given(max_depth),
            max_nodes=info.context.limits.max_traversal_nodes,
        )
        return dependencies.DependencyGraph(within=self.within, closure=found)


@strawberry.type(description="Specs, page by page.")
class SpecConnection(Connection[Spec]):
    """Specs of one snapshot."""

    rows: strawberry.Private[FrozenBitMap]

    @strawberry.field(
        description="Counts by value over the whole list, not the page: what a filter could narrow it to. "
        "`facets(by: [TARGET, STACK]) { facet values { value count } }`"
    )
    def facets(
        self,
        info: Info,
        by: Annotated[list[Facet], strawberry.argument(description="The attributes to count by.")],
        limit: Annotated[int | None, strawberry.argument(description="At most this many values of each.")] = 50,
    ) -> list[FacetCounts]:
        """Return a facet for each attribute."""
        most = info.context.limits.max_facet_values
        shown = most if limit is None else checked_count("limit", limit, most=most)
        within = self.window.listing.snapshot
        return [FacetCounts(counted=facet_counts(within, self.rows, kind, limit=shown)) for kind in by]


def spec_node(within: domain.Snapshot, dag_hash: str) -> Spec | None:
    """Return the spec of a hash or of an unambiguous prefix of one, or None where none has it."""
    row = within.find(dag_hash)
    return None if row is None else Spec(within=within, row=row)


def spec_connection(
    info: Info,
    within: domain.Snapshot,
    rows: FrozenBitMap,
    wanted: filters.SpecFilter | None,
    order_by: inputs.SpecOrder | None,
    page: PageArguments,
) -> SpecConnection:
    """Return those of the rows that are wanted (None: all), in the order asked for."""
    if wanted is not None:
        rows = rows & select.spec_rows(within, wanted, check=info.context.check)
    order = inputs.domain(order_by, filters.SpecOrder)
    members = Ascending(rows) if order is None else select.ordered_specs(within, rows, order)
    listing = Listing(within, members, within.rows, SPECS, lambda row: Spec(within=within, row=row))
    return SpecConnection(window=window(listing, page, info.context.limits), rows=rows)
