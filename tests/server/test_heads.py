"""Heads that came before: whatever is read, the answers are those of a server that parses every head."""

import asyncio
import io
import json
import os
import re
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from server.app import create_app
from server.connections import state_of
from server.current import CurrentCatalogue
from server.heads import KEPT_BYTES, Endpoint, Head, Meaning, head_of
from server.lifecycle import Lifecycle
from server.seen import Seen
from server.settings import settled
from tests.server.connection import Connection, loaded
from tests.server.processes import request_of

QUERY = b'{"query": "{ snapshot { digest } }"}'
OTHER = b'{"query": "{ snapshot { name } }"}  '
OF_ONE_REQUEST = re.compile(rb"(?<=x-request-id: )[0-9a-f]{8}-[0-9a-f]+")
EXAMPLES = int(os.environ.get("SPECGRAPH_HEADS_EXAMPLES", "300"))

PARSED = 2
"""How often a request comes until its head is kept: the first time its question is not known."""

assert len(QUERY) == len(OTHER), "one head is to serve both"


def post(*lines, body=QUERY, end=b"\r\n"):
    """Return a request with these lines after those that every request here has."""
    first = [b"POST /graphql HTTP/1.1", b"Host: x", b"Content-Type: application/json"]
    return end.join([*first, *lines, b"", b""]) + body


def length(body=QUERY):
    return b"Content-Length: %d" % len(body)


ORDINARY = [
    post(length()),
    post(length(OTHER), body=OTHER),
    post(b"Accept: application/graphql-response+json", length(), b"Connection: keep-alive"),
    post(b"User-Agent: \xff \t", b"Accept-Encoding: gzip", b"Accept: a/b, */*;q=0.1", length()),
    post(b"content-length:%d" % len(QUERY), b"X: 1", b"X: 2", b"Empty:"),
    post(length(b"{}"), body=b"{}"),
]

SMUGGLED = (
    b"POST /graphql HTTP/1.1\r\nHost: y\r\nContent-Type: application/json\r\n" + length(OTHER) + b"\r\n\r\n" + OTHER
)

UNUSUAL = [
    post(length(), length()),
    post(length(), b"Content-Length: 2"),
    post(b"Content-Length: 0%d" % len(QUERY)),
    post(b"Content-Length: +%d" % len(QUERY)),
    post(b"Content-Length: %d, %d" % (len(QUERY), len(QUERY))),
    post(length(), end=b"\n"),
    post(length(), b"Fold: a\r\n b"),
    post(length(), b"Bare: a\rb"),
    post(b"Content-Length: %d " % len(QUERY)),
    post(b"Transfer-Encoding: chunked", body=b"%x\r\n%b\r\n0\r\n\r\n" % (len(QUERY), QUERY)),
    post(b"Transfer-Encoding: chunked", length(), body=b"%x\r\n%b\r\n0\r\n\r\n" % (len(QUERY), QUERY)),
    post(b"Transfer-Encoding: identity", length()),
    post(b"Transfer-Encoding:\x0bchunked", length()),
    post(length(), b"Expect: 100-continue"),
    post(length(), b"Connection: close"),
    post(length(), b"Connection: keep-alive, upgrade", b"Upgrade: h2c"),
    post(length(), b"Connection: upgrade", b"Upgrade: h2c"),
    post(length(), b"X-Request-Id: mine"),
    post(length()).replace(b"HTTP/1.1", b"HTTP/1.0"),
    post(length(), b"Connection: keep-alive").replace(b"HTTP/1.1", b"HTTP/1.0"),
    post(length()).replace(b"POST", b"PUT"),
    post(length()).replace(b"/graphql", b"/nothing"),
    post(length()).replace(b"application/json", b"text/plain"),
    b"GET /graphql?query=%7Bsnapshot%7Bname%7D%7D HTTP/1.1\r\nHost: x\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    # The empty line that ends the head is not the first CRLF CRLF, for a reader that takes LF as the end of a line.
    post(b"Content-Length: %d\n" % (len(QUERY) + 4), body=b"\r\n\r\n" + QUERY),
    post(b"Content-Length: %d" % len(SMUGGLED), body=SMUGGLED),
    post(length()) + b"\r\n",
    b"\r\n" + post(length()),
    post(length())[:-1],
    post(length()) + b"x",
    SMUGGLED[:30],
]


class Server:
    """The application over the sample; where nothing is kept of heads, every one of them is parsed."""

    def __init__(self, built, *, keeps, **flags):
        self.settings, self.lifecycle = settled({"rate": "0", **flags}, {}), Lifecycle()
        current = CurrentCatalogue(lambda: built, built=built)
        self.app = create_app(self.settings, current, lifecycle=self.lifecycle)
        if not keeps:
            self.app.heads = Seen(max_bytes=0, longest=0)
        self.config = loaded(self.app, self.settings, self.lifecycle)

    def connection(self, **peer):
        return Connection(self.config, **peer)


