"""Bodies that break off, are damaged, encoded, too long or too slow."""

from __future__ import annotations

import gzip
import hashlib
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from graph.errors import SourceTooLarge
from graph.sources.bounds import Bounds
from graph.sources.download import Downloads, Fetched
from graph.sources.transfer import Transfer
from tests.graph.sources.fetching import BODY, NAME, SUM, Fetching
from tests.graph.sources.site import (
    Handler,
    Site,
    chunked,
    cut,
    cut_whole_etag,
    drip,
    endless,
    slow,
    status,
    zipped,
)


def test_a_broken_download_goes_on_where_it_broke(site: Site, fetch: Fetching) -> None:
    site.then(NAME, cut_whole_etag(50_000))
    assert fetch.bytes(site.base + NAME) == BODY
    second = site.headers(NAME)[1]
    assert (second["Range"], second["If-Range"]) == ("bytes=50000-", f'"{SUM[:16]}"')
    assert fetch.amounts == (len(BODY), len(BODY))
    assert fetch.files() == ["data", "json"]


def test_also_in_the_next_process(site: Site, fetch: Fetching) -> None:
    fetch.options["attempts"] = 1
    site.then(NAME, cut_whole_etag(50_000))
    assert "the connection broke" in fetch.refusal(site.base + NAME)
    assert fetch.files() == ["part", "part.json"]
    assert fetch.bytes(site.base + NAME) == BODY
    assert site.headers(NAME)[1]["Range"] == "bytes=50000-"


def test_a_file_that_changed_meanwhile_begins_anew(site: Site, fetch: Fetching) -> None:
    site.then(NAME, cut(50_000, etag='"older"'))
    assert fetch.bytes(site.base + NAME) == BODY
    assert site.headers(NAME)[1]["If-Range"] == '"older"'


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_without_a_strong_validator_it_begins_anew(site: Site, fetch: Fetching, etag: str | None) -> None:
    site.then(NAME, cut(50_000, etag=etag))
    assert fetch.bytes(site.base + NAME) == BODY
    assert site.headers(NAME)[1]["Range"] is None


@pytest.mark.parametrize(
    "answer",
    [
        status(416),
        lambda handler: handler.answer(206, BODY[9:], **{"Content-Range": "bytes 9-102399/102400"}),
        lambda handler: handler.answer(206, BODY),
    ],
)
def test_a_server_that_does_not_go_on_is_asked_for_the_whole(site: Site, fetch: Fetching, answer: Any) -> None:
    site.then(NAME, cut_whole_etag(50_000), answer)
    assert fetch.bytes(site.base + NAME) == BODY
    assert [h["Range"] for h in site.headers(NAME)] == [None, "bytes=50000-", None]


def test_an_old_file_is_kept_while_a_new_one_does_not_come(site: Site, fetch: Fetching) -> None:
    fetch(site.base + NAME)
    old = BODY
    site.files[NAME] = BODY + b"new"
    site.then(NAME, *[cut(10, etag='"x"')] * 3)
    assert "the connection broke" in fetch.refusal(site.base + NAME)
    [data] = (fetch.cache / "downloads-1").glob("*.data")
    assert data.read_bytes() == old
    assert fetch.bytes(site.base + NAME) == BODY + b"new"


@pytest.mark.parametrize("whole", [True, False])
def test_a_chunked_body_is_whole_only_with_its_end(site: Site, fetch: Fetching, whole: bool) -> None:
    site.then(NAME, partial(chunked, whole=whole))
    assert fetch.bytes(site.base + NAME) == BODY
    assert len(site.paths) == (1 if whole else 2)


def test_a_body_of_unknown_length_is_asked_for_whole_again(site: Site, fetch: Fetching) -> None:
    """It ends where the connection does: nothing tells whether it was cut off."""

    def unbounded(handler: Handler) -> None:
        handler.begin(200, ETag='"one"', Connection="close")
        handler.wfile.write(handler.body[:9])
        handler.hang_up()

    site.then(NAME, unbounded)
    assert fetch.bytes(site.base + NAME) == BODY[:9]
    assert fetch.bytes(site.base + NAME) == BODY
    assert site.headers(NAME)[1]["If-None-Match"] is None


