"""Dependency edges: connections of what a spec needs or is needed by, and a closure as a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import strawberry
from strawberry import UNSET

from graph import model, traverse
from graph import snapshot as domain
from graph.ordered import Ordered, Sorted
from graph.sparse import Integers
from graph.universe import Adjacency, Neighbour
from schema import enums
from schema import spec as specs
from schema.arguments import depth_of, deptypes_of
from schema.columns import Groups, Rows, listed, many, varies_with
from schema.connections import SPECS, Connection, Edge, Listing, PageArguments, window
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
    @varies_with(lambda edge: edge.reached.deptypes)
    def deptypes(self) -> list[enums.DependencyType]:
        """Return the types."""
        return deptype_list(self.reached.deptypes)

    @strawberry.field(description='Virtual packages that the dependency provides on this edge, such as "mpi".')
    @varies_with(lambda edge: edge.reached.virtual_set)
    def virtuals(self) -> list[str]:
        """Return the virtuals."""
        return list(self.reached.virtuals)

    @strawberry.field(description="How many edges away it is; 1 is a direct one.")
    @varies_with(lambda edge: edge.reached.depth)
    def depth(self) -> int:
        """Return the depth."""
        return self.reached.depth


@strawberry.type(description="Specs that were reached, page by page: package, newest version first, then hash.")
class DependencyConnection(Connection[SpecRef]):
    """What a traversal found."""

    within: strawberry.Private[domain.Snapshot]
    found: strawberry.Private[traverse.Reach]

    @property
    def window_edges(self) -> ReachedEdges:
        """The edges of the window as a batch."""
        page, found = self.window, self.found
        part = slice(page.start, page.stop)
        reached = ReachedRows(found.adjacency, found.rows[part], found.depths[part], found.edges[part])
        return ReachedEdges(page.listing, reached)

    @strawberry.field(description="The specs of this page with their cursors and the edges that reached them.")
    @many(lambda connections: connections.edges)
    @listed(lambda connection: connection.window_edges)
    def edges(self) -> list[DependencyEdge]:
        """Return the window's specs as edges."""
        page = self.window
        reached = traverse.reached(self.within, self.found, page.start, page.stop)
        return [DependencyEdge(listing=page.listing, member=r.row, reached=r) for r in reached]

    @strawberry.field(description="Whether the server's bound on visited specs was met, so that some are missing.")
    @many(lambda connections: [False] * len(connections))
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
    listing = _listing(within, Sorted(found.rows))
    return DependencyConnection(window=window(listing, page, info.context.limits), within=within, found=found)


def _listing(within: domain.Snapshot, members: Ordered) -> Listing[specs.Spec]:
    return Listing(within, members, within.rows, SPECS, lambda row: specs.Spec(within=within, row=row))


@dataclass(frozen=True, slots=True)
class ReachedRows:
    """Many of `traverse.Reached` as arrays."""

    adjacency: Adjacency
    row: Integers
    depth: Integers
    edge: Integers

    @property
    def deptypes(self) -> Integers:
        """The types of each edge, as flags."""
        return self.adjacency.deptypes[self.edge].astype(np.int64)

    @property
    def virtual_set(self) -> Integers:
        """The position of each edge's virtuals."""
        return self.adjacency.virtual_set[self.edge].astype(np.int64)


@dataclass(frozen=True)
class ReachedEdges:
    """Edges of dependency connections, not made yet."""

    listing: Listing[specs.Spec]
    reached: ReachedRows

    @property
    def within(self) -> domain.Snapshot:
        """The snapshot."""
        return self.listing.snapshot

    def __len__(self) -> int:
        return len(self.reached.row)

    def one(self, index: int) -> DependencyEdge:
        """Return the edge at this place."""
        found = self.reached
        row, edge = int(found.row[index]), int(found.edge[index])
        neighbour = self.within.universe.neighbour(found.adjacency, edge)
        virtual_set = int(found.adjacency.virtual_set[edge])
        reached = traverse.Reached(row, int(found.depth[index]), neighbour.deptypes, virtual_set, neighbour.virtuals)
        return DependencyEdge(listing=self.listing, member=row, reached=reached)

    @property
    def member(self) -> Integers:
        """The rows that the edges lead to, by the name that every edge has for what its cursor stands for."""
        return self.reached.row

    @property
    def nodes(self) -> Rows:
        """The nodes of the edges."""
        return Rows(self.within, self.reached.row, lambda _, row: self.listing.node(row))


