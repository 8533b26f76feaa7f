"""Subscriptions at a real server: each worker tells its own subscribers of what it has reloaded."""

import json
import urllib.request
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from graph.build import build
from graph.store import save
from tests.graph.small_graphs import NOON, spec_record
from tests.server.live import PATIENCE_SECONDS, LiveServer, every_worker
from tests.server.pages import replace

CHANGED = "subscription { snapshotChanged { name digest } }"
PROTOCOL = Subprotocol("graphql-transport-ws")


@pytest.fixture
def versions(tmp_path):
    """Return the bytes of a snapshot file before and after a change, and the digest after it."""
    found = []
    for label in ("zlib", "hdf5"):
        path = tmp_path / label
        catalogue = build([spec_record(label)], now=NOON).catalogue
        save(catalogue, path)
        found.append(path.read_bytes())
    return *found, catalogue.snapshot(None).digest


def subscribed_socket(opened, address):
    """Open a socket and subscribe; a ping that is answered says that the server has taken the subscription."""
    socket = opened.enter_context(connect(f"{address.replace('http', 'ws')}/graphql", subprotocols=[PROTOCOL]))
    for message in (
        {"type": "connection_init"},
        {"type": "subscribe", "id": "1", "payload": {"query": CHANGED}},
        {"type": "ping"},
    ):
        socket.send(json.dumps(message))
    assert json.loads(socket.recv(PATIENCE_SECONDS)) == {"type": "connection_ack"}
    assert json.loads(socket.recv(PATIENCE_SECONDS)) == {"type": "pong"}
    return socket


def subscribed_stream(opened, address):
    """Open a stream; the first sign of life says that the server listens."""
    body = json.dumps({"query": CHANGED}).encode()
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
    request = urllib.request.Request(f"{address}/graphql", body, headers)
    response = opened.enter_context(urllib.request.urlopen(request, timeout=PATIENCE_SECONDS))
    assert response.readline() == b":\n"
    return response


def message(socket):
    """Return the next message that is no sign of life."""
    while (found := json.loads(socket.recv(PATIENCE_SECONDS)))["type"] == "ping":
        pass
    return found


def read_to_its_end(socket):
    while True:
        message(socket)


def event(response):
    """Return the data of the next event that is no sign of life."""
    while True:
        line = response.readline()
        if line.startswith(b"data: "):
            return json.loads(line.removeprefix(b"data: "))


@pytest.mark.parametrize("workers", [1, 2])
def test_every_subscriber_hears_of_a_replaced_file(tmp_path, versions, workers):
    before, after, digest = versions
    source = tmp_path / "served.specgraph"
    source.write_bytes(before)
    answer = {"data": {"snapshotChanged": {"name": "s", "digest": digest}}, "extensions": {"change": "REPLACED"}}
    with LiveServer(source, "--workers", workers, "--reload-sources", "--log-level", "warning") as server:
        every_worker(server, workers)
        with ExitStack() as opened:
            # Workers take connections in turn: four of each kind reach both.
            sockets = [subscribed_socket(opened, server.address) for _ in range(4)]
            streams = [subscribed_stream(opened, server.address) for _ in range(4)]
            replace(source, after)
            for socket in sockets:
                assert message(socket) == {"type": "next", "id": "1", "payload": answer}
            for stream in streams:
                assert event(stream) == answer
    assert "Traceback" not in server.err


def test_open_subscriptions_are_told_that_a_server_ends(tmp_path, versions):
    source = tmp_path / "served.specgraph"
    source.write_bytes(versions[0])
    with LiveServer(source, "--log-level", "warning") as server, ExitStack() as opened:
        socket = subscribed_socket(opened, server.address)
        stream = subscribed_stream(opened, server.address)
        server.stop()
        assert stream.read().endswith(b"event: complete\ndata:\n\n")
        with pytest.raises(ConnectionClosed) as closed:
            read_to_its_end(socket)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code in {1001, 1012}
    assert server.process.returncode == 0
    assert "Traceback" not in server.err
