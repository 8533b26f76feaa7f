"""Certificates: which servers are believed to be who they are."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from graph.sources.address import shown_address
from graph.sources.client import Client, Failure
from graph.sources.transfer import Transfer
from tests.graph.sources.site import Site, redirect, running

HOST = "127.0.0.1"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a certificate that nothing trusts, with its key: made for these tests, and gone with them."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("certificate") / "self-signed.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    return file


@pytest.fixture
def site(direct: None, certificate: Path) -> Iterator[Site]:
    def with_tls(server: ThreadingHTTPServer) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)

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


def test_the_environment_names_whom_to_trust(site: Site, monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert get(f"{site.base}/x") == b"secret"


def test_a_name_that_is_not_the_certificate_s_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch, certificate: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    refused = failure(f"{site.base.replace('127.0.0.1', 'localhost')}/x")
    assert refused.message.startswith("TLS: Hostname mismatch, certificate is not valid for 'localhost'")


def test_a_file_of_certificates_that_is_not_there_is_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    refused = failure(f"{site.base}/x")
    assert refused.message == "SSL_CERT_FILE names /nowhere/ca.pem, which is not there: correct it, or unset it"


def test_from_https_no_redirect_leads_to_http(site: Site, monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with running() as plain:
        plain.files["/x"] = b"plain"
        site.then("/down", redirect(f"{plain.base}/x?token=1"))
        plain.then("/up", redirect(f"{site.base}/x"))
        refused = failure(f"{site.base}/down")
        assert get(f"{plain.base}/up") == b"secret"
    expected = "that is not encrypted, and what was asked for is; give that address itself, if it is trusted"
    assert refused.message == f"redirected to {shown_address(plain.base)}/x: {expected}"
    assert plain.paths == ["/up"]
