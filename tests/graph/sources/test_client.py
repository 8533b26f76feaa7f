"""Certificates: which servers are believed to be who they are."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from graph.sources.address import shown_address
from graph.sources.client import Client, Failure
from graph.sources.transfer import Transfer
from tests.graph.sources.site import Site, redirect, running

CERTIFICATE = Path(__file__).with_name("self-signed.pem")


def with_tls(server: ThreadingHTTPServer) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server.socket = context.wrap_socket(server.socket, server_side=True)


@pytest.fixture
def site(direct: None) -> Iterator[Site]:
    with running(scheme="https", wrap=with_tls) as site:
        site.files["/x"] = b"secret"
        yield site


def get(address: str) -> bytes:
    client = Client(Transfer(cache=Path("unused"), allow_private=True))
    try:
        with client.get(address, {}) as response:
            return response.read()
    finally:
        client.close()


def failure(address: str) -> Failure:
    with pytest.raises(Failure) as failed:
        get(address)
    return failed.value


def test_a_certificate_that_nothing_trusts_is_refused(site: Site) -> None:
    refused = failure(f"{site.base}/x")
    remedy = "where the server's certificate is of your site's own authority, name its file in SSL_CERT_FILE"
    assert (refused.message, refused.lasting) == (f"TLS: self-signed certificate; {remedy}", True)
    assert site.paths == []


def test_the_environment_names_whom_to_trust(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    assert get(f"{site.base}/x") == b"secret"


def test_a_name_that_is_not_the_certificate_s_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    refused = failure(f"{site.base.replace('127.0.0.1', 'localhost')}/x")
    assert refused.message.startswith("TLS: Hostname mismatch, certificate is not valid for 'localhost'")


def test_a_file_of_certificates_that_is_not_there_is_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    refused = failure(f"{site.base}/x")
    assert refused.message == "SSL_CERT_FILE names /nowhere/ca.pem, which is not there: correct it, or unset it"


def test_from_https_no_redirect_leads_to_http(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with running() as plain:
        plain.files["/x"] = b"plain"
        site.then("/down", redirect(f"{plain.base}/x?token=1"))
        plain.then("/up", redirect(f"{site.base}/x"))
        refused = failure(f"{site.base}/down")
        assert get(f"{plain.base}/up") == b"secret"
    expected = "that is not encrypted, and what was asked for is; give that address itself, if it is trusted"
    assert refused.message == f"redirected to {shown_address(plain.base)}/x: {expected}"
    assert plain.paths == ["/up"]
