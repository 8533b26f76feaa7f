"""Snapshots: one tag of a build cache, frozen."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph import snapshot as domain
from schema.node import Node


@strawberry.type(
    description="One tag of a build cache, frozen: what its sources held when they were read. "
    'Tags are releases ("v2025.11.0"), "develop", and "develop" as of a date.'
)
class Snapshot(Node):
    """A snapshot of the catalogue."""

    within: strawberry.Private[domain.Snapshot]
    is_default: strawberry.Private[bool]

    def id_parts(self) -> tuple[str, ...]:
        """Return the snapshot's name alone."""
        return (self.within.name,)

    @strawberry.field(description="The tag's name.")
    def name(self) -> str:
        """Return the name."""
        return self.within.name

    @strawberry.field(
        description="SHA-256 of the content: two snapshots with one digest give equal answers. "
        "Where the data came from and when is not part of it."
    )
    def digest(self) -> str:
        """Return the digest."""
        return self.within.digest

    @strawberry.field(description="When the sources were read, UTC.")
    def ingested_at(self) -> datetime:
        """Return the time."""
        return self.within.ingested_at

    @strawberry.field(description="Whether this is the snapshot that fields use where none is named.")
    def default(self) -> bool:
        """Tell whether it is the default."""
        return self.is_default

    @strawberry.field(description="How many packages it names, those without a recorded spec included.")
    def package_count(self) -> int:
        """Return the number of packages."""
        return len(self.within.packages)

    @strawberry.field(description="How many specs it holds, externals included.")
    def spec_count(self) -> int:
        """Return the number of specs."""
        return len(self.within.rows)

    @strawberry.field(description='How many stacks it has, "root" included where it is recorded.')
    def stack_count(self) -> int:
        """Return the number of stacks."""
        return len(self.within.stacks)

    @strawberry.field(description="How many dependency edges it has between its own specs.")
    def dependency_count(self) -> int:
        """Return the number of edges."""
        return self.within.dependency_count

    @strawberry.field(
        description="How many of its specs are in the build cache; the others are externals and the like."
    )
    def binary_count(self) -> int:
        """Return the number of binaries."""
        return len(self.within.binaries)

    @strawberry.field(description="The files that it was read from, as they were named to the server.")
    def sources(self) -> list[str]:
        """Return the sources' names, sorted."""
        return list(self.within.sources)


def snapshot_node(catalogue: domain.Catalogue, found: domain.Snapshot) -> Snapshot:
    """Return the node of a snapshot of this catalogue."""
    return Snapshot(within=found, is_default=found.name == catalogue.default)
