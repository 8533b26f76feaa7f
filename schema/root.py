"""The root of the API: its queries and the schema."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET
from strawberry.schema.config import StrawberryConfig

from graph import filters
from schema import inputs
from schema.arguments import After, Before, First, Last, SnapshotName, given
from schema.compiler import Compiler, CompilerConnection, compiler_connection, compiler_node
from schema.connections import PageArguments, checked_count
from schema.context import Info
from schema.coverage import CoverageQueries
from schema.errors import presented_value
from schema.federation import FEDERATION_SCALARS, FederationQueries
from schema.inputs import Matching, Order, PackageOrdering, PackageWhere, Where, selection
from schema.lookup import node_by_id
from schema.node import Node
from schema.operating_system import (
    OperatingSystem,
    OperatingSystemConnection,
    operating_system_connection,
    operating_system_node,
)
from schema.package import Package, PackageConnection, all_packages, package_node
from schema.parsed_spec import ParsedSpecQueries
from schema.scalars import SCALARS
from schema.search import SearchQueries
from schema.snapshot import Snapshot, snapshot_node
from schema.spec import Spec, SpecConnection, spec_connection, spec_node
from schema.stack import Stack, StackConnection, all_stacks, stack_node
from schema.subscription import Subscription
from schema.target import Target, TargetConnection, target_connection, target_node
from schema.traversals import TraversalQueries

Name = Annotated[str, strawberry.argument(description="Its name.")]


@strawberry.type(description="Questions to the graph of packages, specs, stacks, targets and operating systems.")
class Query(CoverageQueries, ParsedSpecQueries, SearchQueries, TraversalQueries, FederationQueries):
    """The root fields. Each converts its arguments and asks one function."""

    @strawberry.field(description="Any node by its id; null where what the id stands for is not loaded.")
    def node(
        self,
        info: Info,
        id: Annotated[  # noqa: A002 - the contract's name
            strawberry.ID, strawberry.argument(description="The `id` of a node.")
        ],
    ) -> Node | None:
        """Return the node."""
        return node_by_id(info.context.catalogue, id)

    @strawberry.field(
        description="Nodes by their ids, in the order of the ids; null where one is not loaded. An id that is none "
        "is an error at its place and leaves the others whole."
    )
    def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="The ids of nodes.")],
    ) -> list[Node | None]:
        """Return the nodes."""
        checked_count("the number of ids", len(ids), most=info.context.limits.max_nodes)
        return [presented_value(node_by_id, info.context.catalogue, node_id) for node_id in ids]

    @strawberry.field(description="The snapshot of that name, or the default one; null where none has the name.")
    def snapshot(
        self,
        info: Info,
        name: Annotated[
            str | None, strawberry.argument(description="The tag; left out, the server's default snapshot.")
        ] = UNSET,
    ) -> Snapshot | None:
        """Return the snapshot."""
        catalogue = info.context.catalogue
        found = catalogue.get(given(name))
        return None if found is None else snapshot_node(catalogue, found)

    @strawberry.field(description="All snapshots that are loaded, by name.")
    def snapshots(self, info: Info) -> list[Snapshot]:
        """Return the snapshots."""
        catalogue = info.context.catalogue
        return [snapshot_node(catalogue, found) for found in catalogue]

    @strawberry.field(description="The package of that name; null where the snapshot has none.")
    def package(self, info: Info, name: Name, snapshot: SnapshotName = UNSET) -> Package | None:
        """Return the package."""
        return package_node(info.context.snapshot(snapshot), name)

    @strawberry.field(description="Packages of a snapshot, by name.")
    def packages(
        self,
        info: Info,
        where: PackageWhere = UNSET,
        order_by: PackageOrdering = UNSET,
        snapshot: SnapshotName = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> PackageConnection | None:
        """Return the packages that the filter selects."""
        return all_packages(
            info,
            info.context.snapshot(snapshot),
            inputs.domain(where, filters.PackageFilter),
            inputs.domain(order_by, filters.PackageOrder),
            PageArguments.of(first, after, last, before),
        )

    @strawberry.field(description="The spec of that hash; null where the snapshot has none.")
    def spec(
        self,
        info: Info,
        hash: Annotated[  # noqa: A002 - the contract's name
            str,
            strawberry.argument(
                description="A full DAG hash, or at least 4 characters of its beginning that one spec alone has "
                "(otherwise AMBIGUOUS_HASH)."
            ),
        ],
        snapshot: SnapshotName = UNSET,
    ) -> Spec | None:
        """Return the spec."""
        return spec_node(info.context.snapshot(snapshot), hash)

    @strawberry.field(description="Specs of a snapshot: package, newest version first, then hash.")
    def specs(
        self,
        info: Info,
        matching: Matching = UNSET,
        where: Where = UNSET,
        order_by: Order = UNSET,
        snapshot: SnapshotName = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> SpecConnection | None:
        """Return the specs that the filter selects."""
        within = info.context.snapshot(snapshot)
        page = PageArguments.of(first, after, last, before)
        return spec_connection(info, within, within.rows, selection(where, matching), order_by, page)

    @strawberry.field(description="The stack of that name; null where the snapshot has none.")
    def stack(self, info: Info, name: Name, snapshot: SnapshotName = UNSET) -> Stack | None:
        """Return the stack."""
        return stack_node(info.context.snapshot(snapshot), name)

    @strawberry.field(description='Stacks of a snapshot, "root" among them where it is recorded, by name.')
    def stacks(
        self,
        info: Info,
        snapshot: SnapshotName = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> StackConnection | None:
        """Return the stacks."""
        return all_stacks(info, info.context.snapshot(snapshot), PageArguments.of(first, after, last, before))

    @strawberry.field(
        description="The target of that name: any that archspec knows, whether or not a spec is built for it, and "
        "any that the snapshot records. Null for another name."
    )
    def target(self, info: Info, name: Name, snapshot: SnapshotName = UNSET) -> Target | None:
        """Return the target."""
        return target_node(info.context.snapshot(snapshot), name)

    @strawberry.field(description="Targets that a snapshot's specs are built for, and all their ancestors, by name.")
    def targets(
        self,
        info: Info,
        snapshot: SnapshotName = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> TargetConnection | None:
        """Return the targets."""
        page = PageArguments.of(first, after, last, before)
        return target_connection(info, info.context.snapshot(snapshot), page)

    @strawberry.field(description="The operating system of that name; null where no spec is built under it.")
    def operating_system(self, info: Info, name: Name, snapshot: SnapshotName = UNSET) -> OperatingSystem | None:
        """Return the operating system."""
        return operating_system_node(info.context.snapshot(snapshot), name)

    @strawberry.field(description="Operating systems of a snapshot's specs, by name.")
    def operating_systems(
        self,
        info: Info,
        snapshot: SnapshotName = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> OperatingSystemConnection | None:
        """Return the operating systems."""
        page = PageArguments.of(first, after, last, before)
        return operating_system_connection(info, info.context.snapshot(snapshot), page)

    @strawberry.field(description='The compiler of that name, as in "gcc@11.4.0"; null where the snapshot has none.')
    def compiler(self, info: Info, name: Name, snapshot: SnapshotName = UNSET) -> Compiler | None:
        """Return the compiler."""
        return compiler_node(info.context.snapshot(snapshot), name)

    @strawberry.field(description="Compilers of a snapshot's specs, by name.")
    def compilers(
        self,
        info: Info,
        snapshot: SnapshotName = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> CompilerConnection | None:
        """Return the compilers."""
        page = PageArguments.of(first, after, last, before)
        return compiler_connection(info, info.context.snapshot(snapshot), page)


schema = strawberry.Schema(
    query=Query,
    subscription=Subscription,
    types=[Snapshot, Package, Spec, Stack, Target, OperatingSystem, Compiler],
    config=StrawberryConfig(scalar_map={**SCALARS, **FEDERATION_SCALARS}),
)
"""The schema that the server serves and `schema/schema.graphql` prints."""


def sdl() -> str:
    """Return the schema in GraphQL's schema definition language, with one final newline."""
    return schema.as_str().rstrip("\n") + "\n"
