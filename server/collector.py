"""The garbage collector, kept from walking what is there to stay: its full passes stop every thread.

A pass takes a third of a microsecond for each object that it knows: prepared operations alone are 150,000 of them, 50
milliseconds. Nearly all that a server makes is freed without it: catalogues, plans and documents hold on to nothing
that holds on to them (`test_collector.py`). So whatever outlives a full pass is taken out of its sight, and the next
one looks only at what came since.

What was taken out of sight and becomes a circle later is never found: it is looked at again, all at once, where the
process has grown by `MOST_BLOCKS` since the last look. No load was seen to come so far.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping

from server.metrics import own_bytes

MOST_BYTES = 256 * 2**20
"""Memory of its own by which the process has grown from which on blocks are counted: more than its caches hold."""

MOST_BLOCKS = 3_000_000
"""Blocks of memory by which Python has grown from which on all is looked at again: some 200 MB."""

OLDEST = 2

PASSES = (200, 3, 1)
"""When passes are made, as `gc.set_threshold` takes it: a full one when some 1,600 more objects came than went.

Where old operations go as new ones come, up to ten come meanwhile for each that is left over. The first number is less
than what one operation is made of, or none would be left over as long as others go.
"""


class Collector:
    """Takes out of sight what survives a full pass, from `begin` to `end`."""

    def __init__(self, most_blocks: int = MOST_BLOCKS, *, most_bytes: int = MOST_BYTES) -> None:
        self._most_blocks = most_blocks
        self._most_bytes = most_bytes
        self._blocks = self._bytes = 0
        self._looking = False
        self._before = gc.get_threshold()

    def begin(self) -> None:
        """Look once at all that there is, and take over."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        gc.collect()  # of nothing: Python makes the next full pass when a quarter of what the last one left has come
        self._note()
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
        if self._looking:
            self._looking = False
            self._note()
        elif (held := own_bytes()) - self._bytes > self._most_bytes:
            self._bytes = held  # large answers under way are soon gone: the next count is as much memory later
            # Counting takes up to 70 ms where there are millions; `gc.get_freeze_count` walks all objects.
            if sys.getallocatedblocks() - self._blocks > self._most_blocks:
                self._looking = True
                gc.unfreeze()  # the next full pass sees all of them

    def _note(self) -> None:
        self._blocks, self._bytes = sys.getallocatedblocks(), own_bytes()
