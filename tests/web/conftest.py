"""One browser and one server, over the embedded sample, for all journeys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from server.pages import FOLDER
from tests.server.live import LiveServer
from tests.web.visiting import CHROMIUM_ARGUMENTS, Visit, chromium, missing, visiting

PATIENCE_MS = 30_000
"""A busy machine may be slow; what never comes is waited for in vain once."""

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of a server with the built pages."""
    if not (FOLDER / "index.html").exists():
        missing("the pages are not built", "make pages")
    # All tests are one client: no budget of points. Nobody reads the log, so it has no line for every request.
    with LiveServer("--rate", "0", "--log-level", "warning") as server:
        yield server.address


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """A visit at a wide, light screen."""
    with visiting(browser, address) as visit:
        yield visit
