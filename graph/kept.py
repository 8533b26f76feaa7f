"""What was costly to make, kept within a budget of memory; the least recently used makes room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Values by key. Threads may share it."""

    __slots__ = ("_bytes", "_kept", "_lock", "_max_bytes")

    def __init__(self, *, max_bytes: int) -> None:
        """Keep values of up to `max_bytes` together."""
        self._kept: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._bytes = 0
        self._max_bytes = max_bytes
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """The bytes that the values take together, by what was said of each."""
        return self._bytes

    def find(self, key: Hashable) -> T | None:
        """Return the value of the key, or None where none is kept."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def keep(self, key: Hashable, value: T, size: int) -> None:
        """Keep the value of the key, which takes `size` bytes, unless that is more than the whole budget."""
        with self._lock:
            if size > self._max_bytes or key in self._kept:
                return
            self._kept[key] = (value, size)
            self._bytes += size
            while self._bytes > self._max_bytes:
                _, (_, freed) = self._kept.popitem(last=False)
                self._bytes -= freed

    def found(self, key: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """Return the value of the key, made where none is kept; two threads may both make it, to the same effect."""
        value = self.find(key)
        if value is None:
            value = make()
            self.keep(key, value, size(value))
        return value
