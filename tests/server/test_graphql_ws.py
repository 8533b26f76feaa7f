"""graphql-transport-ws: every message and every code that a socket is closed with."""

import asyncio
import contextlib
import json
import time

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from graph.build import Built, build
from server.access import Scope, new_token
from server.app import create_app
from server.current import CurrentCatalogue
from server.graphql_ws import SocketBounds
from server.settings import settled
from tests.graph.small_graphs import NOON, spec_record

PROTOCOL = "graphql-transport-ws"
CHANGED = "subscription { snapshotChanged { name digest specCount } }"


class Socket:
    """An application over data that change when told, and its sockets."""

    def __init__(self, **flags):
        self.loads: list[Built] = []
        self.current = CurrentCatalogue(self.loads.pop, built=self.built("zlib"))
        app = create_app(settled(flags, {}), self.current)
        self.app = app.inner  # within the log
        self.client = TestClient(app)

    @staticmethod
    def built(*labels):
        return build([spec_record(label) for label in labels], now=NOON)

    def change(self, *labels):
        """Load other data, and return the digest of the new snapshot."""
        self.loads.append(self.built(*labels))
        assert self.current.refresh()
        return self.current.catalogue().snapshot(None).digest

    def connect(self, protocols=(PROTOCOL,), **headers):
        return self.client.websocket_connect("/graphql", subprotocols=list(protocols), headers=headers)

    @contextlib.contextmanager
    def initialised(self, payload=None):
        with self.connect() as socket:
            socket.send_json({"type": "connection_init", **({"payload": payload} if payload else {})})
            assert socket.receive_json() == {"type": "connection_ack"}
            yield socket

    def until_subscribed(self, count=1):
        while self.app.socket.changes.subscriptions != count:
            time.sleep(0.001)


def subscribe(socket, query, operation_id="1", **payload):
    socket.send_json({"type": "subscribe", "id": operation_id, "payload": {"query": query, **payload}})


def closed(socket):
    """Return code and reason of what the server closes the socket with."""
    try:
        while True:
            socket.receive_json()
    except WebSocketDisconnect as found:
        return found.code, found.reason


def test_a_query_is_answered_and_completed():
    with Socket().initialised() as socket:
        subscribe(socket, "query ($n: String) { snapshot(name: $n) { name } }", variables={"n": "s"})
        assert socket.receive_json() == {"type": "next", "id": "1", "payload": {"data": {"snapshot": {"name": "s"}}}}
        assert socket.receive_json() == {"type": "complete", "id": "1"}
        subscribe(socket, "{ __typename }")  # the id is free again
        assert socket.receive_json()["payload"] == {"data": {"__typename": "Query"}}


def test_a_subscription_hears_of_each_change_until_it_is_completed():
    server = Socket()
    with server.initialised() as socket:
        subscribe(socket, CHANGED)
        server.until_subscribed()
        for labels in (("hdf5",), ("hdf5", "zlib")):
            digest = server.change(*labels)
            snapshot = {"name": "s", "digest": digest, "specCount": len(labels)}
            payload = {"data": {"snapshotChanged": snapshot}, "extensions": {"change": "REPLACED"}}
            assert socket.receive_json() == {"type": "next", "id": "1", "payload": payload}
        socket.send_json({"type": "complete", "id": "1"})
        server.until_subscribed(0)
        server.change("gcc")
        socket.send_json({"type": "ping"})
        assert socket.receive_json() == {"type": "pong"}


def test_a_client_that_reads_late_learns_what_is_so_now():
    server = Socket()
    with server.initialised() as socket:
        subscribe(socket, CHANGED)
        server.until_subscribed()
        server.app.socket.changes._deliver(())  # nothing is lost where nothing changed
        digests = [server.change(label) for label in ("a", "b", "c", "d")]
        seen = [socket.receive_json()["payload"]["data"]["snapshotChanged"]["digest"]]
        while seen[-1] != digests[-1]:
            seen.append(socket.receive_json()["payload"]["data"]["snapshotChanged"]["digest"])
        assert seen == [digest for digest in digests if digest in seen]


def test_an_operation_that_cannot_run_is_an_error_and_leaves_the_socket_open():
    with Socket().initialised() as socket:
        for query, code in (
            ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
            ("{", "GRAPHQL_PARSE_FAILED"),
            ("mutation { x }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ specs(first: 5000) { nodes { dependencies(first: 5000) { nodes { hash } } } } }", "COST_EXCEEDED"),
        ):
            subscribe(socket, query)
            message = socket.receive_json()
            assert (message["type"], message["id"]) == ("error", "1")
            assert [error["extensions"]["code"] for error in message["payload"]] == [code]
        subscribe(socket, "{ __typename }")
        assert socket.receive_json()["type"] == "next"


def test_pings_are_answered_with_what_they_bring():
    with Socket().connect() as socket:
        socket.send_json({"type": "ping", "payload": {"at": 7}})
        assert socket.receive_json() == {"type": "pong", "payload": {"at": 7}}
        socket.send_json({"type": "pong"})
        socket.send_json({"type": "ping"})
        assert socket.receive_json() == {"type": "pong"}


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (["not json"], 4400),
        (["[]"], 4400),
        (['{"type": "start"}'], 4400),
        (["{}"], 4400),
        (['{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}}'], 4401),
        (['{"type": "connection_init"}', '{"type": "connection_init"}'], 4429),
        (['{"type": "connection_init", "payload": 7}'], 4400),
        (['{"type": "connection_init"}', '{"type": "subscribe", "payload": {"query": "{ a }"}}'], 4400),
        (['{"type": "connection_init"}', '{"type": "subscribe", "id": "1"}'], 4400),
        (['{"type": "connection_init"}', '{"type": "subscribe", "id": "1", "payload": {"query": 7}}'], 4400),
        (['{"type": "connection_init"}', '{"type": "complete"}'], 4400),
    ],
)
def test_what_breaks_the_protocol_closes_the_socket(messages, code):
    with Socket().connect() as socket:
        for message in messages:
            socket.send_text(message)
        assert closed(socket)[0] == code


