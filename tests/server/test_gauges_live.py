"""Gauges of a real server move with what it keeps, and fall when that goes."""

import hashlib
import json
import signal
import urllib.request

from graph.build import build
from graph.store import save
from server.loading import load
from server.settings import settled
from tests.graph.small_graphs import NOON, spec_record
from tests.server.live import LiveServer, until
from tests.server.pages import replace
from tests.server.processes import connected, scrape

FAR = '{ package(name: "zlib-ng", snapshot: "v2025.11.0") { dependents(transitive: true) { totalCount } } }'
NEAR = '{ specs(first: 50, snapshot: "v2025.11.0") { nodes { hash dependencies { nodes { hash } } } } }'


def ask(server, **parameters):
    request = urllib.request.Request(
        f"{server.address}/graphql", json.dumps(parameters).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def gauges(server):
    return {name.removeprefix("specgraph_"): value for name, value in scrape(server).items()}


def test_what_is_kept_is_told_and_goes_with_its_snapshot(tmp_path):
    source = tmp_path / "served.specgraph"
    save(load([], settled({}, {})).catalogue, source)
    with LiveServer(source, "--log-level", "warning") as server:
        before = gauges(server)
        assert (before["persisted_bytes"], before["processes"], before["snapshots"]) == (0, 1, 4)
        assert server.ask(FAR)["package"]["dependents"]["totalCount"] > 0
        assert len(server.ask(NEAR)["specs"]["nodes"]) == 50
        persisted = {"version": 1, "sha256Hash": hashlib.sha256(NEAR.encode()).hexdigest()}
        assert "errors" in ask(server, extensions={"persistedQuery": persisted})
        assert "errors" not in ask(server, query=NEAR, extensions={"persistedQuery": persisted})
        assert "errors" not in ask(server, extensions={"persistedQuery": persisted})
        kept = gauges(server)
        assert kept["persisted_bytes"] == len(NEAR)
        assert kept["graph_cache_bytes"] > before["graph_cache_bytes"]
        assert kept["cache_bytes"] > before["cache_bytes"]
        assert kept["prepared_operations"] == before["prepared_operations"] + 2

        replacement = tmp_path / "replacement"
        save(build([spec_record("zlib")], now=NOON).catalogue, replacement)
        replace(source, replacement.read_bytes())
        server.process.send_signal(signal.SIGHUP)

        def gone():
            """What a request under way still reads goes with it, a moment later."""
            found = gauges(server)
            return found["snapshots"] == 1 and all(
                found[name] < kept[name] for name in ("graph_cache_bytes", "cache_bytes")
            )

        until(gone)
        assert gauges(server)["specs"] == 1


def test_connections_are_counted_as_they_come_and_go(tmp_path):
    with LiveServer("--log-level", "warning") as server:
        # The one that asks for the metrics is among them.
        assert gauges(server)["connections"] == 1
        connections = [connected(server) for _ in range(5)]
        until(lambda: gauges(server)["connections"] == 6)
        for connection in connections:
            connection.close()
        until(lambda: gauges(server)["connections"] == 1)
