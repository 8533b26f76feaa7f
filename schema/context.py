"""What a request carries from its start to its end: one catalogue of snapshots, and its limits."""

from __future__ import annotations

from dataclasses import dataclass

import strawberry

from graph.snapshot import Catalogue, Snapshot
from schema.arguments import given
from schema.limits import DEFAULT_LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Context:
    """The context value of one execution. A reload does not reach a request that has begun."""

    catalogue: Catalogue
    limits: Limits = DEFAULT_LIMITS

    def snapshot(self, name: str | None) -> Snapshot:
        """Return the snapshot that an argument names (left out or null: the default); raises `UnknownSnapshot`."""
        return self.catalogue.snapshot(given(name))


Info = strawberry.Info[Context, None]
"""What resolvers are handed."""