def test_an_id_that_is_in_use_closes_the_socket():
    server = Socket()
    with server.initialised() as socket:
        subscribe(socket, CHANGED)
        server.until_subscribed()
        subscribe(socket, CHANGED)
        assert closed(socket) == (4409, "Subscriber for 1 already exists")
    server.until_subscribed(0)


def bounded(server, **bounds):
    """Give the socket's endpoint other bounds than its settings have."""
    object.__setattr__(server.app.socket, "bounds", SocketBounds(**bounds))
    return server


def test_a_client_that_does_not_begin_is_let_go():
    with bounded(Socket(), init_seconds=0.01).connect() as socket:
        assert closed(socket) == (4408, "Connection initialisation timeout")


def test_the_server_gives_signs_of_life():
    with bounded(Socket(), heartbeat=0.01).initialised() as socket:
        assert socket.receive_json() == {"type": "ping"}
        socket.send_json({"type": "pong"})
        assert socket.receive_json() == {"type": "ping"}


@pytest.mark.parametrize("protocols", [(), ("graphql-ws",)])
def test_another_sub_protocol_is_refused(protocols):
    with Socket().connect(protocols) as socket:
        assert closed(socket) == (4406, "Subprotocol not acceptable")


def test_operations_on_one_socket_are_bounded():
    server = Socket(max_socket_operations="2")
    with server.initialised() as socket:
        for operation_id in ("1", "2"):
            subscribe(socket, CHANGED, operation_id)
        server.until_subscribed(2)
        subscribe(socket, CHANGED, "3")
        message = socket.receive_json()
        assert (message["type"], message["id"]) == ("error", "3")
        assert message["payload"][0]["extensions"] == {"code": "TOO_MANY_OPERATIONS"}
        socket.send_json({"type": "complete", "id": "1"})
        server.until_subscribed(1)
        subscribe(socket, CHANGED, "3")
        server.until_subscribed(2)


def test_sockets_are_bounded():
    server = Socket(max_subscribers="1")
    with server.initialised():
        with pytest.raises(WebSocketDenialResponse) as refused, server.connect():
            pass
        assert refused.value.status_code == 503
        assert refused.value.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
    with server.initialised():
        pass


def test_a_token_comes_with_the_handshake_or_with_the_first_message(tmp_path):
    path = tmp_path / "tokens"
    text, line = new_token("a", frozenset({Scope.QUERY}))
    path.write_text(line)
    server = Socket(tokens=str(path))
    with server.initialised({"Authorization": f"Bearer {text}"}) as socket:
        subscribe(socket, "{ __typename }")
        assert socket.receive_json()["type"] == "next"
    with server.connect(authorization=f"Bearer {text}") as socket:
        socket.send_json({"type": "connection_init"})
        assert socket.receive_json() == {"type": "connection_ack"}
    for payload in ({}, {"authorization": "Bearer specgraph_no"}, {"authorization": 7}):
        with server.connect() as socket:
            socket.send_json({"type": "connection_init", "payload": payload})
            assert closed(socket)[0] == 4403


def test_a_host_that_is_not_allowed_has_no_socket():
    with pytest.raises(WebSocketDenialResponse) as refused, Socket(allowed_hosts="example.org").connect():
        pass
    assert refused.value.status_code == 421


def test_operations_of_a_socket_are_paid_for():
    with Socket(rate="3").initialised() as socket:
        for _ in range(2):
            subscribe(socket, "{ snapshot { name } }")
            message = socket.receive_json()
            while message["type"] == "complete":
                message = socket.receive_json()
        assert message["payload"][0]["extensions"]["code"] == "RATE_LIMITED"


def test_an_unforeseen_error_closes_the_socket_and_says_nothing_of_itself(monkeypatch, caplog):
    def broken(*_):
        raise ZeroDivisionError("the secret is 42")

    with Socket().initialised() as socket:
        monkeypatch.setattr("server.answering.Context", broken)
        subscribe(socket, "{ __typename }")
        assert closed(socket) == (4500, "Internal server error")
    assert "the secret is 42" in caplog.text


def test_another_path_has_no_socket():
    with pytest.raises(WebSocketDisconnect), Socket().client.websocket_connect("/nothing"):
        pass


def test_a_client_that_left_is_no_error_of_ours(caplog):
    messages = [
        {"type": "websocket.connect"},
        *(
            {"type": "websocket.receive", "text": json.dumps(message)}
            for message in (
                {"type": "connection_init"},
                {"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}},
            )
        ),
    ]
    sent = []

    async def receive():
        return messages.pop(0) if messages else await asyncio.Event().wait()

    async def send(message):
        sent.append(message["type"])
        if sent.count("websocket.send") > 1:
            raise OSError("the client has left")

    scope = {"type": "websocket", "headers": [], "subprotocols": [PROTOCOL], "client": ("192.0.2.1", 1)}
    asyncio.run(Socket().app.socket(scope, receive, send))
    assert sent == ["websocket.accept", "websocket.send", "websocket.send"]
    assert caplog.records == []
