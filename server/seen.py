"""What bytes mean that came before, kept within a budget: a client sends the same heads and bodies again and again."""

from __future__ import annotations

from typing import Generic, TypeVar

V = TypeVar("V")

ENTRY_BYTES = 1_024
"""What an entry costs beside its bytes: the objects that it means, and its place in a dictionary (measured, about)."""

COPIES = 2
"""How often the bytes of an entry are in memory: as its key, and cut to pieces in what they mean."""


class Seen(Generic[V]):
    """Meanings by the bytes that have them. Those that came first make room, for a hit is to cost no more than a look.

    Not for several threads.
    """

    def __init__(self, *, max_bytes: int, longest: int) -> None:
        """Keep at most so many bytes by estimate, and no entry of more bytes than `longest`."""
        self.max_bytes = max_bytes
        self.longest = longest
        self.size = 0
        self._kept: dict[bytes, V] = {}
        self.get = self._kept.get

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, text: bytes, meaning: V) -> None:
        """Keep what bytes mean, unless they are too long, or kept already."""
        if len(text) > self.longest or text in self._kept:
            return
        self._kept[text] = meaning
        self.size += _size(text)
        while self.size > self.max_bytes:
            first = next(iter(self._kept))
            del self._kept[first]
            self.size -= _size(first)


def _size(text: bytes) -> int:
    return COPIES * len(text) + ENTRY_BYTES
