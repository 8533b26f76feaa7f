"""The download cache: what it keeps, damaged files, and several processes at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from graph.sources.cache import Cache
from tests.graph.sources.fetching import BODY, NAME, SUM, Fetching
from tests.graph.sources.site import (
    Site,
    status,
    wait_first,
)

ROOT = Path(__file__).parents[3]


def test_what_has_not_changed_is_not_sent_again(site: Site, fetch: Fetching) -> None:
    assert fetch.bytes(site.base + NAME) == fetch.bytes(site.base + NAME) == BODY
    first, second = site.headers(NAME)
    assert (first["If-None-Match"], second["If-None-Match"] is not None) == (None, True)
    assert fetch.amounts == (0, 0)


def test_what_has_changed_takes_the_place_of_the_old(site: Site, fetch: Fetching) -> None:
    fetch(site.base + NAME)
    site.files[NAME] = b"new"
    assert fetch.bytes(site.base + NAME) == b"new"
    assert fetch.files() == ["data", "json"]


def test_a_date_serves_where_there_is_no_etag(site: Site, fetch: Fetching) -> None:
    site.etags = False
    site.dates[NAME] = "Sat, 01 Nov 2025 00:00:00 GMT"
    assert fetch.bytes(site.base + NAME) == fetch.bytes(site.base + NAME) == BODY
    assert [h["If-Modified-Since"] for h in site.headers(NAME)] == [None, "Sat, 01 Nov 2025 00:00:00 GMT"]
    assert fetch.amounts == (0, 0)


def test_with_neither_it_is_sent_again(site: Site, fetch: Fetching) -> None:
    site.etags = False
    assert fetch.bytes(site.base + NAME) == fetch.bytes(site.base + NAME) == BODY
    assert fetch.amounts == (len(BODY), len(BODY))


# The cache ------------------------------------------------------------------------------------------------------------


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("harm", [damage, Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-1])])
@pytest.mark.parametrize("ending", ["data", "json"])
def test_a_damaged_file_of_the_cache_is_fetched_anew(site: Site, fetch: Fetching, harm: Any, ending: str) -> None:
    fetch(site.base + NAME)
    [path] = (fetch.cache / "downloads-1").glob(f"*.{ending}")
    if ending == "json" and harm is damage:
        path.write_text(path.read_text().replace('"size":', '"sise":'))
    else:
        harm(path)
    assert fetch.bytes(site.base + NAME) == BODY
    assert [h["If-None-Match"] for h in site.headers(NAME)] == [None, None]
    assert fetch.files() == ["data", "json"]


def test_a_cache_that_cannot_be_written_says_what_to_do(site: Site, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    fetch = Fetching(tmp_path / "file/cache")
    remedy = "name a folder that can be written for the download cache"
    assert fetch.refusal(site.base + NAME) == f"{tmp_path}/file/cache: cannot be used: Not a directory; {remedy}"


def test_two_who_want_one_file_at_once_take_turns(site: Site, fetch: Fetching) -> None:
    site.then(NAME, wait_first(0.3))
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(fetch.bytes, [site.base + NAME] * 4)) == [BODY] * 4
    assert site.most_at_once == 1
    assert sum(h["If-None-Match"] is None for h in site.headers(NAME)) == 1


def test_another_process_is_waited_for_only_so_long(site: Site, fetch: Fetching) -> None:
    fetch.options["lock_seconds"] = 0.2
    cache = Cache(fetch.cache, lock_seconds=1, max_bytes=0)
    with cache.locked(site.base + NAME, stopped=lambda: False):
        assert "another process has fetched the same file for 0.2 s (`lock_seconds`)" in fetch.refusal(site.base + NAME)
    assert site.paths == []
    assert fetch.bytes(site.base + NAME) == BODY


HOLD = """
import sys, time
from pathlib import Path
from graph.sources.cache import Cache
with Cache(Path(sys.argv[1]), lock_seconds=1, max_bytes=0).locked(sys.argv[2], stopped=lambda: False):
    print("held", flush=True)
    time.sleep(60)
"""

FETCH = """
import sys
from pathlib import Path
from graph.sources.bounds import Bounds
from graph.sources.download import Downloads
from graph.sources.transfer import Transfer
while True:
    downloads = Downloads(Transfer(cache=Path(sys.argv[1]), allow_private=True), bounds=Bounds(), tell=lambda: None)
    downloads.fetch(sys.argv[2])
    print("fetched", flush=True)
"""


def process(script: str, *arguments: object, stdin: int | None = None) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=ROOT, stdin=stdin, stdout=subprocess.PIPE, env=environment)


@contextmanager
def killed(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """Wait until a process has said something, and kill it in the end."""
    with child:
        assert child.stdout is not None
        child.stdout.readline()
        try:
            yield
        finally:
            child.kill()


def test_a_lock_is_given_back_where_its_holder_dies(site: Site, fetch: Fetching) -> None:
    fetch.options["lock_seconds"] = 0.1
    with killed(process(HOLD, fetch.cache, site.base + NAME)):
        assert "another process" in fetch.refusal(site.base + NAME)
    assert fetch.bytes(site.base + NAME) == BODY


@pytest.mark.parametrize("milliseconds", [0, 3, 7, 12, 18, 25])
def test_whenever_a_process_is_killed_the_cache_is_whole(site: Site, fetch: Fetching, milliseconds: int) -> None:
    site.etags = False  # so that it comes whole each time
    with killed(process(FETCH, fetch.cache, site.base + NAME)):
        time.sleep(milliseconds / 1000)
    site.etags = True
    assert fetch.bytes(site.base + NAME) == BODY
    assert fetch.amounts == (len(BODY), len(BODY))  # once: what the site counts may be of the other process


def test_user_and_password_are_sent_and_not_kept(site: Site, fetch: Fetching) -> None:
    address = site.base.replace("//", "//me:s%40crt@") + NAME
    assert fetch.bytes(address) == BODY
    assert site.headers(NAME)[0]["Authorization"] == "Basic bWU6c0BjcnQ="
    assert not any(b"crt" in path.read_bytes() for path in fetch.cache.rglob("*.json"))
    site.then("/x?token=1", status(401), status(200))
    address = site.base.replace("//", "//me:secret@") + "/x?token=1"
    assert fetch.refusal(address).startswith(f"{site.base}/x: ")
    assert fetch.bytes(address) == b"no"
    assert not any(b"token" in path.read_bytes() for path in fetch.cache.rglob("*.json"))


def test_the_cache_says_what_it_knows(site: Site, fetch: Fetching) -> None:
    fetch(site.base + NAME)
    [path] = (fetch.cache / "downloads-1").glob("*.json")
    known = json.loads(path.read_text())
    assert (known["address"], known["sha256"], known["size"]) == (site.base + NAME, SUM, len(BODY))
