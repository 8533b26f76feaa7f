"""Stacks: the curated environments that Spack's CI builds, and connections of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import strawberry
from pyroaring import FrozenBitMap
from strawberry import UNSET

from graph import select
from graph import snapshot as domain
from graph.ordered import Ascending, Sorted
from schema import package as packages
from schema.arguments import After, Before, First, Last
from schema.collection import SpecCollection
from schema.columns import varies_with
from schema.connections import STACKS, Connection, Edge, Listing, PageArguments, window
from schema.context import Info
from schema.references import PackageConnectionRef


@strawberry.type(
    description='A curated environment that Spack\'s CI builds, such as "e4s" or "ml-linux-x86_64-cuda". '
    'Beside the stacks stands "root", the index over all of them.'
)
class Stack(SpecCollection):
    """A stack of a snapshot, by its position there."""

    position: strawberry.Private[int]

    @property
    def rows(self) -> FrozenBitMap:
        """The specs that the stack holds."""
        return self.within.stack_rows[self.position]

    @property
    def place(self) -> int:
        """The position: it tells the stack from others of its snapshot."""
        return self.position

    def id_parts(self) -> tuple[str, ...]:
        """Return the snapshot's and the stack's name."""
        return self.within.name, self.within.stacks[self.position]

    @strawberry.field(description='Whether it is "root", the index over all stacks of the snapshot.')
    @varies_with(lambda stack: stack.position)
    def root(self) -> bool:
        """Tell whether it is the root index."""
        return self.within.is_root(self.position)

    @strawberry.field(description="How many packages its specs are builds of.")
    @varies_with(lambda stack: stack.position)
    def package_count(self) -> int:
        """Return the number of packages."""
        return len(select.packages_of(self.within, self.rows))

    @strawberry.field(description="The packages that its specs are builds of, by name.")
    def packages(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> PackageConnectionRef:
        """Return the stack's packages."""
        found = Ascending(select.packages_of(self.within, self.rows))
        page = PageArguments.of(first, after, last, before)
        return packages.package_connection(info, self.within, found, page)


@strawberry.type(description="One stack of a list, with how many specs tie it to where the list starts.")
class StackEdge(Edge[Stack]):
    """A stack and a count."""

    count: strawberry.Private[int]

    @strawberry.field(
        description="How many specs tie the stack to where the list starts: those of the package, target, … that it "
        "holds; all of its own in a list of all stacks."
    )
    def spec_count(self) -> int:
        """Return the count."""
        return self.count


@strawberry.type(description="Stacks, page by page.")
class StackConnection(Connection[Stack]):
    """Stacks with the number of specs behind each."""

    counts: strawberry.Private[Mapping[int, int]]

    @strawberry.field(description="The stacks of this page with their cursors and counts.")
    def edges(self) -> list[StackEdge]:
        """Return the window's stacks as edges."""
        listing = self.window.listing
        return [StackEdge(listing=listing, member=m, count=self.counts[m]) for m in self.window.members]


def stack_node(within: domain.Snapshot, name: str) -> Stack | None:
    """Return the stack of that name, or None where the snapshot has none."""
    position = within.stacks.position(name)
    return None if position is None else Stack(within=within, position=position)


def stack_connection(
    info: Info, within: domain.Snapshot, counts: Mapping[int, int], page: PageArguments
) -> StackConnection:
    """Return the stacks at the positions that are counted, which ascend as their names do."""
    listing = Listing(
        within,
        Sorted(np.fromiter(counts, dtype=np.int64, count=len(counts))),
        _positions(len(within.stacks)),
        STACKS,
        lambda position: Stack(within=within, position=position),
    )
    return StackConnection(window=window(listing, page, info.context.limits), counts=counts)


@lru_cache(maxsize=64)
def _positions(count: int) -> FrozenBitMap:
    """Return all positions of so many stacks."""
    return FrozenBitMap(range(count))


def all_stacks(info: Info, within: domain.Snapshot, page: PageArguments) -> StackConnection:
    """Return all stacks of a snapshot with the number of their specs, by name."""
    return stack_connection(info, within, dict(enumerate(map(len, within.stack_rows))), page)
