"""A person at a browser: Debian's Chromium, driven by Playwright, at a server of its own.

Whatever a page does beside the test's own steps counts: a request to another host, an error on the console (a breach of
the Content-Security-Policy is one) or an uncaught exception fails the test in which it happens. (The policy holds for
`wait_for_function` too: give it a function, `() => …`, not an expression.)
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / "web" / "artifacts"
"""Where screenshots are kept; git ignores it."""

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

REQUIRED = bool(os.environ.get("SPECGRAPH_BROWSER_TESTS"))
"""Set where the browser tests have to run (.ci/run): what they need and is missing is then a failure, not a skip."""

WIDE = {"width": 1400, "height": 900}
PHONE = {"width": 390, "height": 844}

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",  # as root in a container there is none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OWN_SCHEMES = {"blob", "data", "about", "chrome-error"}


def missing(what: str, remedy: str) -> Any:
    """Skip with a plain word, or fail where the browser tests are required."""
    message = f"{what}: {remedy}"
    return pytest.fail(message) if REQUIRED else pytest.skip(message)


def chromium() -> str:
    """Return the path of the browser."""
    found = os.environ.get("SPECGRAPH_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    return found or missing("no Chromium is installed", "apt-get install chromium, or set SPECGRAPH_CHROMIUM")


class Visit:
    """One person's visit: a page of its own, and what it did that it should not have done."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.wrongs: list[str] = []
        page.context.on("request", self._on_request)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.wrongs.append(f"uncaught: {error}"))

    def open(self, path: str = "/") -> Page:
        """Go to a path of the server."""
        self.page.goto(f"{self.address}{path}")
        return self.page

    def screenshot(self, name: str) -> None:
        """Keep what is seen as web/artifacts/NAME.png."""
        ARTIFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTIFACTS / f"{name}.png")

    def accessibility_faults(self) -> list[str]:
        """Return axe-core's serious and critical findings, as "rule: selector", in order."""
        if not AXE.exists():
            missing("axe-core is not installed", "python web/build.py --npm --version installs what tests need")
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(WCAG)}, resultTypes: ['violations']}})")
        return sorted(
            f"{violation['id']}: {' '.join(map(str, node['target']))}"
            for violation in found["violations"]
            for node in violation["nodes"]
            if (node["impact"] or violation["impact"]) in ("serious", "critical")
        )

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in OWN_SCHEMES and f"{address.scheme}://{address.netloc}" != self.address:
            self.wrongs.append(f"a request to another host: {request.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.wrongs.append(f"console: {message.text}")


@contextmanager
def visiting(browser: Browser, address: str, **options: Any) -> Iterator[Visit]:
    """Open a page; at the end nothing wrong may have happened. `options` go to Playwright's new_context."""
    context = browser.new_context(**{"viewport": WIDE, **options})
    try:
        visit = Visit(context.new_page(), address)
        yield visit
        assert visit.wrongs == []
    finally:
        context.close()
