"""The download cache stays within its size: what was used longest ago goes, and never what is being read."""

from __future__ import annotations

import fcntl
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from graph.sources.bounds import Bounds
from graph.sources.cache import Cache
from graph.sources.download import Downloads, Fetched
from graph.sources.transfer import Transfer
from tests.graph.sources.fetching import BODY, Fetching
from tests.graph.sources.site import Site
from tests.graph.sources.test_cache import killed, process

SIZE = len(BODY)
NAMES = ("/a", "/b", "/c", "/d")


@pytest.fixture
def cache(site: Site, fetch: Fetching) -> Fetching:
    """A cache that has room for two files and what is known of them, and a site of four."""
    site.files.update(dict.fromkeys(NAMES, BODY))
    fetch.options["cache_bytes"] = 2 * SIZE + SIZE // 2
    return fetch


def addresses_kept(cache: Fetching) -> set[str]:
    """The names of the site's files that the cache has whole."""
    folder = cache.cache / "downloads-1"
    keys = {path.name.partition("-")[0] for path in folder.glob("*.data")}
    assert {path.stem for path in folder.glob("*.json")} == keys
    return {text.rpartition("/")[2] for text in (_address(folder / f"{key}.json") for key in keys)}


def _address(path: Path) -> str:
    return path.read_text().partition('"address":"')[2].partition('"')[0]


def age(cache: Fetching, seconds: float) -> None:
    """Let all that lies in the cache be so much older."""
    for path in (cache.cache / "downloads-1").iterdir():
        then = path.stat().st_mtime_ns - int(seconds * 1e9)
        os.utime(path, ns=(then, then))


@contextmanager
def reading(cache: Fetching) -> Iterator[Downloads]:
    """A reading of sources that is under way in this process."""
    transfer = Transfer(cache=cache.cache, **cache.options)
    downloads = Downloads(transfer, bounds=Bounds(), tell=lambda: None)
    try:
        yield downloads
    finally:
        downloads.close()


def test_what_was_used_longest_ago_makes_room(site: Site, cache: Fetching) -> None:
    for name in ("/a", "/b"):
        cache(site.base + name)
        age(cache, 1)
    cache(site.base + "/a")  # found unchanged, and so used
    age(cache, 1)
    cache(site.base + "/c")
    assert addresses_kept(cache) == {"a", "c"}
    assert cache.files() == ["data", "data", "json", "json"]


def test_what_a_reading_uses_stays_to_its_end(site: Site, cache: Fetching) -> None:
    cache.options["cache_bytes"] = 0
    with reading(cache) as downloads:
        found = [downloads.fetch(site.base + name) for name in NAMES]
        with reading(cache) as other:
            other.fetch(site.base + "/a")
        assert [each.path.read_bytes() for each in found if isinstance(each, Fetched)] == [BODY] * 4
        time.sleep(0.05)  # a file system tells times a few milliseconds apart
    assert cache.files() == []
    assert list((cache.cache / "downloads-1").iterdir()) == []


def test_room_is_made_while_much_is_read(site: Site, cache: Fetching) -> None:
    for name in ("/a", "/b"):
        cache(site.base + name)
    age(cache, 1)
    with reading(cache) as downloads:
        for name in ("/c", "/d"):
            downloads.fetch(site.base + name)
        assert addresses_kept(cache) == {"c", "d"}


READ = """
import sys
from pathlib import Path
from graph.sources.bounds import Bounds
from graph.sources.download import Downloads
from graph.sources.transfer import Transfer
downloads = Downloads(
    Transfer(cache=Path(sys.argv[1]), allow_private=True, cache_bytes=0), bounds=Bounds(), tell=lambda: None
)
path = downloads.fetch(sys.argv[2]).path
print("fetched", flush=True)
sys.stdin.read()
print(len(path.read_bytes()), flush=True)
"""


