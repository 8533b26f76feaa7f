"""Questions of a high price that are known to be quick are answered where they are read, and others beside the loop."""

import asyncio
import json

import pytest

from graph.build import build
from server.compression import BESIDE_THE_LOOP_BYTES
from server.graphql_request import GraphqlRequest
from server.quick import KNOWN, QUICK_SECONDS, TURN_SECONDS, KnownQuick
from tests.graph.small_graphs import NOON, spec_record
from tests.server.processes import request_of
from tests.server.test_prompt import parted

DEAR = b'{"query": "{ specs(first: 1000) { nodes { hash } } }"}'
SHORT = b'{"query": "{ specs(first: 1000, where: {package: {eq: \\"zlib\\"}}) { nodes { hash } } }"}'
MIDDLING = b'{"query": "{ specs(first: 60) { nodes { hash version text } } }"}'


@pytest.fixture
def catalogue():
    return build([spec_record("zlib")], now=NOON).catalogue


def test_what_was_quick_over_a_catalogue_is_known_with_its_size_until_there_is_another(catalogue):
    quick, asked, other = KnownQuick(), GraphqlRequest("{ a }"), GraphqlRequest("{ b }")
    quick.note(asked, catalogue, seconds=QUICK_SECONDS, size=7)
    quick.note(other, catalogue, seconds=QUICK_SECONDS * 1.01, size=7)
    assert (quick.size(asked, catalogue), quick.size(other, catalogue)) == (7, None)
    assert quick.size(GraphqlRequest("{ a }"), catalogue) == 7
    for another in (GraphqlRequest("{ a }", "a"), GraphqlRequest("{ a }", None, {"a": 1})):
        assert quick.size(another, catalogue) is None
    later = build([spec_record("zlib")], now=NOON).catalogue
    assert quick.size(asked, later) is None
    quick.note(other, later, seconds=0, size=8)
    assert (quick.size(other, later), quick.size(asked, later), quick.size(asked, catalogue)) == (8, None, None)


def test_nothing_is_known_to_be_quick_once_room_was_made_among_what_answers_are_made_of(catalogue):
    made_room = 0
    quick, asked = KnownQuick(lambda: made_room), GraphqlRequest("{ a }")
    quick.note(asked, catalogue, seconds=0, size=7)
    assert quick.size(asked, catalogue) == 7
    made_room = 1
    assert quick.size(asked, catalogue) is None
    quick.note(asked, catalogue, seconds=0, size=8)
    assert quick.size(asked, catalogue) == 8


def test_a_turn_of_the_loop_has_room_for_so_much_and_the_next_one_again(catalogue):
    quick, asked = KnownQuick(), GraphqlRequest("{ a }")
    quick.note(asked, catalogue, seconds=0, size=7)

    async def steps():
        seen = []
        for seconds in (0.0, TURN_SECONDS / 2, TURN_SECONDS / 2):
            quick.took(seconds)
            seen.append(quick.size(asked, catalogue))
        await asyncio.sleep(0)
        seen.append(quick.size(asked, catalogue))
        quick.took(TURN_SECONDS)
        return [*seen, quick.size(asked, catalogue)]

    assert asyncio.run(steps()) == [7, 7, None, 7, None]


def test_quick_questions_that_come_together_are_not_all_answered_in_one_turn(run, monkeypatch):
    monkeypatch.setattr("server.quick.QUICK_SECONDS", 1e9)
    monkeypatch.setattr("server.quick.TURN_SECONDS", 1e-9)
    request = request_of(DEAR)

    async def steps(connection):
        first = await connection.answered(request)
        at_once = [len(connection.read(request)) > 0 for _ in range(2)]
        return first, at_once, await connection.answered()

    first, at_once, later = run(steps)
    assert at_once == [True, False]
    assert parted(later) == parted(first)


def test_what_is_known_is_bounded_and_the_first_is_forgotten(catalogue):
    quick = KnownQuick()
    asked = [GraphqlRequest(f"{{ a{number} }}") for number in range(KNOWN + 1)]
    for each in asked:
        quick.note(each, catalogue, seconds=0, size=1)
    assert quick.size(asked[0], catalogue) is None
    assert all(quick.size(each, catalogue) == 1 for each in asked[1:])


@pytest.mark.parametrize("body", [DEAR, SHORT])
@pytest.mark.parametrize("accept", [b"", b"Accept-Encoding: gzip\r\n"])
def test_a_question_known_to_be_quick_is_answered_where_it_is_read(run, monkeypatch, body, accept):
    monkeypatch.setattr("server.quick.QUICK_SECONDS", 1e9)
    request = request_of(body, accept)

    async def steps(connection):
        first = await connection.answered(request)
        at_once = b"".join(connection.read(request))
        again = b"".join(connection.read(request))
        return first, at_once, again, connection.protocol.repeated

    first, at_once, again, repeated = run(steps)
    assert parted(first) == parted(at_once) == parted(again)
    assert repeated == 1


def test_one_that_is_not_known_to_be_quick_is_not(run, monkeypatch):
    monkeypatch.setattr("server.quick.QUICK_SECONDS", -1)

    async def steps(connection):
        await connection.answered(request_of(DEAR))
        at_once = connection.read(request_of(DEAR))
        return at_once, await connection.answered()

    at_once, later = run(steps)
    assert at_once == []
    assert json.loads(later.partition(b"\r\n\r\n")[2])["data"]


def test_a_long_answer_that_is_to_be_made_smaller_goes_the_ordinary_way(run, monkeypatch):
    monkeypatch.setattr("server.quick.QUICK_SECONDS", 1e9)
    monkeypatch.setattr("server.graphql_http.BESIDE_THE_LOOP_BYTES", 1_000)
    assert BESIDE_THE_LOOP_BYTES > 1_000

    async def steps(connection):
        plain, coded = request_of(DEAR), request_of(DEAR, b"Accept-Encoding: gzip\r\n")
        await connection.answered(plain)
        written = [len(connection.read(request)) > 0 for request in (plain, coded)]
        return written, await connection.answered()

    written, later = run(steps)
    assert written == [True, False]
    assert b"content-encoding: gzip" in later


def test_a_middling_question_is_made_smaller_at_once_when_its_size_is_known(run):
    async def steps(connection):
        request = request_of(MIDDLING, b"Accept-Encoding: gzip\r\n")
        reads = [await connection.answered(request) for _ in range(2)]
        return reads, b"".join(connection.read(request))

    reads, at_once = run(steps)
    assert parted(at_once) == parted(reads[0]) == parted(reads[1])
    assert b"content-encoding: gzip" in at_once
