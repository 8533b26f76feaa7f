"""Targets: the microarchitectures that specs are built for, and what runs what."""

from __future__ import annotations

from typing import Annotated

import strawberry
from pyroaring import FrozenBitMap
from strawberry import UNSET

from graph import select
from graph import snapshot as domain
from graph.targets import Microarchitecture
from graph.universe import Facet
from schema.arguments import After, Before, First, Last, given
from schema.connections import Connection, PageArguments
from schema.context import Info
from schema.holder import FacetValue, held_specs, holding_stacks, named_window
from schema.inputs import Matching, Order, Where, selection
from schema.references import SpecConnectionRef, StackConnectionRef

Compatible = Annotated[
    bool | None,
    strawberry.argument(description="Count specs built for any target that this one runs, not for this one alone."),
]


@strawberry.type(
    description='A microarchitecture as archspec names it, such as "neoverse_v1" or "x86_64_v3": what a binary is '
    "built for, and what a machine is. It runs the binaries of its ancestors."
)
class Target(FacetValue):
    """A target, seen from a snapshot."""

    @property
    def facet(self) -> Facet:
        """The facet."""
        return self.within.universe.target

    @property
    def described(self) -> Microarchitecture:
        """What archspec or the index says of it."""
        return self.within.universe.targets.microarchitecture(self.key)

    def covered(self, *, compatible: bool | None) -> FrozenBitMap:
        """Return the specs built for it or, with `compatible`, for any target that it runs."""
        return select.rows_running_on(self.within, self.key) if given(compatible) else self.rows

    @strawberry.field(description='The architecture family, such as "x86_64", "aarch64" or "ppc64le".')
    def family(self) -> str:
        """Return the family."""
        return self.described.family

    @strawberry.field(description='Who makes it: "GenuineIntel", "AuthenticAMD", "ARM", …, or "generic".')
    def vendor(self) -> str:
        """Return the vendor."""
        return self.described.vendor

    @strawberry.field(description="The generation, as POWER processors have it; null where it is not recorded.")
    def generation(self) -> int | None:
        """Return the generation."""
        return self.described.generation

    @strawberry.field(description="The targets that it directly extends.")
    def parents(self) -> list[Target]:
        """Return the parents in archspec's order."""
        return targets_named(self.within, self.described.parents)

    @strawberry.field(description="Targets whose binaries run on this one, itself included, nearest first.")
    def runs(self) -> list[Target]:
        """Return the target and its ancestors."""
        return targets_named(self.within, self.within.universe.targets.runs(self.key))

    @strawberry.field(description="Targets that run this one's binaries, itself included, nearest first.")
    def runnable_on(self) -> list[Target]:
        """Return the target and its descendants."""
        return targets_named(self.within, self.within.universe.targets.runnable_on(self.key))

    @strawberry.field(
        description="Stacks that cover it: those that hold a spec built for it or, with `compatible`, for a target "
        'that it runs. `{ target(name: "neoverse_v1") { stacks { edges { specCount node { name } } } } }`'
    )
    def stacks(
        self,
        info: Info,
        compatible: Compatible = False,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> StackConnectionRef:
        """Return the stacks."""
        page = PageArguments.of(first, after, last, before)
        if not given(compatible):
            return holding_stacks(info, self.within, self.held_by_stack, page)
        return holding_stacks(
            info, self.within, select.stacks_holding(self.within, self.covered(compatible=True)), page
        )

    @strawberry.field(description="The specs built for it or, with `compatible`, for any target that it runs.")
    def specs(
        self,
        info: Info,
        compatible: Compatible = False,
        matching: Matching = UNSET,
        where: Where = UNSET,
        order_by: Order = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> SpecConnectionRef:
        """Return those of the target's specs that the filter selects."""
        rows = self.covered(compatible=compatible)
        page = PageArguments.of(first, after, last, before)
        return held_specs(info, self.within, rows, selection(where, matching), order_by, page)


@strawberry.type(description="Targets, page by page.")
class TargetConnection(Connection[Target]):
    """Targets of one snapshot."""


def target_node(within: domain.Snapshot, name: str) -> Target | None:
    """Return the target of that name where archspec or the snapshot knows it, else None.

    A target that no spec is built for is found too: it is what a machine may be, and it runs its ancestors.
    """
    known = within.universe.targets.known(name) is not None or name in within.targets
    return Target(within=within, key=name) if known else None


def targets_named(within: domain.Snapshot, names: tuple[str, ...]) -> list[Target]:
    """Return the targets of these names, in this order."""
    return [Target(within=within, key=name) for name in names]


def target_connection(info: Info, within: domain.Snapshot, page: PageArguments) -> TargetConnection:
    """Return the targets that a snapshot's specs are built for and all their ancestors, by name."""
    found = named_window(info, within, within.targets, "t", lambda n: Target(within=within, key=n), page)
    return TargetConnection(window=found)
