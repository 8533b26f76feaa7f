"""GET answers that caches keep, and answers made smaller."""

import gzip
import sys

import pytest

from server.caching import brought_back
from server.compression import LEAST_BYTES
from server.negotiation import coding_of

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

NAME = "{ snapshot { name } }"
LARGE = "{ specs(first: 100) { nodes { hash version text } } }"


def get(client, query=NAME, *, method="GET", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.request(method, "/graphql", params={"query": query}, headers=named)


def test_a_tag_that_is_brought_back_is_answered_without_running(serving, monkeypatch):
    client = serving()
    first = get(client)
    assert (first.status_code, first.headers["cache-control"]) == (200, "no-cache")
    monkeypatch.setattr("server.answering.Answering.outcome", None)  # nothing may run from here on
    again = get(client, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["vary"] == "Accept, Accept-Encoding"
    assert get(client, if_none_match='"other"').status_code == 500


def test_each_question_has_a_tag_of_its_own(serving):
    client = serving()
    questions = [
        {"query": NAME},
        {"query": "{ snapshot { digest } }"},
        {"query": "query A { snapshot { name } } query B { snapshot { name } }", "operationName": "A"},
        {"query": "query A { snapshot { name } } query B { snapshot { name } }", "operationName": "B"},
        {"query": "query ($n: String) { snapshot(name: $n) { name } }", "variables": '{"n": "develop"}'},
        {"query": "query ($n: String) { snapshot(name: $n) { name } }", "variables": '{"n": "v2025.07.0"}'},
    ]
    tags = [client.get("/graphql", params=question).headers["etag"] for question in questions]
    tags.append(get(client, accept="application/graphql-response+json").headers["etag"])
    tags.append(get(serving(default_page_size="7")).headers["etag"])
    assert len(set(tags)) == len(tags)


def test_two_servers_with_the_same_data_give_the_same_tag(serving):
    assert get(serving()).headers["etag"] == get(serving()).headers["etag"]


def test_other_data_has_another_tag(serving, built, monkeypatch):
    client = serving()
    tag = get(client).headers["etag"]
    monkeypatch.setattr("server.caching.version", lambda name: "999")
    assert get(serving()).headers["etag"] != tag


@pytest.mark.parametrize(
    "parameters",
    [
        {"query": "{ nothing }"},
        {"query": '{ specs(matching: "@@") { totalCount } }'},
        {"query": NAME, "extensions": '{"cost": true}'},
    ],
    ids=["not valid", "an error of a field", "what is left of a budget"],
)
def test_what_may_be_other_next_time_is_not_kept(serving, parameters):
    response = serving().get("/graphql", params=parameters)
    assert "etag" not in response.headers
    assert response.headers["cache-control"] == "no-store"


def test_how_long_caches_keep_an_answer_is_a_setting(serving):
    assert get(serving(cache_seconds="60")).headers["cache-control"] == "public, max-age=60"


def test_the_answer_to_a_post_has_no_tag(serving):
    response = serving().post("/graphql", json={"query": NAME})
    assert not {"etag", "cache-control"} & set(response.headers)


def test_head_has_the_headers_of_get_and_no_body(serving):
    client = serving()
    head, whole = get(client, method="HEAD"), get(client)
    assert head.headers["etag"] == whole.headers["etag"]
    assert head.headers["content-length"] == whole.headers["content-length"]


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (b'"a"', True),
        (b'W/"a"', True),
        (b'"b", "a"', True),
        (b'"a-gzip"', True),
        (b'"a-zstd"', True),
        (b'"b"', False),
        (b"a", False),
        (b"*", False),
        (None, False),
    ],
)
def test_a_tag_is_found_among_those_that_are_brought_back(header, found):
    assert brought_back(header, '"a"') is found


@pytest.mark.parametrize(("coding", "whole"), [("gzip", gzip.decompress), ("zstd", zstd.decompress)])
def test_a_large_answer_is_made_smaller_for_whoever_takes_that(serving, coding, whole):
    client = serving()
    plain = client.post("/graphql", json={"query": LARGE}).content
    assert len(plain) > LEAST_BYTES
    with client.stream("POST", "/graphql", json={"query": LARGE}, headers={"accept-encoding": coding}) as response:
        assert response.headers["content-encoding"] == coding
        raw = b"".join(response.iter_raw())
    assert int(response.headers["content-length"]) == len(raw) < len(plain)
    assert whole(raw) == plain


def test_a_tag_names_the_coding_and_is_known_in_every_one(serving):
    client = serving()
    plain = get(client, LARGE).headers["etag"]
    zipped = get(client, LARGE, accept_encoding="gzip").headers["etag"]
    assert zipped == plain[:-1] + '-gzip"'
    assert get(client, LARGE, accept_encoding="zstd", if_none_match=zipped).status_code == 304


def test_a_small_answer_stays_as_it_is(serving):
    assert "content-encoding" not in get(serving(), accept_encoding="gzip, zstd").headers


def test_compression_can_be_switched_off(serving):
    assert "content-encoding" not in get(serving(compression=False), LARGE, accept_encoding="gzip").headers


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("zstd;q=0, gzip", "gzip"),
        ("*", "zstd"),
        ("*;q=0", None),
        ("br", None),
        ("identity, gzip;q=0.5", None),
        ("gzip;q=0.5, identity;q=0.1", "gzip"),
        ("", None),
        (";;,gzip;q=x", None),
    ],
)
def test_the_coding_that_is_wanted_most_is_chosen(header, coding):
    assert coding_of(header) == coding
