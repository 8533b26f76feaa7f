"""What a request carries from its start to its end: one catalogue of snapshots, its limits, and when it is to end."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

import strawberry

from graph.snapshot import Catalogue, Snapshot
from schema.arguments import given
from schema.errors import Timeout
from schema.limits import DEFAULT_LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Context:
    """The context value of one execution. A reload does not reach a request that has begun.

    `deadline` is a time of `time.monotonic`, in seconds; None is no end. Whoever does work without a small bound calls
    `check` now and then. `changed` is the snapshot of the event that a subscription is run for.
    """

    catalogue: Catalogue
    limits: Limits = DEFAULT_LIMITS
    deadline: float | None = None
    changed: Snapshot | None = None

    def check(self) -> None:
        """Do nothing while there is time; raises `Timeout` after the deadline."""
        if self.deadline is not None and monotonic() > self.deadline:
            raise Timeout("the time for one request is over: ask for less at once, or for smaller pages")

    def snapshot(self, name: str | None) -> Snapshot:
        """Return the snapshot that an argument names (left out or null: the default); raises `UnknownSnapshot`."""
        return self.catalogue.snapshot(given(name))


Info = strawberry.Info[Context, None]
"""What resolvers are handed."""