def test_what_another_process_reads_stays(site: Site, cache: Fetching) -> None:
    cache.options["cache_bytes"] = 0
    with process(READ, cache.cache, site.base + "/a", stdin=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline() == b"fetched\n"
        cache(site.base + "/b")
        assert addresses_kept(cache) >= {"a"}
        child.stdin.close()
        assert child.stdout.readline() == b"%d\n" % SIZE
    time.sleep(0.05)
    cache(site.base + "/nothing-there")
    assert "a" not in addresses_kept(cache)


def test_a_process_that_was_killed_holds_nothing(site: Site, cache: Fetching) -> None:
    cache.options["cache_bytes"] = 0
    with killed(process(READ, cache.cache, site.base + "/a", stdin=subprocess.PIPE)):
        pass
    marks = list((cache.cache / "downloads-1").glob("*.run"))
    assert len(marks) == 1
    time.sleep(0.05)
    with reading(cache):
        pass
    assert list((cache.cache / "downloads-1").iterdir()) == []


def test_what_is_fetched_meanwhile_stays(site: Site, cache: Fetching) -> None:
    cache(site.base + "/a")
    age(cache, 1)
    cache.options["cache_bytes"] = 0
    made = Cache(cache.cache, lock_seconds=1, max_bytes=0)
    with made.locked(site.base + "/a", stopped=lambda: False):
        with reading(cache):
            pass
        assert addresses_kept(cache) == {"a"}
    made.close()


def test_parts_that_nobody_goes_on_with_make_room_too(site: Site, cache: Fetching) -> None:
    folder = cache.cache / "downloads-1"
    cache(site.base + "/a")
    key = "f" * 32
    (folder / f"{key}.part").write_bytes(BODY * 2)
    (folder / f"{key}.part.json").write_text("{}")
    age(cache, 1)
    cache(site.base + "/a")
    assert (addresses_kept(cache), [path.name for path in folder.glob(f"{key}*")]) == ({"a"}, [])


def test_a_lock_that_was_removed_while_it_was_waited_for_is_taken_anew(tmp_path: Path) -> None:
    cache = Cache(tmp_path, lock_seconds=5, max_bytes=0)
    entered: list[bool] = []

    def work() -> None:
        with cache.locked("https://a.example/x", stopped=lambda: False) as slot:
            entered.append(slot.lock.exists())

    with cache.locked("https://a.example/x", stopped=lambda: False) as slot:
        waiting = threading.Thread(target=work)
        waiting.start()
        time.sleep(0.05)
        slot.lock.unlink()
    waiting.join()
    cache.close()
    assert entered == [True]


def test_a_mark_is_held_until_it_is_closed(tmp_path: Path) -> None:
    cache = Cache(tmp_path, lock_seconds=1, max_bytes=0)
    [mark] = (tmp_path / "downloads-1").glob("*.run")
    with mark.open() as file:
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        cache.close()
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert not mark.exists()


CROWD = """
import random, sys
from pathlib import Path
from graph.sources.bounds import Bounds
from graph.sources.download import Downloads
from graph.sources.transfer import Transfer
random.seed(int(sys.argv[3]))
size = int(sys.argv[4])
for _ in range(15):
    transfer = Transfer(cache=Path(sys.argv[1]), allow_private=True, cache_bytes=size)
    downloads = Downloads(transfer, bounds=Bounds(), tell=lambda: None)
    found = [downloads.fetch(sys.argv[2] + name).path for name in random.sample(["/a", "/b", "/c", "/d"], 2)]
    assert [len(path.read_bytes()) for path in found] == [size, size]
    downloads.close()
print("done", flush=True)
"""


@pytest.mark.parametrize("milliseconds", [0, 5, 11, 17, 23, 31])
def test_whenever_a_process_is_killed_what_is_there_is_whole(site: Site, cache: Fetching, milliseconds: int) -> None:
    endless = CROWD.replace("range(15)", "iter(int, 1)").replace("    assert", "    print(flush=True)\n    assert")
    with killed(process(endless, cache.cache, site.base, 1, SIZE)):
        time.sleep(milliseconds / 1000)
    assert [cache.bytes(site.base + name) for name in NAMES] == [BODY] * 4


def test_several_at_once_never_miss_what_they_read(site: Site, cache: Fetching) -> None:
    crowd = [process(CROWD, cache.cache, site.base, seed, SIZE) for seed in range(3)]
    for each in crowd:
        with each:
            assert each.stdout is not None
            assert each.stdout.read() == b"done\n"
        assert each.returncode == 0
    held = sum(path.stat().st_size for path in (cache.cache / "downloads-1").iterdir())
    time.sleep(0.05)
    cache.options["cache_bytes"] = SIZE + SIZE // 2
    with reading(cache):
        pass
    left = sum(path.stat().st_size for path in (cache.cache / "downloads-1").iterdir())
    assert left <= min(held, SIZE + SIZE // 2)
