"""The garbage collector, kept from walking what is there to stay: its full passes stop every thread.

A pass takes a third of a microsecond for each object that it knows: prepared operations alone are 150,000 of them, 50
milliseconds. Nearly all that a server makes is freed without it: catalogues, plans and documents hold on to nothing
that holds on to them (`test_collector.py`). So whatever outlives a full pass is taken out of its sight, and the next
one looks only at what came since.

What was taken out of sight and becomes a circle later is never found: it is looked at again, all at once, where the
process has grown by `MOST_BYTES` since the last look. No load was seen to come so far.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping

from server.metrics import own_bytes

MOST_BYTES = 256 * 2**20
"""Memory of its own by which the process has grown from which on all is looked at again: more than its caches hold."""

OLDEST = 2

PASSES = (200, 3, 1)
"""When passes are made, as `gc.set_threshold` takes it: a full one when some 1,600 more objects came than went.

Where old operations go as new ones come, up to ten come meanwhile for each that is left over. The first number is less
than what one operation is made of, or none would be left over as long as others go.
"""


class Collector:
    """Takes out of sight what survives a full pass, from `begin` to `end`."""

    def __init__(self, most: int = MOST_BYTES, held: Callable[[], int] = own_bytes) -> None:
        """All is looked at again where what is `held` is `most` above what it was after the last look.

        `held` is asked after each full pass, so it is quick: `sys.getallocatedblocks` takes up to 70 ms.
        """
        self._most = most
        self._held = held
        self._after_a_look = 0
        self._looking = False
        self._before = gc.get_threshold()

    def begin(self) -> None:
        """Look once at all that there is, and take over."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        gc.collect()  # of nothing: Python makes the next full pass when a quarter of what the last one left has come
        self._after_a_look = self._held()
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
        gc.freeze()
        held = self._held()
        if self._looking:
            self._looking, self._after_a_look = False, held
        elif held - self._after_a_look > self._most:
            self._looking = True
            gc.unfreeze()  # the next full pass sees all of them
