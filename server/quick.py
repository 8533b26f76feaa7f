"""Questions that are known to be quick although their price is high: a price is a bound, and most lists are shorter.

They are answered on the event loop, where one is added to the other when many come at once: what one turn of the loop
has no room for is not answered there.
"""

from __future__ import annotations

import asyncio
import weakref
from collections import OrderedDict
from collections.abc import Callable

from graph.snapshot import Catalogue
from server.graphql_request import GraphqlRequest

QUICK_SECONDS = 0.01
"""What an operation may take on the event loop once it is known to take no longer."""

TURN_SECONDS = 0.01
"""What quick questions may take of one turn of the event loop together, but for the last of them."""

KNOWN = 4_096
"""Questions that are known to be quick; those that were found first make room."""


class KnownQuick:
    """What was quick over a catalogue stays so, for a snapshot never changes; of another catalogue nothing is known.

    What an answer is made of may have made room for other things since: `made_room` tells how often that happened, and
    where it did nothing is known either.
    """

    def __init__(self, made_room: Callable[[], int] = int) -> None:
        self._sizes: OrderedDict[bytes, int] = OrderedDict()
        self._of: weakref.ref[Catalogue] | None = None
        self._made_room = made_room
        self._room = 0
        self._spent = 0.0
        self._turning = False

    def _holds(self, catalogue: Catalogue) -> bool:
        return self._of is not None and self._of() is catalogue and self._room == self._made_room()

    def size(self, asked: GraphqlRequest, catalogue: Catalogue) -> int | None:
        """Return how many bytes the answer to this very question has where it is known to be quick, else None.

        None too where this turn of the loop has no room for it.
        """
        if self._spent >= TURN_SECONDS or not self._holds(catalogue):
            return None
        return self._sizes.get(asked.digest())

    def took(self, seconds: float) -> None:
        """Count what a quick question took of this turn of the running loop."""
        if not self._turning:
            self._turning = True
            asyncio.get_running_loop().call_soon(self._turn)
        self._spent += seconds

    def _turn(self) -> None:
        self._spent, self._turning = 0.0, False

    def note(self, asked: GraphqlRequest, catalogue: Catalogue, *, seconds: float, size: int) -> None:
        """Take note of how long a question took, and how many bytes its answer has."""
        if seconds > QUICK_SECONDS:
            return
        if not self._holds(catalogue):
            self._sizes.clear()
            self._of, self._room = weakref.ref(catalogue), self._made_room()
        self._sizes[asked.digest()] = size
        if len(self._sizes) > KNOWN:
            self._sizes.popitem(last=False)
