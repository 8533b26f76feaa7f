"""What tests of fetching share: a server on 127.0.0.1, and an environment that says nothing of proxies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.graph.sources.fetching import BODY, NAME, Fetching
from tests.graph.sources.site import Site, running


@pytest.fixture
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine's environment says of proxies and certificates is not what is tested."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def site(direct: None) -> Iterator[Site]:
    with running() as site:
        site.files[NAME] = BODY
        yield site


@pytest.fixture
def fetch(direct: None, tmp_path: Path) -> Fetching:
    return Fetching(tmp_path / "cache")
