"""Dependency paths between specs."""

from __future__ import annotations

import strawberry

from graph import lookup, model
from graph import paths as domain
from graph.snapshot import Snapshot
from schema import spec as specs
from schema.connections import checked_count
from schema.context import Info
from schema.references import SpecRef


@strawberry.type(description="One way along dependency edges.")
class DependencyPath:
    """A path by its rows."""

    within: strawberry.Private[Snapshot]
    rows: strawberry.Private[tuple[int, ...]]

    @strawberry.field(description="How many edges it has; 0 where it ends where it starts.")
    def length(self) -> int:
        """Return the number of edges."""
        return len(self.rows) - 1

    @strawberry.field(description="The specs along it, the dependent first.")
    def nodes(self) -> list[SpecRef]:
        """Return the specs."""
        return [specs.Spec(within=self.within, row=row) for row in self.rows]


@strawberry.type(description="Ways along dependency edges from one spec to another, or to any spec of a package.")
class DependencyPaths:
    """What a search for paths found."""

    within: strawberry.Private[Snapshot]
    found: strawberry.Private[domain.Paths]

    @strawberry.field(
        description="The shortest paths, shortest first; those of one length by their specs, in the default order. "
        "No path passes a spec twice."
    )
    def paths(self) -> list[DependencyPath]:
        """Return the paths."""
        return [DependencyPath(within=self.within, rows=rows) for rows in self.found.paths]

    @strawberry.field(description="Whether there is any path.")
    def reachable(self) -> bool:
        """Tell whether there is a path."""
        return self.found.reachable

    @strawberry.field(
        description="Whether `first`, or one of the server's bounds, was met before it was known that there are no "
        "more paths."
    )
    def truncated(self) -> bool:
        """Tell whether there may be more."""
        return self.found.truncated


def dependency_paths(
    info: Info, within: Snapshot, ends: tuple[str, str], deptypes: model.DependencyType, first: int | None
) -> DependencyPaths:
    """Return the shortest paths between two ends as they were named; no `first` is the server's maximum."""
    limits = info.context.limits
    start, goal = ends
    found = domain.shortest_paths(
        within,
        lookup.spec_row(within, start),
        lookup.package_or_spec_rows(within, goal),
        deptypes=deptypes,
        max_paths=limits.max_paths if first is None else checked_count("first", first, most=limits.max_paths),
        max_length=limits.max_path_length,
        max_nodes=limits.max_traversal_nodes,
        max_steps=limits.max_path_steps,
    )
    return DependencyPaths(within=within, found=found)
