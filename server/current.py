"""The catalogue that is served now: one reference, swapped whole.

A request reads the reference once and keeps what it got; a reload builds beside it and swaps. A reload that fails
changes nothing but `failure`.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable
from dataclasses import dataclass

from graph.build import Built
from graph.errors import SpecgraphError
from server.inspection import amount

log = logging.getLogger("specgraph")


@dataclass(frozen=True, slots=True)
class State:
    """What is served, None before the first load; and why the last load failed, None where it did not."""

    built: Built | None = None
    failure: str | None = None


class CurrentCatalogue:
    """Holds the state that requests read, and replaces it.

    `load` reads the sources anew each time. One load runs at a time: the caller sees to it.
    """

    def __init__(self, load: Callable[[], Built], *, built: Built | None = None) -> None:
        self._load = load
        self.state = State(built)

    def refresh(self) -> bool:
        """Load, and serve what came of it; where that fails keep the old, log it, and return False.

        Never raises: it runs in the background, where nobody would see an error.
        """
        before = self.state.built
        gc.unfreeze()  # the old catalogue's cycles can be found again, if it has any
        try:
            built = self._load()
        except (SpecgraphError, OSError) as error:
            log.error("the sources could not be loaded, %s: %s", _kept(before), error)
            failure = str(error)
        except Exception:
            log.exception("the sources could not be loaded, %s", _kept(before))
            failure = "internal error; see the server's log"
        else:
            self.state = State(built)
            settle_memory()
            found = amount(len(built.catalogue), "snapshot"), amount(len(built.problems), "problem")
            log.info("loaded %s, %s", *found)
            return True
        self.state = State(before, failure)
        settle_memory()
        return False


def _kept(before: Built | None) -> str:
    return "nothing is served" if before is None else "the old ones are kept"


def settle_memory() -> None:
    """Take everything that lives now out of the garbage collector's sight: it is there to stay.

    A full collection walks every object; with 100,000 specs that is a pause of tenths of a second in some request.
    """
    gc.collect()
    gc.freeze()
