"""Server-sent events in the mode of distinct connections."""

import asyncio
import json

import pytest
from starlette.types import Message

from server.graphql_sse import HEARTBEAT
from tests.server.test_graphql_ws import CHANGED, Socket

STREAM = "text/event-stream"


def events(text):
    """Return the events of a stream as (event, data); comments are left out."""
    found = []
    for block in text.split("\n\n"):
        lines = [line.partition(":") for line in block.splitlines() if not line.startswith(":")]
        if lines:
            fields = {name: value.removeprefix(" ") for name, _, value in lines}
            found.append((fields["event"], json.loads(fields["data"]) if fields["data"] else None))
    return found


def ask(client, query, accept=STREAM, **rest):
    return client.post("/graphql", json={"query": query, **rest}, headers={"accept": accept})


def test_a_query_is_one_event_and_its_end(serving):
    response = ask(serving(), "{ snapshot { name } }")
    assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert response.headers["cache-control"] == "no-store"
    answer = {"data": {"snapshot": {"name": "v2025.11.0"}}}
    assert events(response.text) == [("next", answer), ("complete", None)]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("mutation { x }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
def test_what_is_wrong_is_told_in_the_stream(serving, query, code):
    [(event, answer), end] = events(ask(serving(), query).text)
    assert (event, end) == ("next", ("complete", None))
    assert [error["extensions"]["code"] for error in answer["errors"]] == [code]


def test_a_get_may_ask_for_a_stream(serving):
    response = serving().get("/graphql", params={"query": "{ __typename }"}, headers={"accept": STREAM})
    assert events(response.text)[0] == ("next", {"data": {"__typename": "Query"}})


def test_a_head_of_a_subscription_ends_and_holds_no_place(serving):
    client = serving(max_subscribers="1")
    for _ in range(3):
        response = client.head("/graphql", params={"query": CHANGED}, headers={"accept": STREAM})
        assert (response.status_code, response.content) == (200, b"")
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"


def test_a_query_is_no_stream_for_whoever_takes_json_too(serving):
    response = ask(serving(), "{ __typename }", accept=f"application/json, {STREAM}")
    assert response.json() == {"data": {"__typename": "Query"}}


def test_a_subscription_without_a_stream_says_what_to_do(serving):
    response = ask(serving(), CHANGED, accept="application/json")
    [error] = response.json()["errors"]
    assert error["message"].endswith("accept text/event-stream, or open a WebSocket")


class Stream:
    """One request to the application, answered as it goes on."""

    def __init__(self, server, accept=STREAM):
        self.server = server
        self.body = json.dumps({"query": CHANGED}).encode()
        self.headers = [(b"content-type", b"application/json"), (b"accept", accept.encode())]
        self.messages: asyncio.Queue[Message] = asyncio.Queue()
        self.gone = asyncio.Event()
        self.sent = False

    async def receive(self):
        if not self.sent:
            self.sent = True
            return {"type": "http.request", "body": self.body, "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def __aenter__(self):
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/graphql",
            "root_path": "",
            "query_string": b"",
            "headers": self.headers,
            "client": ("192.0.2.1", 1),
        }
        self.task = asyncio.create_task(self.server.app(scope, self.receive, self.messages.put))
        self.start = await self.messages.get()
        return self

    async def __aexit__(self, *_):
        self.gone.set()
        await self.task

    async def next(self):
        """Return the next event that is none of the signs of life."""
        while True:
            message = await self.messages.get()
            if message["body"] != HEARTBEAT:
                return events(message["body"].decode())


async def subscribed(server, count):
    while server.app.socket.changes.subscriptions != count:
        await asyncio.sleep(0.001)


@pytest.mark.parametrize("accept", [STREAM, f"application/graphql-response+json, application/json, {STREAM}"])
def test_a_subscription_hears_of_each_change_until_the_client_leaves(accept):
    server = Socket()

    async def main():
        async with Stream(server, accept) as stream:
            assert stream.start["status"] == 200
            await subscribed(server, 1)
            digest = await asyncio.to_thread(server.change, "hdf5")
            [(event, answer)] = await stream.next()
            snapshot = {"name": "s", "digest": digest, "specCount": 1}
            assert event == "next"
            assert answer == {"data": {"snapshotChanged": snapshot}, "extensions": {"change": "REPLACED"}}
        assert server.app.socket.changes.subscriptions == 0
        assert server.app.socket.changes.connections == 0

    asyncio.run(main())


def test_a_quiet_stream_gives_signs_of_life():
    server = Socket()
    object.__setattr__(server.app.graphql.streams, "heartbeat", 0.01)

    async def main():
        async with Stream(server) as stream:
            for _ in range(3):
                assert await stream.messages.get() == {
                    "type": "http.response.body",
                    "body": HEARTBEAT,
                    "more_body": True,
                }

    asyncio.run(main())


def test_streams_end_when_the_server_does():
    server = Socket()

    async def main():
        async with Stream(server) as stream:
            await subscribed(server, 1)
            server.app.socket.changes.end()
            assert await stream.next() == [("complete", None)]
            await stream.task

    asyncio.run(main())


def test_streams_are_bounded_together_with_sockets():
    server = Socket(max_subscribers="1")

    async def main():
        async with Stream(server), Stream(server) as second:
            assert second.start["status"] == 503
            body = await second.messages.get()
            assert json.loads(body["body"])["errors"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"

    asyncio.run(main())
