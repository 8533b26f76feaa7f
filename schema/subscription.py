"""The root of subscriptions: one execution for each event, over the catalogue that is current then."""

from __future__ import annotations

import strawberry

from graph.errors import BadInput
from schema.context import Info
from schema.snapshot import Snapshot, snapshot_node


@strawberry.type(description="Events that a client can wait for, over WebSocket or server-sent events.")
class Subscription:
    """The root fields. Whoever runs one gives the event with the context."""

    @strawberry.field(
        description="Fires when a snapshot is added, replaced or removed while the server runs, once for each such "
        "snapshot; a removed one is given as it last was, and `snapshot(name:)` no longer finds it."
    )
    def snapshot_changed(self, info: Info) -> Snapshot:
        """Return the snapshot of the event."""
        context = info.context
        if context.changed is None:
            raise BadInput("nothing has changed: subscribe, and wait for an event")
        return snapshot_node(context.catalogue, context.changed)
