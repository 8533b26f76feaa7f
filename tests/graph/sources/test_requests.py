"""Where a request leads: redirects, private addresses, proxies, and hosts that do not answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph.sources.fetching import BODY, NAME, Fetching
from tests.graph.sources.site import (
    Site,
    redirect,
    running,
)

# Redirects ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(site: Site, fetch: Fetching, code: int) -> None:
    site.then("/a", redirect(NAME, code))
    assert fetch.bytes(site.base + "/a") == BODY


def test_redirects_are_followed_only_so_often(site: Site, fetch: Fetching) -> None:
    site.then("/a", *[redirect("/a")] * 9)
    assert fetch.refusal(site.base + "/a") == f"{site.base}/a: more than 5 redirects (`redirects`)"
    assert len(site.paths) == 6


def test_a_password_is_not_for_another_server(site: Site, fetch: Fetching) -> None:
    with running() as other:
        other.files["/b"] = b"other"
        site.then("/a", redirect(f"{other.base}/b"))
        assert fetch.bytes(site.base.replace("//", "//me:secret@") + "/a") == b"other"
    assert [h["Authorization"] is None for h in (*site.headers("/a"), *other.headers("/b"))] == [False, True]


@pytest.mark.parametrize("to", ["ftp://127.0.0.1/x", "file:///etc/passwd", "http://:80/"])
def test_a_redirect_to_what_is_no_web_address_is_refused(site: Site, fetch: Fetching, to: str) -> None:
    site.then("/a", redirect(to))
    assert "expected an https:// or http:// address of a server" in fetch.refusal(site.base + "/a")


# Addresses that are not connected to ----------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost.", "[::1]", "0.0.0.0", "169.254.169.254"])
def test_private_addresses_are_refused(site: Site, fetch: Fetching, host: str) -> None:
    fetch.options["allow_private"] = False
    port = site.base.rpartition(":")[2]
    refusal = fetch.refusal(f"http://{host}:{port}{NAME}")
    assert refusal.endswith(
        "is a private address: private addresses are refused unless they are allowed (`allow_private`)"
    )
    assert site.paths == []


def test_a_name_that_has_a_private_address_is_refused(
    site: Site, fetch: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch.options["allow_private"] = False
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", 0))])
    port = site.base.rpartition(":")[2]
    assert "mirror.example has the private address 127.0.0.1: " in fetch.refusal(f"http://mirror.example:{port}{NAME}")
    assert "mirror.example has the private address 127.0.0.1: " in fetch.refusal(f"https://mirror.example:{port}{NAME}")
    assert site.paths == []


# What else goes wrong -------------------------------------------------------------------------------------------------


def test_a_host_that_is_not_known(fetch: Fetching, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    for allowed in (True, False):
        fetch.options |= {"allow_private": allowed, "attempts": 1}
        expected = "no such host: check the address, or set HTTPS_PROXY where a proxy is needed"
        assert fetch.refusal("https://nowhere.example/x") == f"https://nowhere.example/x: {expected}"


def test_a_port_where_no_one_listens(fetch: Fetching) -> None:
    with running() as site:
        pass
    assert (
        fetch.refusal(site.base + NAME) == f"{site.base}{NAME}: cannot be connected to: Connection refused (3 attempts)"
    )


def test_what_is_no_address(fetch: Fetching) -> None:
    assert fetch.refusal("http://[::1/x").startswith("http://[::1/x: not an address: ")
    assert fetch.refusal("http:///x") == "http:///x: expected an https:// or http:// address of a server"
    assert "not an address" in fetch.refusal(f"http://{'a' * 70}.example/x")


# Proxies --------------------------------------------------------------------------------------------------------------


def test_a_proxy_of_the_environment_is_asked(fetch: Fetching, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch.options["allow_private"] = False  # the proxy may be in the site's own network
    with running() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.base.replace("//", "//me:secret@"))
        proxy.files["http://mirror.example/x"] = BODY
        assert fetch.bytes("http://mirror.example/x") == BODY
    [(path, headers)] = proxy.asked
    assert (path, headers["Proxy-Authorization"]) == ("http://mirror.example/x", "Basic bWU6c2VjcmV0")


def test_no_proxy_is_asked_for_what_no_proxy_names(
    site: Site, fetch: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running() as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.base.removeprefix("http://"))
        monkeypatch.setenv("NO_PROXY", "example.org,127.0.0.1")
        assert fetch.bytes(site.base + NAME) == BODY
    assert proxy.asked == []


def test_a_proxy_that_does_not_answer_is_named(fetch: Fetching, monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as proxy:
        pass
    fetch.options["attempts"] = 1
    monkeypatch.setenv("https_proxy", proxy.base)
    expected = "the proxy of HTTPS_PROXY or HTTP_PROXY: cannot be connected to: Connection refused"
    assert fetch.refusal("https://mirror.example/x") == f"https://mirror.example/x: {expected}"
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:1")
    expected = "socks5://127.0.0.1:1 is no proxy that is spoken to: expected http:// or https://"
    assert fetch.refusal("https://mirror.example/x") == f"https://mirror.example/x: {expected}"
