"""Web addresses: what is shown of them, and where a redirect may lead."""

from __future__ import annotations

import pytest

from graph.errors import SourceError
from graph.sources.address import (
    is_private,
    names_private_machine,
    origin_of_address,
    redirected,
    shown_address,
    user_of,
    without_user,
)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://h/a/b.json", "https://h/a/b.json"),
        ("https://me:secret@h:8/a?token=1#x", "https://h:8/a"),
        ("https://a@b@h/x@y", "https://h/x@y"),
        ("https://h?token=1", "https://h"),
        ("no address", "no address"),
    ],
)
def test_what_is_secret_is_not_shown(address: str, shown: str) -> None:
    assert shown_address(address) == shown


def test_user_and_password_are_apart_from_the_address() -> None:
    assert user_of("https://me:secret@h/a?b") == "me:secret"
    assert user_of("https://h/a@b") is None
    assert without_user("https://me:secret@h:8/a?b#c") == "https://h:8/a?b#c"
    assert origin_of_address("https://me:secret@H/a") == "https://h:443"


def test_a_redirect_leads_up_and_not_down() -> None:
    assert redirected("http://h/a/b", "https://h/c") == "https://h/c"
    assert redirected("https://h/a/b", "../c?d") == "https://h/c?d"
    assert redirected("https://h/a/b", "//other/c") == "https://other/c"
    with pytest.raises(SourceError) as refused:
        redirected("https://h/a", "http://me:secret@h/b?token=1")
    expected = "that is not encrypted, and what was asked for is; give that address itself, if it is trusted"
    assert str(refused.value) == f"http://h/b: {expected}"


@pytest.mark.parametrize(
    "ip",
    [
        *("127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1", "198.18.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::1"),
    ],
)
def test_addresses_that_are_no_public_machine_s(ip: str) -> None:
    assert is_private(ip)
    assert names_private_machine(ip)


@pytest.mark.parametrize("ip", ["8.8.8.8", "172.32.0.1", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_that_are(ip: str) -> None:
    assert not is_private(ip)
    assert not names_private_machine(ip)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "a.localhost", "[::1]"])
def test_names_of_this_machine(host: str) -> None:
    assert names_private_machine(host)


@pytest.mark.parametrize("host", ["binaries.spack.io", "localhost.example", "2130706433"])
def test_other_names_are_told_once_they_are_looked_up(host: str) -> None:
    assert not names_private_machine(host)
