"""Operating systems that specs are built under."""

from __future__ import annotations

import strawberry

from graph import snapshot as domain
from graph.universe import Facet
from schema.connections import Connection, PageArguments
from schema.context import Info
from schema.holder import FacetValue, named_window


@strawberry.type(
    description='An operating system with its release, as Spack names it: "ubuntu22.04", "rhel8", "ventura".'
)
class OperatingSystem(FacetValue):
    """An operating system of a snapshot, by name."""

    @property
    def facet(self) -> Facet:
        """The facet."""
        return self.within.universe.operating_system


@strawberry.type(description="Operating systems, page by page.")
class OperatingSystemConnection(Connection[OperatingSystem]):
    """Operating systems of one snapshot."""


def operating_system_node(within: domain.Snapshot, name: str) -> OperatingSystem | None:
    """Return the operating system of that name, or None where the snapshot has no spec built under it."""
    return OperatingSystem(within=within, key=name) if name in within.operating_systems else None


def operating_system_connection(info: Info, within: domain.Snapshot, page: PageArguments) -> OperatingSystemConnection:
    """Return all operating systems of a snapshot, by name."""
    names = within.operating_systems
    found = named_window(info, within, names, "o", lambda n: OperatingSystem(within=within, key=n), page)
    return OperatingSystemConnection(window=found)
