"""A subscription in GraphiQL: it waits to be started, and shows what the server tells."""

import signal
from urllib.parse import quote

from playwright.sync_api import expect

from graph.build import build
from graph.store import save
from tests.graph.small_graphs import NOON, spec_record
from tests.server.live import LiveServer
from tests.server.pages import replace
from tests.web.test_graphiql import result
from tests.web.visiting import visiting

CHANGED = "subscription { snapshotChanged { name digest specCount } }"


def saved(path, *labels):
    """Write a snapshot file; return the digest of its snapshot."""
    catalogue = build([spec_record(label) for label in labels], now=NOON).catalogue
    save(catalogue, path)
    return catalogue.snapshot(None).digest


def test_a_subscription_is_started_by_hand_and_shows_events(browser, tmp_path):
    served, later = tmp_path / "served", tmp_path / "later"
    saved(served, "zlib")
    digest = saved(later, "zlib", "hdf5")
    with LiveServer(served, "--rate", "0") as server, visiting(browser, server.address) as visit:
        asked = []
        visit.page.on("request", lambda request: asked.append(request.post_data or ""))
        page = visit.open(f"/graphql#query={quote(CHANGED)}")
        expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("snapshotChanged")
        assert not [body for body in asked if "snapshotChanged" in body]
        with page.expect_response(lambda response: "snapshotChanged" in (response.request.post_data or "")):
            page.get_by_role("button", name="Execute query").click()
        replace(served, later.read_bytes())
        server.process.send_signal(signal.SIGHUP)
        expect(result(page)).to_contain_text(digest[:32])  # the editor wraps longer words
        expect(result(page)).to_contain_text('"specCount": 2')
        page.get_by_role("button", name="Stop query").click()