async def exchanged(server, parts):
    """Return what is answered to these reads, and how many heads were not parsed.

    Where the server closes, the next read is another connection's. Ids of requests are left out.
    """
    connections = [server.connection()]
    for part in parts:
        if connections[-1].transport.closing:
            connections.append(server.connection())
        await connections[-1].settled(part)
    ends = [await connection.ended() for connection in connections]
    answers = [(OF_ONE_REQUEST.sub(b"*", written), closed) for written, closed in ends]
    return answers, sum(connection.protocol.repeated for connection in connections)


@pytest.fixture(scope="module")
def keeping(built):
    return Server(built, keeps=True)


@pytest.fixture(scope="module")
def parsing(built):
    return Server(built, keeps=False)


def cut(stream, places):
    """Cut a stream of bytes at places, given as parts of its length."""
    ends = sorted({round(place * len(stream)) for place in places} | {0, len(stream)})
    return [stream[start:end] for start, end in pairwise(ends)]


def changed(request, place, byte):
    """Put another byte, or none, in the place of one."""
    at = round(place * (len(request) - 1))
    return request[:at] + byte + request[at + 1 :]


PLACES = st.floats(0, 1)
WHOLE = st.sampled_from(ORDINARY + UNUSUAL)
CHANGED = st.builds(changed, WHOLE, PLACES, st.sampled_from([b"", b"\r", b"\n", b"\r\n", b" ", b"0", b":", b"\0"]))
REQUESTS = st.one_of(st.sampled_from(ORDINARY[:4]), st.sampled_from(ORDINARY), WHOLE, CHANGED)
READS = st.lists(
    st.one_of(
        st.lists(REQUESTS, min_size=1, max_size=3).flatmap(lambda some: st.permutations([[each] for each in some] * 3)),
        st.lists(REQUESTS, min_size=1, max_size=4).map(lambda some: [[b"".join(some)]]),
        st.builds(lambda some, places: [cut(b"".join(some), places)], st.lists(REQUESTS, min_size=1), st.lists(PLACES)),
    ),
    min_size=1,
    max_size=4,
).map(lambda groups: [read for group in groups for reads in group for read in reads])


def test_answers_are_those_of_a_server_that_parses_every_head_however_a_stream_is_cut(keeping, parsing):
    repeated = []

    @budget(max_examples=EXAMPLES)
    @given(READS)
    def same(reads):
        async def both():
            return await exchanged(keeping, reads), await exchanged(parsing, reads)

        (kept, count), (parsed, none) = asyncio.run(both())
        assert kept == parsed
        assert none == 0
        repeated.append(count)

    same()
    assert sum(repeated) > len(repeated)
    assert keeping.app.heads.size <= KEPT_BYTES


@pytest.mark.parametrize("request_bytes", ORDINARY)
def test_an_ordinary_head_is_parsed_until_its_question_is_known_and_then_no_more(built, request_bytes):
    async def steps():
        server = Server(built, keeps=True)
        return await exchanged(server, [request_bytes] * 5)

    [(answers, closed)], repeated = asyncio.run(steps())
    assert repeated == (0 if request_bytes.endswith(b"{}") else 5 - PARSED)
    assert len(set(answers.split(b"HTTP/1.1 ")[1:])) == 1
    assert not closed


@pytest.mark.parametrize("request_bytes", UNUSUAL)
def test_an_unusual_head_is_parsed_each_time(built, request_bytes):
    async def steps():
        server = Server(built, keeps=True)
        await exchanged(server, [post(length(), b"First: 1")] * 2)
        before = len(server.app.heads)
        _, repeated = await exchanged(server, [request_bytes] * 4)
        return before, len(server.app.heads), repeated

    assert asyncio.run(steps()) == (1, 1, 0)


@pytest.mark.parametrize(
    "read",
    [
        post(length(), end=b"\n"),
        post(b"Content-Length: %d\n" % (len(QUERY) + 4), body=b"\r\n\r\n" + QUERY),
        post(length(), b"Fold: a\r\n b"),
        post(length(), b"Bare: a\rb"),
        post(length(), b"Bare: a\nb"),
        post(length()) + b"\r\n",
        post(length())[:-1],
    ],
)
def test_a_head_is_not_kept_where_a_lenient_parser_could_see_another_end_of_it(read):
    """llhttp as it is set refuses these heads; here they are taken to have been read as one of its old versions did."""

    def headers(*more):
        return [(b"host", b"x"), (b"content-type", b"application/json"), (b"content-length", b"36"), *more]

    scope = {"http_version": "1.1", "headers": headers()}
    meaning = Meaning(cast("Endpoint", None), {}, "application/json", None)
    ordinary = post(length())
    assert head_of(ordinary, scope, QUERY, meaning) == (ordinary[: -len(QUERY)], Head(scope, len(QUERY), meaning))
    assert head_of(read, scope, QUERY, meaning) is None
    assert head_of(read, {**scope, "headers": headers((b"bare", b"a"))}, QUERY, meaning) is None


