"""What first questions make, made beside the requests once there is something to serve."""

from __future__ import annotations

import logging
import time

from graph.warming import steps
from server.current import CurrentCatalogue, give_back_memory

log = logging.getLogger("specgraph")

PAUSE_SECONDS = 0.005
"""Between two steps, so that requests that wait go first."""


def warm(current: CurrentCatalogue) -> None:
    """Make ready what is served now; ends where something else is served, or all of it is made.

    Never raises: what is not made here is made by the question that needs it.
    """
    built = current.state.built
    if built is None:
        return
    try:
        for step in steps(built.catalogue):
            if current.state.built is not built:
                return
            step()
            time.sleep(PAUSE_SECONDS)
    except Exception:
        log.exception("indexes are not made ahead: the first questions make them")
    del built
    give_back_memory()


def refresh_and_warm(current: CurrentCatalogue) -> bool:
    """Load as `CurrentCatalogue.refresh` does, and make ready what came of it."""
    loaded = current.refresh()
    if loaded:
        warm(current)
    return loaded
