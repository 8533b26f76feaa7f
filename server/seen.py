"""What bytes mean that came before, kept within a budget: a client sends the same heads and bodies again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

V = TypeVar("V")


class Seen(Generic[V]):
    """Meanings by the bytes that have them. Those that came first make room, for a hit is to cost no more than a look.

    Not for several threads.
    """

    def __init__(self, *, max_bytes: int, longest: int, size_of: Callable[[bytes], int] = len) -> None:
        """Keep at most so many bytes, and no entry longer than `longest`; `size_of` estimates what an entry takes."""
        self.max_bytes = max_bytes
        self.longest = longest
        self.size = 0
        self._size_of = size_of
        self._kept: dict[bytes, V] = {}
        self.get = self._kept.get

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, text: bytes, meaning: V) -> None:
        """Keep what bytes mean, unless they are too long, or kept already."""
        if len(text) > self.longest or text in self._kept:
            return
        self._kept[text] = meaning
        self.size += self._size_of(text)
        while self.size > self.max_bytes:
            first = next(iter(self._kept))
            del self._kept[first]
            self.size -= self._size_of(first)
