"""Who is let in: the host that a request names, and the token that it brings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from server.access import Access, Scope, Token
from server.budget import client_of
from server.graphql_request import RequestRefused

UNKNOWN_CLIENT = "unknown"
"""The client of a connection without an address, as a UNIX socket has none: all of them share one budget."""


@dataclass(frozen=True, slots=True)
class Door:
    """`hosts` are the names that this server answers to, none for any; `*.` before a name stands for all below it."""

    hosts: tuple[str, ...] = ()
    access: Access | None = None

    def client(self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes], wanted: Scope) -> str | None:
        """Return who pays for a request, None where nobody does; raises `RequestRefused` where it is not let in."""
        if self.hosts:
            self.check_host(headers)
        if self.access is None:
            address = scope.get("client")
            return client_of(address[0]) if address else UNKNOWN_CLIENT
        return payer(self.access.checked(headers, wanted))

    def check_host(self, headers: Mapping[bytes, bytes]) -> None:
        """Do nothing for a host that this server answers to; raises `RequestRefused` for another."""
        if self.hosts and not _among(headers.get(b"host", b"").decode("latin-1"), self.hosts):
            raise RequestRefused(
                HTTPStatus.MISDIRECTED_REQUEST, "MISDIRECTED_REQUEST", "this server does not answer to that host name"
            )


def payer(token: Token) -> str | None:
    """Return the client that a token stands for; an admin's is not held to a budget."""
    return None if Scope.ADMIN in token.scopes else f"token {token.name}"


@lru_cache(maxsize=1_024)
def _among(host: str, hosts: Collection[str]) -> bool:
    name = host.lower()
    if name.startswith("["):
        name = name.partition("]")[0] + "]"
    else:
        name = name.partition(":")[0].rstrip(".")
    return any(name == known or (known.startswith("*.") and name.endswith(known[1:])) for known in hosts)
