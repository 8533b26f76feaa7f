"""Relay connections: a list, the window of it that was asked for, and cursors.

A cursor is base64url of a letter for the kind of list, the beginning of the snapshot's digest, and the rank of the
node among all of its kind in the snapshot. So it survives a restart with the same data, points at the same node
whatever the filter, and is refused where the content behind it has changed.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

import strawberry
from msgspec import Struct
from pyroaring import FrozenBitMap

from graph.errors import BadInput
from graph.ordered import Ordered
from graph.snapshot import Snapshot
from schema.arguments import given
from schema.columns import Integers, Rows, listed, many, varies_with
from schema.errors import InvalidCursor, PageTooLarge
from schema.limits import Limits

T = TypeVar("T")

SPECS, PACKAGES, STACKS = "s", "p", "k"
"""The kinds of list whose members are what nodes are told by: rows, and positions."""

DIGEST_CHARACTERS = 16
"""Characters of the snapshot's digest that a cursor carries: 64 bits."""


def _encoded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


class PageArguments(Struct, frozen=True, gc=False):
    """The four arguments of a connection as they were given; None where left out."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    @classmethod
    def of(
        cls,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> PageArguments:
        """Take a resolver's arguments over."""
        return cls(given(first), given(after), given(last), given(before))


class Listing(Struct, Generic[T], frozen=True):
    """A list of nodes of one kind in a snapshot, not read yet.

    `members` are integers in the list's order, `domain` all integers of that kind in the snapshot: a cursor is the
    rank in it. `kind` is the letter that keeps one kind's cursors from another's lists. `node` makes a member's node.
    """

    snapshot: Snapshot
    members: Ordered
    domain: FrozenBitMap
    kind: str
    node: Callable[[int], T]

    def rows(self, members: list[int] | Integers) -> Rows | None:
        """Return members' nodes as a batch, where the members are what tells nodes from others."""
        if self.kind not in (SPECS, PACKAGES, STACKS):
            return None
        return Rows(self.snapshot, members, lambda _, row: self.node(row))

    def cursor(self, member: int) -> str:
        """Return the cursor of a member."""
        rank = self.domain.rank(member) - 1
        return _encoded(f"{self.kind}{self.snapshot.digest[:DIGEST_CHARACTERS]}{rank}")

    def member(self, cursor: str) -> int:
        """Return the member that a cursor stands for; raises `InvalidCursor`."""
        try:
            text = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode("ascii")
            kind, digest, rank = text[:1], text[1 : 1 + DIGEST_CHARACTERS], int(text[1 + DIGEST_CHARACTERS :])
            # Python's decoders also take other spellings, such as a padded cursor or the rank 010.
            canonical = _encoded(f"{kind}{digest}{rank}") == cursor
        except (ValueError, binascii.Error):
            canonical = False
        if not canonical:
            raise InvalidCursor(f"{cursor!r} is not a cursor; take one from an edge or from pageInfo")
        if digest != self.snapshot.digest[:DIGEST_CHARACTERS]:
            raise InvalidCursor(
                f"the cursor {cursor!r} belongs to other data than the snapshot {self.snapshot.name!r} holds now: "
                "start again from the first page"
            )
        if kind != self.kind or not 0 <= rank < len(self.domain):
            raise InvalidCursor(f"the cursor {cursor!r} belongs to a list of another kind")
        return int(self.domain[rank])

    def place(self, cursor: str, find: Callable[[int], int | None]) -> int:
        """Return the place in the list that a cursor stands for, found by one of `Ordered`'s two ways."""
        place = find(self.member(cursor))
        if place is None:
            raise InvalidCursor(f"the cursor {cursor!r} is not of this list: its filter or its order differ")
        return place


class Window(Struct, Generic[T], frozen=True, dict=True):
    """The part `start:stop` of a listing that was asked for."""

    listing: Listing[T]
    start: int
    stop: int

    @property
    def rows(self) -> Rows | None:
        """The nodes of the window as a batch, where the list is of a kind that has them."""
        return self.listing.rows(self.listing.members.part(self.start, self.stop))

    @property
    def edges(self) -> Edges | None:
        """The edges of the window as a batch, where the list is of a kind that has them."""
        if self.listing.kind not in (SPECS, PACKAGES, STACKS):
            return None
        return Edges(self.listing, self.listing.members.part(self.start, self.stop))

    @cached_property
    def members(self) -> list[int]:
        """The members of the window, in order."""
        return self.listing.members.page(self.start, self.stop)


