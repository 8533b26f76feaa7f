"""One request to a server: proxies and certificates of the environment, redirects, refused addresses, clear errors.

It is urllib3's: a connection pool without dependencies, in threads. What it raises becomes a `Failure`.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    LocationValueError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.util import connection, make_headers

from graph.errors import SourceError
from graph.sources.address import (
    SCHEMES,
    is_private,
    names_private_machine,
    origin_of_address,
    redirected,
    shown_address,
    split_address,
    user_of,
    without_user,
)
from graph.sources.transfer import Transfer

_REDIRECTS = frozenset({301, 302, 303, 307, 308})

PRIVATE_REMEDY = "private addresses are refused unless they are allowed (`allow_private`)"


class Failure(Exception):
    """A request that came to nothing; `lasting` where another attempt would not help.

    `pause` is how many seconds the server asks to wait. It never leaves the downloads: they turn it into the
    `SourceError` of the address.
    """

    def __init__(self, message: str, *, lasting: bool = False, pause: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.lasting = lasting
        self.pause = pause


class Client:
    """Connections to servers, kept open between requests; safe to use from several threads."""

    def __init__(self, transfer: Transfer) -> None:
        self._transfer = transfer
        self._timeout = urllib3.Timeout(connect=transfer.connect_seconds, read=transfer.read_seconds)
        self._managers: dict[str | None, urllib3.PoolManager] = {}

    @contextmanager
    def get(self, address: str, headers: Mapping[str, str]) -> Iterator[urllib3.BaseHTTPResponse]:
        """Ask for an address and yield the answer, its body not read yet; redirects are followed.

        What fails here, and while the body is read within the context, raises `Failure`.
        """
        try:
            response = self._followed(address, headers)
            try:
                yield response
            finally:
                response.close()
        except (LocationParseError, LocationValueError, UnicodeError) as error:
            raise Failure(f"not an address: {error}", lasting=True) from error
        except HTTPError as error:
            raise _failure(error, self._transfer) from error

    def close(self) -> None:
        """Close the connections that nothing is read from."""
        for manager in self._managers.values():
            manager.clear()

    def _followed(self, address: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        user, origin = user_of(address), origin_of_address(address)
        for _ in range(self._transfer.redirects + 1):
            # A password is for the server that it was given for, not for one that a redirect leads to.
            own = user if origin_of_address(address) == origin else None
            response = self._request(without_user(address), {**headers, **_authorization(own)})
            location = response.headers.get("Location")
            if response.status not in _REDIRECTS or location is None:
                return response
            response.close()
            try:
                address = redirected(address, location)
            except SourceError as error:
                raise Failure(f"redirected to {error.place}: {error.message}", lasting=True) from error
        raise Failure(f"more than {self._transfer.redirects} redirects (`redirects`)", lasting=True)

    def _request(self, address: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        host = split_address(address).hostname or ""
        if not self._transfer.allow_private and names_private_machine(host):
            raise Failure(f"{host} is a private address: {PRIVATE_REMEDY}", lasting=True)
        return self._manager(address).request(
            "GET",
            address,
            headers={"User-Agent": _user_agent(), **headers},
            redirect=False,
            retries=False,
            preload_content=False,
            decode_content=False,
            timeout=self._timeout,
        )

    def _manager(self, address: str) -> urllib3.PoolManager:
        proxy = proxy_of(address)
        manager = self._managers.get(proxy)
        if manager is None:
            manager = self._managers.setdefault(proxy, self._new_manager(proxy))
        return manager

    def _new_manager(self, proxy: str | None) -> urllib3.PoolManager:
        context = certificates()
        if proxy is None:
            manager = urllib3.PoolManager(maxsize=self._transfer.parallel, ssl_context=context)
            if not self._transfer.allow_private:
                manager.pool_classes_by_scheme = {"http": _PublicHTTPPool, "https": _PublicHTTPSPool}
            return manager
        # A proxy stands in the site's own network, and it says what may be reached.
        return urllib3.ProxyManager(
            without_user(proxy),
            maxsize=self._transfer.parallel,
            ssl_context=context,
            proxy_headers=_proxy_authorization(user_of(proxy)),
        )


def proxy_of(address: str) -> str | None:
    """Return the proxy that the environment names for an address; None for a direct connection.

    The variables are `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`, in small letters too, and `NO_PROXY`.
    """
    parts = split_address(address)
    proxies = getproxies_environment()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    if "://" not in proxy:
        proxy = f"http://{proxy}"
    if urlsplit(proxy).scheme not in SCHEMES:
        raise Failure(
            f"{shown_address(proxy)} is no proxy that is spoken to: expected http:// or https://", lasting=True
        )
    return proxy


def certificates() -> ssl.SSLContext:
    """Return the certificates that servers are checked against: the system's, or those that the environment names.

    `SSL_CERT_FILE` and `SSL_CERT_DIR` replace the system's, as everywhere where OpenSSL is.
    """
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        path = os.environ.get(name)
        # OpenSSL passes over what is not there in silence, and then trusts nothing.
        if path and not Path(path).exists():
            raise Failure(f"{name} names {path}, which is not there: correct it, or unset it", lasting=True)
    return ssl.create_default_context()


def _authorization(user: str | None) -> dict[str, str]:
    return {} if user is None else make_headers(basic_auth=unquote(user))


def _proxy_authorization(user: str | None) -> dict[str, str]:
    return {} if user is None else make_headers(proxy_basic_auth=unquote(user))


def _user_agent() -> str:
    try:
        return f"specgraph/{version('specgraph')}"
    except PackageNotFoundError:
        return "specgraph"


def _failure(error: HTTPError, transfer: Transfer) -> Failure:
    """Say what went wrong and what to do about it."""
    cause = error.original_error if isinstance(error, ProxyError) else error
    through = "the proxy of HTTPS_PROXY or HTTP_PROXY: " if isinstance(error, ProxyError) else ""
    match cause:
        case NameResolutionError():
            return Failure(f"{through}no such host: check the address, or set HTTPS_PROXY where a proxy is needed")
        case SSLError():
            remedy = "where the server's certificate is of your site's own authority, name its file in SSL_CERT_FILE"
            return Failure(f"{through}TLS: {_reason(cause)}; {remedy}", lasting=True)
        case ConnectTimeoutError() if not isinstance(cause, NewConnectionError):
            seconds = transfer.connect_seconds
            return Failure(f"{through}no connection within {seconds:g} s (`connect_seconds`): is a proxy needed?")
        case ReadTimeoutError():
            return Failure(f"{through}the server sent nothing for {transfer.read_seconds:g} s (`read_seconds`)")
        case NewConnectionError():
            return Failure(f"{through}cannot be connected to: {_reason(cause)}")
        case ProtocolError():
            return Failure(f"{through}the connection broke: {_reason(cause)}")
        case _:
            return Failure(f"{through}{_reason(cause)}")


def _reason(error: Exception) -> str:
    """Return the innermost reason, without urllib3's own wrapping."""
    inner: BaseException = error
    while isinstance(inner, HTTPError):
        wrapped = next((value for value in (inner.__cause__, *inner.args) if isinstance(value, BaseException)), None)
        if wrapped is None:
            break
        inner = wrapped
    if isinstance(inner, ssl.SSLCertVerificationError):
        return inner.verify_message.rstrip(".")
    if isinstance(inner, OSError) and inner.strerror:
        return inner.strerror
    return str(inner)


def status_text(status: int) -> str:
    """Return a status as messages show it.

    >>> status_text(404), status_text(599)
    ('404 Not Found', '599')
    """
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _connected(to: HTTPConnection, host: str) -> socket.socket:
    """Connect to a public address of a host: the address that is checked is the one that is connected to."""
    try:
        found = socket.getaddrinfo(host, to.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise NameResolutionError(host, to, error) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    public = [ip for ip in addresses if not is_private(ip)]
    if not public:
        raise Failure(f"{host} has the private address {addresses[0]}: {PRIVATE_REMEDY}", lasting=True)
    last: OSError | None = None
    for ip in public:
        try:
            return connection.create_connection(
                (ip, to.port or 0), to.timeout, source_address=to.source_address, socket_options=to.socket_options
            )
        except OSError as error:
            last = error
    if isinstance(last, TimeoutError):
        raise ConnectTimeoutError(to, f"Connection to {host} timed out") from last
    raise NewConnectionError(to, f"Failed to establish a new connection: {last}") from last


class _PublicHTTPConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self, self._dns_host)


class _PublicHTTPSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self, self._dns_host)


class _PublicHTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PublicHTTPConnection


class _PublicHTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _PublicHTTPSConnection
