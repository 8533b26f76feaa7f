"""Sources on a server: fetched where that is allowed, into the cache that was named."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import main
from tests.server.pages import page


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A server on this machine with one page."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "specs.md").write_text(page("zlib"))
    handler = partial(_Quiet, directory=str(tmp_path / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/specs.md"
        server.shutdown()
        thread.join()


def test_a_page_on_a_server_is_fetched_into_the_cache(address: str, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    found = CliRunner().invoke(main, ["inspect", address, "--allow-private", "--download-cache", str(cache)])
    assert found.exit_code == 0, found.output
    assert "cache.spack.io page" in found.output
    assert "problems: none" in found.output
    assert any(path.is_file() for path in cache.rglob("*"))


def test_this_machine_is_not_asked_unless_that_is_allowed(address: str, tmp_path: Path) -> None:
    found = CliRunner().invoke(main, ["inspect", address, "--download-cache", str(tmp_path / "cache")])
    assert found.exit_code == 1
    assert "--allow-private" in found.output or "private" in found.output
    assert len(found.output.strip().splitlines()) == 1
