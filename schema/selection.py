"""The specs that a field's `where` and `matching` select: the one place where these arguments become a set of rows."""

from __future__ import annotations

from pyroaring import FrozenBitMap

from graph import select
from graph.snapshot import Snapshot
from schema import inputs
from schema.context import Info


def selected_rows(info: Info, within: Snapshot, where: inputs.SpecFilter | None, matching: str | None) -> FrozenBitMap:
    """Return the rows of the snapshot's specs that the arguments select together; all where both were left out.

    Raises `Timeout` after the request's deadline.
    """
    return select.spec_rows(within, inputs.selection(where, matching), check=info.context.check)