def window(listing: Listing[T], page: PageArguments, limits: Limits) -> Window[T]:
    """Cut a listing by the Relay specification: `after` and `before` first, then `first`, then `last`.

    Neither `first` nor `last` is the default page size. Raises `PageTooLarge` over the maximum, `BadInput` for a
    negative number, `InvalidCursor` for a cursor of another list.
    """
    start, stop = 0, len(listing.members)
    if page.after is not None:
        start = listing.place(page.after, listing.members.places_through)
    if page.before is not None:
        stop = max(start, listing.place(page.before, listing.members.places_before))
    first, last = _checked("first", page.first, limits), _checked("last", page.last, limits)
    if first is None and last is None:
        first = limits.default_page_size
    if first is not None:
        stop = min(stop, start + first)
    if last is not None:
        start = max(start, stop - last)
    return Window(listing, start, stop)


def _checked(name: str, count: int | None, limits: Limits) -> int | None:
    return None if count is None else checked_count(name, count, most=limits.max_page_size)


def checked_count(name: str, count: int, *, most: int) -> int:
    """Return how many items an argument asks for; raises `PageTooLarge` over `most`, `BadInput` below 0."""
    if count < 0:
        raise BadInput(f"{name} is {count}; give 0 to {most}")
    if count > most:
        raise PageTooLarge(f"{name} is {count}; give 0 to {most}")
    return count


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    """Computed from a window."""

    window: strawberry.Private[Window]  # type: ignore[type-arg]

    @strawberry.field(description="Whether items follow this page.")
    def has_next_page(self) -> bool:
        """Tell whether the list goes on after the window."""
        return self.window.stop < len(self.window.listing.members)

    @strawberry.field(description="Whether items come before this page.")
    def has_previous_page(self) -> bool:
        """Tell whether the list begins before the window."""
        return self.window.start > 0

    @strawberry.field(description="Cursor of the first item of this page; null where it is empty.")
    def start_cursor(self) -> str | None:
        """Return the first member's cursor."""
        members = self.window.members
        return self.window.listing.cursor(members[0]) if members else None

    @strawberry.field(description="Cursor of the last item of this page; null where it is empty.")
    def end_cursor(self) -> str | None:
        """Return the last member's cursor."""
        members = self.window.members
        return self.window.listing.cursor(members[-1]) if members else None


@dataclass(frozen=True)
class Edges:
    """Edges of a listing, not made yet."""

    listing: Listing  # type: ignore[type-arg]
    member: Integers

    @property
    def within(self) -> Snapshot:
        """The snapshot."""
        return self.listing.snapshot

    def __len__(self) -> int:
        return len(self.member)

    def one(self, index: int) -> Edge:  # type: ignore[type-arg]
        """Return the edge at this place."""
        return Edge(listing=self.listing, member=int(self.member[index]))

    @property
    def nodes(self) -> Rows | None:
        """The nodes of the edges."""
        return self.listing.rows(self.member)


@strawberry.type(description="One item of a list, with its cursor.")
class Edge(Generic[T]):
    """A member of a listing."""

    listing: strawberry.Private[Listing]  # type: ignore[type-arg]
    member: strawberry.Private[int]

    @strawberry.field(description="Stands for this item's place; give it to `after` or `before`.")
    @varies_with(lambda edge: edge.member)
    def cursor(self) -> str:
        """Return the member's cursor."""
        return self.listing.cursor(self.member)

    @strawberry.field(description="The item itself.")
    @many(lambda edges: edges.nodes)
    def node(self) -> T:
        """Return the member's node."""
        node: T = self.listing.node(self.member)
        return node


@strawberry.type(description="A list, page by page.")
class Connection(Generic[T]):
    """A window as the four fields that every connection has."""

    window: strawberry.Private[Window]  # type: ignore[type-arg]

    @strawberry.field(description="The items of this page with their cursors.")
    @many(lambda connections: connections.edges)
    @listed(lambda connection: connection.window.edges)
    def edges(self) -> list[Edge[T]]:
        """Return the window's members as edges."""
        listing = self.window.listing
        return [Edge(listing=listing, member=member) for member in self.window.members]

    @strawberry.field(description="The items of this page.")
    @many(lambda connections: connections.nodes)
    @listed(lambda connection: connection.window.rows)
    def nodes(self) -> list[T]:
        """Return the window's members as nodes."""
        return [self.window.listing.node(member) for member in self.window.members]

    @strawberry.field(description="Where this page lies in the list.")
    def page_info(self) -> PageInfo:
        """Return the window's place."""
        return PageInfo(window=self.window)

    @strawberry.field(description="How many items the whole list has.")
    @many(lambda connections: connections.total_counts)
    def total_count(self) -> int:
        """Return the length of the listing."""
        return len(self.window.listing.members)
