"""Attempts: what is tried again, after which pause, and what is given up."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from graph.sources.bounds import Bounds
from graph.sources.download import Downloads
from graph.sources.receive import Absent
from graph.sources.transfer import Transfer
from tests.graph.sources.fetching import BODY, NAME, Fetching
from tests.graph.sources.site import (
    Site,
    status,
)


def test_a_file_comes_into_the_cache(site: Site, fetch: Fetching) -> None:
    assert fetch.bytes(site.base + NAME) == BODY
    assert fetch.amounts == (len(BODY), len(BODY))
    assert fetch.files() == ["data", "json"]


@pytest.mark.parametrize("code", [403, 404, 410])
def test_a_file_that_is_not_there_is_an_answer(site: Site, fetch: Fetching, code: int) -> None:
    site.then("/nope", status(code))
    assert fetch(site.base + "/nope") == Absent(code)
    assert fetch.files() == []


def test_an_address_is_asked_for_once(site: Site, tmp_path: Path) -> None:
    downloads = Downloads(Transfer(cache=tmp_path, allow_private=True), bounds=Bounds(), tell=lambda: None)
    assert downloads.fetch(site.base + NAME) is downloads.fetch(site.base + NAME)
    assert site.paths == [NAME]
    downloads.close()


# Another attempt ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_fault_is_tried_again(site: Site, fetch: Fetching, code: int) -> None:
    site.then(NAME, status(code), status(code))
    assert fetch.bytes(site.base + NAME) == BODY
    assert len(site.paths) == 3


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (400, "the server answers 400 Bad Request: check the address"),
        (401, "the server answers 401 Unauthorized: give https://USER:PASSWORD@HOST/…"),
        (418, "the server answers 418 I'm a Teapot: check the address"),
    ],
)
def test_a_lasting_fault_is_not(site: Site, fetch: Fetching, code: int, message: str) -> None:
    site.then(NAME, status(code))
    assert fetch.refusal(site.base + NAME) == f"{site.base}{NAME}: {message}"
    assert len(site.paths) == 1


def test_at_last_it_is_given_up(site: Site, fetch: Fetching) -> None:
    site.then(NAME, *[status(503)] * 9)
    expected = f"{site.base}{NAME}: the server answers 503 Service Unavailable (3 attempts)"
    assert fetch.refusal(site.base + NAME) == expected
    assert len(site.paths) == 3


def test_a_server_is_left_the_time_that_it_asks_for(site: Site, fetch: Fetching) -> None:
    site.then(NAME, status(429, Retry_After="1"))
    began = time.monotonic()
    assert fetch.bytes(site.base + NAME) == BODY
    assert time.monotonic() - began >= 1


def test_but_not_any_time(site: Site, fetch: Fetching) -> None:
    site.then(NAME, status(503, Retry_After="3600"))
    expected = "the server answers 503 Service Unavailable, and to come again in 3600 s"
    assert fetch.refusal(site.base + NAME) == f"{site.base}{NAME}: {expected}"


def test_pauses_grow(site: Site, fetch: Fetching) -> None:
    fetch.options |= {"first_pause_seconds": 0.1, "attempts": 4}
    site.then(NAME, *[status(500)] * 3)
    began = time.monotonic()
    assert fetch.bytes(site.base + NAME) == BODY
    assert time.monotonic() - began >= 0.35  # half of 0.1 + 0.2 + 0.4
