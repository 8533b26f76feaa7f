"""Questions that are known to be quick although their price is high: a price is a bound, and most lists are shorter."""

from __future__ import annotations

import weakref
from collections import OrderedDict

from graph.snapshot import Catalogue
from server.graphql_request import GraphqlRequest

QUICK_SECONDS = 0.01
"""What an operation may take on the event loop once it is known to take no longer."""

KNOWN = 4_096
"""Questions that are known to be quick; those that were found first make room."""


class KnownQuick:
    """What was quick over a catalogue stays so, for a snapshot never changes; of another catalogue nothing is known."""

    def __init__(self) -> None:
        self._sizes: OrderedDict[bytes, int] = OrderedDict()
        self._of: weakref.ref[Catalogue] | None = None

    def size(self, asked: GraphqlRequest, catalogue: Catalogue) -> int | None:
        """Return how many bytes the answer to this very question has where it is known to be quick, else None."""
        if self._of is None or self._of() is not catalogue:
            return None
        return self._sizes.get(asked.digest())

    def note(self, asked: GraphqlRequest, catalogue: Catalogue, *, seconds: float, size: int) -> None:
        """Take note of how long a question took, and how many bytes its answer has."""
        if seconds > QUICK_SECONDS:
            return
        if self._of is None or self._of() is not catalogue:
            self._sizes.clear()
            self._of = weakref.ref(catalogue)
        self._sizes[asked.digest()] = size
        if len(self._sizes) > KNOWN:
            self._sizes.popitem(last=False)
