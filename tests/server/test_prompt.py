"""Small questions answered where they are read: the same answers as by the ordinary way, in one write."""

import json
import re

import pytest

from server.lifecycle import Lifecycle
from tests.server.processes import request_of

QUERY = b'{"query": "query Snapshot { snapshot { digest } }"}'
LONG = b'{"query": "{ packages(first: 20) { edges { cursor node { name specCount latestVersion } } } }"}'
PAGE = b'{"query": "{ specs(first: 100) { nodes { hash text dependencies { nodes { hash text } } } } }"}'
OF_ONE_REQUEST = re.compile(rb"(?<=x-request-id: )[^\r]*")
HALF = 40


def parted(answer):
    """Return an answer's status, headers (the request's own id apart) as a set, and body."""
    head, _, body = OF_ONE_REQUEST.sub(b"*", answer).partition(b"\r\n\r\n")
    status, *headers = head.split(b"\r\n")
    return status, set(headers), body


@pytest.mark.parametrize("query", [QUERY, LONG])
@pytest.mark.parametrize(
    "headers",
    [
        b"",
        b"Accept: application/json\r\n",
        b"Accept: application/graphql-response+json\r\n",
        b"Accept-Encoding: gzip\r\n",
        b"Accept-Encoding: zstd, gzip;q=0.5\r\nX-Request-Id: mine\r\n",
    ],
)
def test_a_question_that_is_known_is_answered_in_one_write_and_as_by_the_ordinary_way(run, query, headers):
    async def steps(connection):
        request = request_of(query, headers)
        first = await connection.answered(request)
        at_once = connection.read(request)
        ordinary = await connection.answered(request[:-HALF], request[-HALF:])
        assert connection.state.total_requests == 3
        return first, at_once, ordinary

    first, at_once, ordinary = run(steps)
    assert len(at_once) == 1
    assert parted(at_once[0]) == parted(first) == parted(ordinary)
    assert parted(first)[0] == b"HTTP/1.1 200 OK"


def test_a_page_that_is_sent_as_it_lies_is_the_answer_of_the_ordinary_way(run):
    async def steps(connection):
        for _ in range(3):  # known to be quick then
            await connection.answered(request_of(PAGE))
        at_once = connection.read(request_of(PAGE))
        return at_once, await connection.answered(request_of(PAGE)[:-HALF], request_of(PAGE)[-HALF:])

    (at_once,), ordinary = run(steps, rate="0")
    assert parted(at_once) == parted(ordinary)
    head, _, body = at_once.partition(b"\r\n\r\n")
    assert b"content-length: %d" % len(body) in head.split(b"\r\n")
    assert len(json.loads(body)["data"]["specs"]["nodes"]) == 100


@pytest.mark.parametrize(
    ("request_bytes", "flags"),
    [
        (request_of(b"{"), {}),
        (request_of(b"[]"), {}),
        (request_of(b'{"query": "{ nothing }"}'), {}),
        (request_of(QUERY, b"Accept: text/csv\r\n"), {}),
        (request_of(QUERY, b"Connection: close\r\n"), {}),
        (request_of(QUERY).replace(b"HTTP/1.1", b"HTTP/1.0"), {}),
        (request_of(QUERY).replace(b"/graphql", b"/elsewhere"), {}),
        (request_of(QUERY), {"allowed_hosts": "example.org"}),
        (request_of(QUERY + 1024 * b" "), {"max_body_size": "1024"}),
        (request_of(QUERY), {"cors_origins": "https://example.org"}),
        (request_of(QUERY).replace(b"application/json", b"text/plain"), {}),
    ],
)
def test_the_rest_goes_the_ordinary_way(run, request_bytes, flags):
    async def steps(connection):
        await connection.answered(request_of(QUERY))
        connection.transport.closing = False
        at_once = connection.read(request_bytes)
        later = await connection.answered()
        return at_once, later

    at_once, later = run(steps, **flags)
    assert at_once == []
    assert later.startswith(b"HTTP/1.")


def test_a_server_that_ends_says_so_on_every_answer(run):
    lifecycle = Lifecycle()

    async def steps(connection):
        await connection.answered(request_of())
        lifecycle.drain()
        return await connection.answered(request_of())

    assert b"\r\nconnection: close" in run(steps, lifecycle)


def test_of_requests_that_come_together_one_is_answered_at_once_and_all_in_their_order(run):
    aliases = [b'{"query": "{ a%d: snapshot { digest } }"}' % number for number in range(4)]

    async def steps(connection):
        for query in aliases:
            await connection.answered(request_of(query))
        together = b"".join(map(request_of, aliases))
        at_once = connection.read(together)
        return at_once, b"".join(at_once) + await connection.answered()

    at_once, everything = run(steps)
    assert len(at_once) == 1
    assert re.findall(rb'"data":{"(a\d)"', everything) == [b"a0", b"a1", b"a2", b"a3"]


def test_a_connection_is_not_idle_while_a_request_that_came_with_an_answered_one_is_not_whole(run):
    async def steps(connection):
        await connection.answered(request_of())
        assert connection.protocol.timeout_keep_alive_task is not None
        connection.read(request_of() + request_of()[:HALF])
        return connection.protocol.timeout_keep_alive_task

    assert run(steps) is None


def test_a_client_without_points_is_told_so(run):
    async def steps(connection):
        answers = [await connection.answered(request_of(QUERY)) for _ in range(40)]
        return [json.loads(answer.partition(b"\r\n\r\n")[2]) for answer in answers]

    answers = run(steps, rate="20")
    refused = [answer for answer in answers if "errors" in answer]
    assert answers[0] == answers[1]
    assert {answer["errors"][0]["extensions"]["code"] for answer in refused} == {"RATE_LIMITED"}
    assert len(refused) >= 20
