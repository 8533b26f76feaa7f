"""What first questions make, made beside the requests once there is something to serve."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from graph.build import Built
from graph.warming import steps
from server.current import CurrentCatalogue, give_back_memory

log = logging.getLogger("specgraph")

PAUSE_SECONDS = 0.005
"""Between two steps, so that requests that wait go first."""


def warm(current: CurrentCatalogue) -> None:
    """Make ready what is served now; ends where something else is served, or all of it is made."""
    built = current.state.built
    if built is not None:
        make_ready(built, while_true=lambda: current.state.built is built)
    give_back_memory()


def make_ready(built: Built, *, while_true: Callable[[], bool] = lambda: True) -> None:
    """Make what first questions make, as long as it is wanted.

    Never raises: what is not made here is made by the question that needs it.
    """
    try:
        for step in steps(built.catalogue):
            if not while_true():
                return
            step()
            time.sleep(PAUSE_SECONDS)
    except Exception:
        log.exception("indexes are not made ahead: the first questions make them")


def refresh_and_warm(current: CurrentCatalogue) -> bool:
    """Load as `CurrentCatalogue.refresh` does, and serve it when it is ready: no question waits for indexes."""
    return current.refresh(make_ready)
