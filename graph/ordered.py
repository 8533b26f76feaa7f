"""Ordered sets of integers: what a list in an answer is before a page of it is read.

A set in ascending order is a bitmap and nothing else; any other order is an array. Both give a page, and the place
of a member, without walking what stands before it.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap


class Ordered(Protocol):
    """Distinct integers in a total order."""

    def __len__(self) -> int:
        """Return how many there are."""

    def page(self, start: int, stop: int) -> list[int]:
        """Return the members at the places `start:stop`."""

    def part(self, start: int, stop: int) -> NDArray[np.integer]:
        """Return the same as an array."""

    def places_through(self, member: int) -> int | None:
        """Return how many members stand at or before this one; None where the order does not place it."""

    def places_before(self, member: int) -> int | None:
        """Return how many members stand before this one; None where the order does not place it."""


ARRAYED = 32
"""Times that a set is larger than a page of it, up to which an array of the whole set costs less than a slice."""


class Ascending:
    """A bitmap in ascending order; it places every integer, whether it is a member or not."""

    __slots__ = ("members",)

    def __init__(self, members: FrozenBitMap) -> None:
        self.members = members

    def __len__(self) -> int:
        return len(self.members)

    def page(self, start: int, stop: int) -> list[int]:
        """Return the members at the places `start:stop`."""
        page: list[int] = self.part(start, stop).tolist()
        return page

    def part(self, start: int, stop: int) -> NDArray[np.integer]:
        """Return the same as an array."""
        members = self.members
        count = len(members)
        if count and members.max() - (first := members.min()) == count - 1:
            # One run, as all specs of a universe are.
            return np.arange(first + start, first + min(stop, count))
        if count > ARRAYED * (stop - start):
            return np.asarray(members[start:stop].to_array(), dtype=np.uint32)
        return np.asarray(members.to_array(), dtype=np.uint32)[start:stop]

    def places_through(self, member: int) -> int:
        """Return how many members are at most this integer."""
        return self.members.rank(member)

    def places_before(self, member: int) -> int:
        """Return how many members are less than this integer."""
        return self.members.rank(member) - (member in self.members)


class Arranged:
    """An array of distinct integers in the order given; it places its members alone."""

    __slots__ = ("members",)

    def __init__(self, members: NDArray[np.integer]) -> None:
        self.members = members

    def __len__(self) -> int:
        return len(self.members)

    def page(self, start: int, stop: int) -> list[int]:
        """Return the members at the places `start:stop`."""
        page: list[int] = self.part(start, stop).tolist()
        return page

    def part(self, start: int, stop: int) -> NDArray[np.integer]:
        """Return the same as an array."""
        return self.members[start:stop]

    def places_through(self, member: int) -> int | None:
        """Return how many members stand at or before this one, or None where it is not a member."""
        before = self.places_before(member)
        return None if before is None else before + 1

    def places_before(self, member: int) -> int | None:
        """Return how many members stand before this one, or None where it is not a member."""
        found = np.flatnonzero(self.members == member)
        return int(found[0]) if len(found) else None


class Sorted(Arranged):
    """An array of distinct integers in ascending order; it places every integer, whether it is a member or not."""

    __slots__ = ()

    def places_through(self, member: int) -> int:
        """Return how many members are at most this integer."""
        return int(np.searchsorted(self.members, member, side="right"))

    def places_before(self, member: int) -> int:
        """Return how many members are less than this integer."""
        return int(np.searchsorted(self.members, member))
