"""How much one client may ask for: points per minute, by the prices of `schema.execution.cost`.

throttled's generic cell rate algorithm keeps one number a client, in a store of bounded size. What a client spends in
small change is summed up here first, for the library takes microseconds a call and a small query as little.
"""

from __future__ import annotations

import ipaddress
import math
from functools import lru_cache
from http import HTTPStatus
from time import monotonic

from throttled import Throttled, per_min
from throttled.store import MemoryStore

from server.graphql_request import RequestRefused

KEPT_CLIENTS = 65_536
"""Clients whose spending is remembered; the one that was silent longest is forgotten first."""

GRAINS = 100
"""A client's points are accounted for when they come to such a part of its budget: the error is a hundredth."""

SECONDS = 60
IPV6_NETWORK = 64
"""Bits of an IPv6 address that name a customer: whoever has one address has all below."""


class Budget:
    """The points of every client. Not for several threads."""

    def __init__(self, points_per_minute: int) -> None:
        """A client that was silent has a full minute's points at once."""
        self.points = points_per_minute
        self._grain = max(1, points_per_minute // GRAINS)
        self._throttled = Throttled(
            using="gcra",
            quota=per_min(points_per_minute, burst=points_per_minute),
            store=MemoryStore(options={"MAX_SIZE": KEPT_CLIENTS}),
        )
        self._change: dict[str, int] = {}
        self._closed: dict[str, float] = {}

    def spend(self, client: str, points: int) -> None:
        """Take points off a client's budget; raises `RequestRefused` where they are not left."""
        if self._closed:
            self._check_open(client)
        spent = self._change.get(client, 0) + points
        if spent < self._grain:
            if len(self._change) >= KEPT_CLIENTS:
                self._change.clear()
            self._change[client] = spent
            return
        self._change.pop(client, None)
        found = self._throttled.limit(client, cost=min(spent, self.points))
        if found.limited:
            self._change[client] = spent - points
            if len(self._closed) >= KEPT_CLIENTS:
                self._closed.clear()
            wait = min(found.state.retry_after, SECONDS)
            self._closed[client] = monotonic() + wait
            raise self._refused(wait)

    def remaining(self, client: str) -> int:
        """Return the points that a client has left now."""
        return max(0, self._throttled.peek(client).remaining - self._change.get(client, 0))

    def _check_open(self, client: str) -> None:
        opens = self._closed.get(client)
        if opens is None:
            return
        wait = opens - monotonic()
        if wait > 0:
            raise self._refused(wait)
        del self._closed[client]

    def _refused(self, wait: float) -> RequestRefused:
        seconds = str(max(1, math.ceil(wait)))
        return RequestRefused(
            HTTPStatus.TOO_MANY_REQUESTS,
            "RATE_LIMITED",
            f"this client has asked for more than {self.points} points a minute: ask again in {seconds} seconds",
            {
                "Retry-After": seconds,
                "RateLimit-Policy": f'"cost";q={self.points};w={SECONDS}',
                "RateLimit": f'"cost";r=0;t={seconds}',
            },
        )


@lru_cache(maxsize=4_096)
def client_of(host: str) -> str:
    """Return who an address counts as: an IPv6 network of 64 bits, an IPv4 address, or the text as it is.

    >>> client_of("2001:db8::7"), client_of("192.0.2.1")
    ('2001:db8::/64', '192.0.2.1')
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address.packed, IPV6_NETWORK), strict=False))
    return host
