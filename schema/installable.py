"""What a machine can install: hosts, verdicts, and connections of judged specs."""

from __future__ import annotations

from dataclasses import dataclass

import strawberry
from pyroaring import FrozenBitMap

from graph import installable as domain
from graph.snapshot import Snapshot
from schema import enums
from schema import spec as specs
from schema.connections import SPECS, Connection, Edge, Listing, PageArguments, window
from schema.context import Info
from schema.references import SpecRef


@strawberry.input(
    description="A machine: what `spack arch` prints. The version of its C library is not asked, and not looked at."
)
class HostInput:
    """See `graph.installable.Host`."""

    target: str = strawberry.field(description='Its microarchitecture, such as "zen3".')
    operating_system: str = strawberry.field(description='Its operating system, such as "ubuntu22.04".')
    platform: str | None = strawberry.field(default="linux", description='"linux", "darwin" or "windows".')


@strawberry.type(description="A spec, and whether the host can install it.")
class InstallableEdge(Edge[SpecRef]):
    """A judged spec."""

    judged: strawberry.Private[domain.Installability]

    @strawberry.field(
        description="Whether the host can install it with all that it needs; otherwise the first reason that "
        "applies: platform, operating system, target, no binary, and last what it needs."
    )
    def verdict(self) -> enums.InstallableVerdict:
        """Return the verdict."""
        return self.judged.verdict(self.member)

    @strawberry.field(
        description="The specs in its link and run closure, itself apart, that stand in the way: for another "
        "platform, operating system or target, or without a binary. An external counts as present. Empty under "
        "DEPENDENCY_BLOCKED where the snapshot does not hold a spec that is needed."
    )
    def blocked_by(self, info: Info) -> list[SpecRef]:
        """Return what blocks."""
        return [specs.Spec(within=self.judged.snapshot, row=row) for row in self._blocking(info).rows]

    @strawberry.field(
        description="Whether the server's bound on visited specs was met, so that `blockedBy` lacks some."
    )
    def truncated(self, info: Info) -> bool:
        """Tell whether the walk was cut off."""
        return self._blocking(info).truncated

    @strawberry.field(
        description="Whether all dependencies of its link and run closure are recorded. Where they are not (build "
        "caches' pages record none), the verdict is about what is recorded."
    )
    def closure_recorded(self) -> bool:
        """Tell whether the closure is known."""
        return self.judged.closure_recorded(self.member)

    def _blocking(self, info: Info) -> domain.Blocking:
        return self.judged.blocking(self.member, max_nodes=info.context.limits.max_traversal_nodes)


@dataclass(frozen=True, slots=True)
class Judged:
    """A host's verdicts, and the specs that were asked about."""

    verdicts: domain.Installability
    rows: FrozenBitMap


@strawberry.type(
    description="Specs and whether a host can install them, page by page: nearest target first; of those equally "
    "near, what can be installed first, then the default order."
)
class InstallableConnection(Connection[SpecRef]):
    """Judged specs."""

    judged: strawberry.Private[Judged]

    @strawberry.field(description="The specs of this page with their cursors and verdicts.")
    def edges(self) -> list[InstallableEdge]:
        """Return the window's specs as edges."""
        page = self.window
        return [InstallableEdge(listing=page.listing, member=r, judged=self.judged.verdicts) for r in page.members]

    @strawberry.field(description="How many specs of the whole list the host can install.")
    def installable_count(self) -> int:
        """Return the number of installable specs."""
        return self.judged.verdicts.installable_count(self.judged.rows)


def installable_connection(
    info: Info, within: Snapshot, host: HostInput, rows: FrozenBitMap, page: PageArguments
) -> InstallableConnection:
    """Return the rows, judged for a host; raises `BadInput` for a target that nothing knows."""
    machine = domain.Host(host.target, host.operating_system, host.platform or "linux")
    verdicts = domain.Installability(within, machine)
    listing = Listing(within, verdicts.ranked(rows), within.rows, SPECS, lambda row: specs.Spec(within=within, row=row))
    return InstallableConnection(window=window(listing, page, info.context.limits), judged=Judged(verdicts, rows))