# Checksums and encodings ----------------------------------------------------------------------------------------------


def test_a_wrong_checksum_is_tried_again_and_then_said(site: Site, fetch: Fetching) -> None:
    site.then(NAME, lambda handler: handler.answer(200, b"x" * len(BODY)))
    assert fetch.bytes(site.base + NAME, sha256=SUM) == BODY
    site.files["/other"] = b"other"
    assert "damaged: its checksum is " in fetch.refusal(site.base + "/other", sha256=SUM)
    assert site.paths == [NAME, NAME, "/other", "/other", "/other"]


def test_a_file_known_by_its_checksum_is_not_asked_for_again(site: Site, fetch: Fetching) -> None:
    for _ in range(2):
        assert fetch.bytes(site.base + NAME, sha256=SUM) == BODY
    assert site.paths == [NAME]
    assert site.headers(NAME)[0]["Accept-Encoding"] == "identity"


def test_a_content_encoding_is_taken_off(site: Site, fetch: Fetching) -> None:
    site.then(NAME, zipped)
    fetched = fetch(site.base + NAME)
    assert isinstance(fetched, Fetched)
    assert (fetched.encoding, gzip.decompress(fetched.path.read_bytes())) == ("gzip", BODY)
    assert site.headers(NAME)[0]["Accept-Encoding"] == "gzip"
    assert fetch.amounts[0] == len(gzip.compress(BODY))


def test_a_checksum_holds_with_an_encoding_that_was_not_asked_for(site: Site, fetch: Fetching) -> None:
    site.then(NAME, zipped)
    assert fetch.bytes(site.base + NAME, sha256=SUM) == BODY
    # A compressed file, of which a server says that it is encoded: the checksum is that of the file.
    site.files["/z"] = gzip.compress(BODY)
    site.then("/z", lambda handler: handler.answer(200, handler.body, **{"Content-Encoding": "gzip"}))
    zipped_sum = hashlib.sha256(site.files["/z"]).hexdigest()
    assert fetch.bytes(site.base + "/z", sha256=zipped_sum) == site.files["/z"]


def test_an_encoding_that_is_not_known_is_refused(site: Site, fetch: Fetching) -> None:
    site.then(NAME, lambda handler: handler.answer(200, b"x", **{"Content-Encoding": "br"}))
    assert fetch.refusal(site.base + NAME).endswith("sent in the encoding 'br', which was not asked for")


# Bounds ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("behaviour", [Handler.serve, chunked, endless])
def test_a_file_beyond_the_bound_is_refused_while_it_comes(site: Site, fetch: Fetching, behaviour: Any) -> None:
    fetch.bounds = Bounds(file_bytes=50_000)
    site.then(NAME, behaviour)
    with pytest.raises(SourceTooLarge) as refused:
        fetch(site.base + NAME)
    assert str(refused.value) == f"{site.base}{NAME}: more than 50000 bytes (`file_bytes`)"
    assert (len(site.paths), fetch.files()) == (1, [])


def test_a_server_that_falls_silent_is_given_up(site: Site, fetch: Fetching) -> None:
    fetch.options |= {"read_seconds": 0.2, "attempts": 2}
    site.then(NAME, slow(1), slow(1))
    assert fetch.refusal(site.base + NAME).endswith("sent nothing for 0.2 s (`read_seconds`) (2 attempts)")


def test_a_server_that_drips_is_given_up(site: Site, fetch: Fetching) -> None:
    fetch.options |= {"file_seconds": 0.5}
    site.then(NAME, drip(0.02))
    assert fetch.refusal(site.base + NAME) == f"{site.base}{NAME}: it takes too long (`file_seconds`)"


def test_closing_stops_what_is_under_way(site: Site, tmp_path: Path) -> None:
    downloads = Downloads(Transfer(cache=tmp_path, allow_private=True), bounds=Bounds(), tell=lambda: None)
    site.then(NAME, drip(0.01))
    begun = threading.Event()

    def task() -> None:
        begun.set()
        downloads.fetch(site.base + NAME)

    downloads.ahead([task])
    begun.wait()
    downloads.close()
    assert all(path.stat().st_size < len(BODY) for path in tmp_path.rglob("*") if path.is_file())
