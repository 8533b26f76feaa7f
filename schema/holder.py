"""What packages, stacks, targets, operating systems and compilers have in common: they hold specs of a snapshot."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import strawberry
from pyroaring import FrozenBitMap
from strawberry import UNSET

from graph import filters, select
from graph import snapshot as domain
from graph.ordered import Ascending
from graph.universe import Facet
from schema import snapshot as snapshots
from schema.arguments import After, Before, First, Last
from schema.columns import varies_with
from schema.connections import Listing, PageArguments, Window, window
from schema.context import Info
from schema.inputs import Matching, Order, SpecOrder, Where, selection
from schema.node import Node
from schema.references import SpecConnectionRef, StackConnectionRef

T = TypeVar("T")


@strawberry.type
class SpecHolder(Node):
    """A noun of a snapshot that holds some of its specs."""

    within: strawberry.Private[domain.Snapshot]

    @property
    @abstractmethod
    def place(self) -> int | str:
        """What tells the noun from others of its kind in its snapshot."""

    @property
    @abstractmethod
    def rows(self) -> FrozenBitMap:
        """The snapshot's specs that the noun holds."""

    @strawberry.field(description="Its name.")
    @varies_with(lambda holder: holder.place)
    def name(self) -> str:
        """Return the name, which is the noun's key in its snapshot."""
        return self.id_parts()[-1]

    @strawberry.field(description="The snapshot that this was reached in.")
    def snapshot(self, info: Info) -> snapshots.Snapshot:
        """Return the snapshot."""
        return snapshots.snapshot_node(info.context.catalogue, self.within)

    @strawberry.field(description="How many specs of the snapshot it has, externals included.")
    @varies_with(lambda holder: holder.place)
    def spec_count(self) -> int:
        """Return the number of specs."""
        return len(self.rows)

    @strawberry.field(description="Its specs in the snapshot: package, newest version first, then hash.")
    def specs(
        self,
        info: Info,
        matching: Matching = UNSET,
        where: Where = UNSET,
        order_by: Order = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> SpecConnectionRef:
        """Return those of the noun's specs that the filter selects."""
        page = PageArguments.of(first, after, last, before)
        return held_specs(info, self.within, self.rows, selection(where, matching), order_by, page)


@strawberry.type
class StackedSpecHolder(SpecHolder):
    """A noun whose specs lie in stacks: every one but a stack itself."""

    @property
    def held_by_stack(self) -> Mapping[int, int]:
        """How many of its specs each stack holds, by the stack's position, ascending."""
        return select.stacks_holding(self.within, self.rows)

    @strawberry.field(description="Stacks that hold one of its specs, with how many they hold.")
    def stacks(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> StackConnectionRef:
        """Return the stacks."""
        return holding_stacks(info, self.within, self.held_by_stack, PageArguments.of(first, after, last, before))


@strawberry.type
class FacetValue(StackedSpecHolder):
    """A noun that is one value of a facet of specs."""

    key: strawberry.Private[str]

    @property
    def place(self) -> str:
        """The name: it tells the noun from others of its kind in its snapshot."""
        return self.key

    def id_parts(self) -> tuple[str, ...]:
        """Return the snapshot's name and the noun's."""
        return self.within.name, self.key

    @property
    @abstractmethod
    def facet(self) -> Facet:
        """The facet."""

    @property
    def rows(self) -> FrozenBitMap:
        """The snapshot's specs that have the value."""
        return self.facet.rows_of(self.key) & self.within.rows

    @property
    def held_by_stack(self) -> Mapping[int, int]:
        """How many of its specs each stack holds: counted once for all values of the facet."""
        return select.stacks_holding_value(self.within, self.facet, self.key)


def held_specs(
    info: Info,
    within: domain.Snapshot,
    rows: FrozenBitMap,
    wanted: filters.SpecFilter | None,
    order_by: SpecOrder | None,
    page: PageArguments,
) -> SpecConnectionRef:
    """Return those of a noun's rows that are wanted (None: all), in the order asked for."""
    from schema.spec import spec_connection  # a spec's own fields are nouns that hold specs

    return spec_connection(info, within, rows, wanted, order_by, page)


def holding_stacks(
    info: Info, within: domain.Snapshot, counts: Mapping[int, int], page: PageArguments
) -> StackConnectionRef:
    """Return the stacks that hold any of a noun's rows, with how many."""
    from schema.stack import stack_connection  # a stack is a noun that holds specs

    return stack_connection(info, within, counts, page)


def named_window(
    info: Info,
    within: domain.Snapshot,
    names: Sequence[str],
    kind: str,
    node: Callable[[str], T],
    page: PageArguments,
) -> Window[T]:
    """Return the window of a list of nouns that a snapshot has by name, in the order of the names."""
    everything = FrozenBitMap(range(len(names)))
    listing = Listing(within, Ascending(everything), everything, kind, lambda position: node(names[position]))
    return window(listing, page, info.context.limits)
