"""The garbage collector, kept from walking what is there to stay: its full passes stop every thread.

A pass takes a third of a microsecond for each object that it knows: prepared operations alone are 150,000 of them, 50
milliseconds. Nearly all that a server makes is freed without it: catalogues, plans and documents hold on to nothing
that holds on to them (`test_collector.py`). So whatever outlives a full pass is taken out of its sight, and the next
one looks only at what came since.

What was taken out of sight and becomes a circle later is never found: it is looked at again, all at once, where more
than `MOST_UNSEEN` objects have gathered beyond what was there after the last look. No load was seen to come so far.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping

MOST_UNSEEN = 1_500_000
"""Objects out of sight, beyond those of the last look, from which on all are looked at again: some 150 MB."""

OLDEST = 2

PASSES = (700, 10, 4)
"""When passes are made, as `gc.set_threshold` takes it. A full one comes before 40,000 new objects have gathered."""


class Collector:
    """Takes out of sight what survives a full pass, from `begin` to `end`."""

    def __init__(self, most_unseen: int = MOST_UNSEEN) -> None:
        self._most_unseen = most_unseen
        self._after_a_look = 0
        self._more = 0
        self._looking = False
        self._before = gc.get_threshold()

    def begin(self) -> None:
        """Look once at all that there is, and take over."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._after_a_look = gc.get_freeze_count()
        self._before = gc.get_threshold()
        gc.set_threshold(*PASSES)
        gc.callbacks.append(self._passed)

    def end(self) -> None:
        """Leave the collector as Python has it."""
        gc.callbacks.remove(self._passed)
        gc.set_threshold(*self._before)
        gc.unfreeze()

    def _passed(self, phase: str, told: Mapping[str, int]) -> None:
        if phase != "stop" or told["generation"] != OLDEST:
            return
        # Counting what is out of sight walks it; what goes out of sight now is short.
        self._more += len(gc.get_objects(OLDEST))
        gc.freeze()
        if self._looking:
            self._looking = False
            self._after_a_look, self._more = gc.get_freeze_count(), 0
        elif self._more > self._most_unseen:
            self._more = gc.get_freeze_count() - self._after_a_look
            if self._more > self._most_unseen:
                self._looking = True
                gc.unfreeze()  # the next full pass sees all of them