def test_one_head_serves_every_question_of_its_length(built):
    async def steps():
        server = Server(built, keeps=True)
        connection = server.connection()
        answers = [await connection.answered(request_of(body)) for body in 3 * [QUERY, OTHER]]
        return len(server.app.heads), connection.protocol.repeated, [a.partition(b"\r\n\r\n")[2] for a in answers]

    heads, repeated, answers = asyncio.run(steps())
    assert heads == 1
    assert repeated == 6 - PARSED - 1
    assert answers == 3 * answers[:2]
    assert answers[0] != answers[1]


def test_the_client_and_its_line_are_those_of_the_connection(built):
    stream = io.StringIO()

    async def steps():
        server = Server(built, keeps=True, rate="100")
        server.app._stream = lambda: stream
        peers = [("192.0.2.1", 1), ("198.51.100.2", 2)]
        async with lifespan(server.app):
            connections = [server.connection(peer=peer) for peer in peers]
            for connection in connections:
                for _ in range(4):
                    await connection.answered(request_of(QUERY))
        return [connection.protocol.repeated for connection in connections]

    assert asyncio.run(steps()) == [4 - PARSED, 3]
    lines = stream.getvalue().splitlines()
    assert [line.partition(" - ")[0].split()[-1] for line in lines] == 4 * ["192.0.2.1:1"] + 4 * ["198.51.100.2:2"]
    assert all("(anonymous) OK" in line for line in lines)
    assert len({line.rpartition("[")[2] for line in lines}) == 8


class lifespan:
    """An application that has started, until the block ends."""

    def __init__(self, app):
        self.app = app
        self.messages: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self.told: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    async def __aenter__(self):
        self.task = asyncio.create_task(self.app({"type": "lifespan"}, self.messages.get, self.told.put))
        await self.messages.put({"type": "lifespan.startup"})
        assert (await self.told.get())["type"] == "lifespan.startup.complete"

    async def __aexit__(self, *_):
        await self.messages.put({"type": "lifespan.shutdown"})
        await self.task


def asked_again(built, change, **flags):
    """Ask until the head is kept, change something, ask once more: the answer's status and first error's code."""

    async def steps():
        server = Server(built, keeps=True, **flags)
        connection = server.connection()
        for _ in range(PARSED + 1):
            await connection.answered(request_of(QUERY))
        assert connection.protocol.repeated == 1
        change(server, connection)
        answer = await connection.answered(request_of(QUERY))
        body = json.loads(answer.partition(b"\r\n\r\n")[2])
        code = body["errors"][0]["extensions"]["code"] if "errors" in body else None
        return answer, answer.split()[1], code

    return asyncio.run(steps())


def test_points_are_spent_by_requests_whose_heads_are_kept(built):
    async def steps():
        server = Server(built, keeps=True, rate="20")
        connection = server.connection()
        answers = [await connection.answered(request_of(QUERY)) for _ in range(40)]
        return [answer.split()[1] for answer in answers], connection.protocol.repeated

    statuses, repeated = asyncio.run(steps())
    allowed = statuses.index(b"429")
    assert allowed <= 10
    assert repeated == allowed - PARSED


def test_a_server_that_ends_says_so_though_the_head_is_kept(built):
    answer, status, _ = asked_again(built, lambda server, _: server.lifecycle.drain())
    assert (status, b"\r\nconnection: close\r\n" in answer) == (b"200", True)


def test_a_client_that_does_not_read_is_answered_the_ordinary_way(built):
    async def steps():
        server = Server(built, keeps=True)
        connection = server.connection()
        for _ in range(PARSED + 1):
            await connection.answered(request_of(QUERY))
        connection.protocol.pause_writing()
        at_once = connection.read(request_of(QUERY))
        connection.protocol.resume_writing()
        return at_once, await connection.answered()

    at_once, later = asyncio.run(steps())
    assert (at_once, later[:15]) == ([], b"HTTP/1.1 200 OK")


def test_a_connection_is_idle_from_its_last_request_on(built):
    """Requests whose heads are kept leave the timer of an idle connection as it is; it looks when it is due."""

    async def steps():
        server = Server(built, keeps=True)
        connection = server.connection()
        protocol = connection.protocol
        for _ in range(PARSED):
            await connection.answered(request_of(QUERY))
        timer = protocol.timeout_keep_alive_task
        await connection.answered(request_of(QUERY))
        same = protocol.timeout_keep_alive_task is timer
        protocol.timeout_keep_alive_handler()
        open_yet = not connection.transport.closing
        protocol._asked_at -= protocol.timeout_keep_alive
        protocol.timeout_keep_alive_handler()
        return same, open_yet, connection.transport.closing

    assert asyncio.run(steps()) == (True, True, True)


def test_each_repeated_request_is_an_exchange_of_its_own_to_who_watches_slow_clients(built):
    async def steps():
        connection = Server(built, keeps=True).connection()
        connection.transport.get_write_buffer_size = lambda: 0
        seen = []
        for _ in range(PARSED + 2):
            await connection.answered(request_of(QUERY))
            seen.append((state_of(connection.protocol), id(connection.protocol.cycle), connection.protocol.repeated))
        return seen

    seen = asyncio.run(steps())
    assert len(set(seen)) == PARSED + 2
    assert {state for state, _, _ in seen} == {"idle"}
