"""Web addresses: what is shown of them, what they are joined to, and which machines are not connected to."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from graph.errors import SourceError

SCHEMES = ("http", "https")

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 addresses as a translator of IPv6-only networks writes them (RFC 6052)."""

_LOOPBACK_NAMES = ("localhost", "localhost.localdomain")


def split_address(address: str) -> SplitResult:
    """Split an http(s) address; one without a host, or of another scheme, raises `SourceError`."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError as error:
        raise SourceError(f"not an address: {error}", place=shown_address(address)) from error
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise SourceError("expected an https:// or http:// address of a server", place=shown_address(address))
    return parts


def shown_address(address: str) -> str:
    """Return what messages show of an address: neither user, password, query nor fragment.

    >>> shown_address("https://me:secret@example.org/a/index.json?token=1#x")
    'https://example.org/a/index.json'
    """
    start = address.partition("#")[0].partition("?")[0]
    scheme, separator, rest = start.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}" if separator else start


def without_user(address: str) -> str:
    """Return an address without the user and password that it may name.

    >>> without_user("https://me:secret@example.org:8443/a?b")
    'https://example.org:8443/a?b'
    """
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def user_of(address: str) -> str | None:
    """Return `user:password` of an address, or None where it names none."""
    user, at, _ = urlsplit(address).netloc.rpartition("@")
    return user if at else None


def origin_of_address(address: str) -> str:
    """Return scheme, host and port of an address: what a user and a password are meant for."""
    parts = urlsplit(address)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{parts.hostname}:{port}"


def redirected(address: str, location: str) -> str:
    """Return where a redirect leads; one from https to http, or to another scheme, raises `SourceError`."""
    target = urljoin(address, location)
    parts = split_address(target)
    if urlsplit(address).scheme == "https" and parts.scheme == "http":
        message = "that is not encrypted, and what was asked for is; give that address itself, if it is trusted"
        raise SourceError(message, place=shown_address(target))
    return target


def is_private(ip: str) -> bool:
    """Whether an IP address is of this machine, of a private network, or of no one machine at all.

    Addresses that carry an IPv4 address (mapped, 6to4, Teredo, NAT64) are what they carry.

    >>> [is_private(ip) for ip in ("127.0.0.1", "10.1.2.3", "::1", "fe80::1%eth0", "::ffff:10.0.0.1", "64:ff9b::a00:1")]
    [True, True, True, True, True, True]
    >>> [is_private(ip) for ip in ("192.0.78.24", "2606:4700::6810:85e5", "64:ff9b::808:808")]
    [False, False, False]
    """
    address = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            carried.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        inner = [carried_address for carried_address in carried if carried_address is not None]
        if inner:
            return any(is_private(str(carried_address)) for carried_address in inner)
    return not address.is_global or address.is_multicast or address.is_reserved


def names_private_machine(host: str) -> bool:
    """Whether a host says already by its name that it is this machine or of a private network.

    >>> names_private_machine("localhost"), names_private_machine("[::1]"), names_private_machine("example.org")
    (True, True, False)
    """
    bare = host.strip("[]").rstrip(".").lower()
    if bare in _LOOPBACK_NAMES or bare.endswith(".localhost"):
        return True
    try:
        return is_private(bare)
    except ValueError:
        return False