@dataclass(frozen=True)
class DirectNeighbours:
    """The connections of many specs to their direct neighbours, each cut to the same page."""

    specs: Rows
    found: traverse.Neighbourhoods
    first: int
    last: int | None
    connection: Callable[[int], DependencyConnection]

    @property
    def within(self) -> domain.Snapshot:
        """The snapshot."""
        return self.specs.within

    def __len__(self) -> int:
        return len(self.specs)

    def one(self, index: int) -> DependencyConnection:
        """Return the connection of the spec at this place."""
        return self.connection(int(self.specs.row[index]))

    @property
    def total_counts(self) -> list[int]:
        """How many neighbours each has."""
        counts: list[int] = self.found.counts.tolist()
        return counts

    @cached_property
    def _page(self) -> tuple[Integers | slice, Integers]:
        """The places of the neighbours that are in a page, and how many each page has."""
        counts = self.found.counts
        stop = np.minimum(counts, self.first)
        start = np.zeros_like(stop) if self.last is None else np.maximum(stop - self.last, 0)
        begin = np.cumsum(counts) - counts + start
        sizes = stop - start
        ends = np.cumsum(sizes)
        total = int(ends[-1]) if len(ends) else 0
        if total == len(self.found.rows):
            return slice(None), sizes
        return np.arange(total) + np.repeat(begin - (ends - sizes), sizes), sizes

    @property
    def nodes(self) -> Groups:
        """The nodes of each page."""
        places, sizes = self._page
        return Groups(Rows(self.within, self.found.rows[places], self.specs.make), sizes)

    @property
    def edges(self) -> Groups:
        """The edges of each page."""
        places, sizes = self._page
        rows, edges = self.found.rows[places], self.found.edges[places]
        reached = ReachedRows(self.found.adjacency, rows, np.ones(len(rows), dtype=np.int64), edges)
        return Groups(ReachedEdges(_listing(self.within, Sorted(np.empty(0, dtype=np.int64))), reached), sizes)


def direct_neighbours(
    batch: Rows,
    direction: traverse.Direction,
    info: Info,
    deptypes: list[enums.DependencyType] | None = UNSET,
    transitive: bool | None = False,
    max_depth: int | None = UNSET,
    first: int | None = UNSET,
    after: str | None = UNSET,
    last: int | None = UNSET,
    before: str | None = UNSET,
) -> DirectNeighbours | None:
    """Return the connections of many specs at once; None for far ones, and for pages that need a look at each."""
    limits = info.context.limits
    page = PageArguments.of(first, after, last, before)
    sizes = [size for size in (page.first, page.last) if size is not None]
    if depth_of(max_depth, transitive=transitive) != 1 or page.after is not None or page.before is not None:
        return None
    if any(not 0 <= size <= limits.max_page_size for size in sizes):
        return None
    question = Question(direction, deptypes_of(deptypes), 1)
    found = traverse.neighbourhoods(batch.within, batch.row, direction, deptypes=question.deptypes)
    if len(found.counts) and int(found.counts.max()) > limits.max_traversal_nodes:
        return None
    least = page.first if page.first is not None else limits.default_page_size if page.last is None else len(found.rows)
    return DirectNeighbours(
        batch, found, least, page.last, lambda row: dependency_connection(info, batch.within, row, question, page)
    )


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
