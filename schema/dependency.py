"""Dependency edges: connections of what a spec needs or is needed by, and a closure as a picture."""

from __future__ import annotations

from dataclasses import dataclass

import strawberry

from graph import model, traverse
from graph import snapshot as domain
from graph.bitmaps import bitmap_of
from graph.ordered import Ascending
from graph.universe import Neighbour
from schema import enums
from schema import spec as specs
from schema.connections import Connection, Edge, Listing, PageArguments, window
from schema.context import Info
from schema.references import SpecRef


@dataclass(frozen=True, slots=True)
class Question:
    """Which way to follow edges, of which types, and how far (None: as far as they go)."""

    direction: traverse.Direction
    deptypes: model.DependencyType
    max_depth: int | None


def deptype_list(deptypes: int) -> list[model.DependencyType]:
    """Return the single types that flags stand for, in the order build, link, run, test."""
    return [deptype for deptype in model.DependencyType if deptypes & deptype]


@strawberry.type(
    description="One spec that was reached, and the edge that reached it first. Of edges that reach it at the same "
    "depth, the one from the spec found earlier counts."
)
class DependencyEdge(Edge[SpecRef]):
    """A spec and how it was reached."""

    reached: strawberry.Private[traverse.Reached]

    @strawberry.field(description="The types of the edge that reached it first.")
    def deptypes(self) -> list[enums.DependencyType]:
        """Return the types."""
        return deptype_list(self.reached.deptypes)

    @strawberry.field(description='Virtual packages that the dependency provides on this edge, such as "mpi".')
    def virtuals(self) -> list[str]:
        """Return the virtuals."""
        return list(self.reached.virtuals)

    @strawberry.field(description="How many edges away it is; 1 is a direct one.")
    def depth(self) -> int:
        """Return the depth."""
        return self.reached.depth


@strawberry.type(description="Specs that were reached, page by page: package, newest version first, then hash.")
class DependencyConnection(Connection[SpecRef]):
    """What a traversal found."""

    within: strawberry.Private[domain.Snapshot]
    found: strawberry.Private[traverse.Reach]

    @strawberry.field(description="The specs of this page with their cursors and the edges that reached them.")
    def edges(self) -> list[DependencyEdge]:
        """Return the window's specs as edges."""
        page = self.window
        reached = traverse.reached(self.within, self.found, page.start, page.stop)
        return [DependencyEdge(listing=page.listing, member=r.row, reached=r) for r in reached]

    @strawberry.field(description="Whether the server's bound on visited specs was met, so that some are missing.")
    def truncated(self) -> bool:
        """Tell whether the traversal was cut off."""
        return self.found.truncated


def dependency_connection(
    info: Info, within: domain.Snapshot, row: int, question: Question, page: PageArguments
) -> DependencyConnection:
    """Return what a spec reaches, in the default order of specs."""
    found = traverse.reach(
        within,
        [row],
        question.direction,
        deptypes=question.deptypes,
        max_depth=question.max_depth,
        max_nodes=info.context.limits.max_traversal_nodes,
    )
    members = Ascending(bitmap_of(found.rows))
    listing = Listing(within, members, within.rows, "s", lambda r: specs.Spec(within=within, row=r))
    return DependencyConnection(window=window(listing, page, info.context.limits), within=within, found=found)


@strawberry.type(description="One edge of a closure, between two of its nodes by index.")
class DependencyGraphEdge:
    """An edge by positions in the closure."""

    tail: strawberry.Private[int]
    head: strawberry.Private[int]
    edge: strawberry.Private[Neighbour]

    @strawberry.field(name="from", description="Index in `nodes` of the spec that depends.")
    def from_(self) -> int:
        """Return the dependent's index."""
        return self.tail

    @strawberry.field(description="Index in `nodes` of the spec that it depends on.")
    def to(self) -> int:
        """Return the dependency's index."""
        return self.head

    @strawberry.field(description="The types of the edge.")
    def deptypes(self) -> list[enums.DependencyType]:
        """Return the types."""
        return deptype_list(self.edge.deptypes)

    @strawberry.field(description="Virtual packages that the dependency provides on this edge.")
    def virtuals(self) -> list[str]:
        """Return the virtuals."""
        return list(self.edge.virtuals)


@strawberry.type(
    description="A spec and everything that it needs. The first node is the spec itself; the others follow by depth."
)
class DependencyGraph:
    """A closure of a spec."""

    within: strawberry.Private[domain.Snapshot]
    closure: strawberry.Private[traverse.Closure]

    @strawberry.field(description="The specs; edges name them by index.")
    def nodes(self) -> list[SpecRef]:
        """Return the specs."""
        return [specs.Spec(within=self.within, row=row) for row in self.closure.rows]

    @strawberry.field(description="Every edge among these specs, sorted by index.")
    def edges(self) -> list[DependencyGraphEdge]:
        """Return the edges."""
        return [DependencyGraphEdge(tail=t, head=h, edge=edge) for t, h, edge in self.closure.edges]

    @strawberry.field(description="Whether the server's bound on visited specs was met, so that some are missing.")
    def truncated(self) -> bool:
        """Tell whether the closure was cut off."""
        return self.closure.truncated
