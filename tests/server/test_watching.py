"""Reload: the sources change, and what is served follows; what cannot be read changes nothing."""

import asyncio
import logging
import shutil
import threading

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.background import beside_the_loop
from server.current import CurrentCatalogue
from server.freshness import Freshness
from server.loading import load
from server.settings import settled
from server.watching import Watch, fingerprint, follow
from tests.server.pages import page, replace


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "specs.md"
    path.write_text(page("zlib"))
    return path


@pytest.fixture
def reloading():
    return settled({"reload_sources": True}, {})


@pytest.fixture
def current(source, reloading):
    sources = [str(source)]
    return CurrentCatalogue(lambda: load(sources, reloading), built=load(sources, reloading))


def watch_of(sources):
    watch = Watch.of(sources)
    assert watch is not None
    return watch


def packages(current):
    catalogue = current.state.built.catalogue
    return list(catalogue.universe.packages)


def until(condition):
    pause = threading.Event()
    for _ in range(600):
        if condition():
            return
        pause.wait(0.05)
    pytest.fail("nothing happened for 30 seconds")


def test_a_replaced_file_is_served(source, reloading, current):
    with TestClient(create_app(reloading, current, freshness=Freshness(watch_of([str(source)])))) as client:
        assert packages(current) == ["zlib"]
        before = client.get("/readyz").json()["snapshots"]
        replace(source, page("hdf5"))
        until(lambda: packages(current) == ["hdf5"])
        after = client.get("/readyz").json()["snapshots"]
        assert before[0]["digest"] != after[0]["digest"]
        replace(source, page("openmpi"))  # the watch goes on after a replacement
        until(lambda: packages(current) == ["openmpi"])


def test_a_file_that_comes_into_a_folder_is_served(tmp_path, reloading):
    folder = tmp_path / "_cache"
    (folder / "develop" / "zlib").mkdir(parents=True)
    (folder / "develop" / "zlib" / "specs.md").write_text(page("zlib"))
    sources = [str(folder)]
    current = CurrentCatalogue(lambda: load(sources, reloading), built=load(sources, reloading))
    with TestClient(create_app(reloading, current, freshness=Freshness(watch_of(sources)))):
        (folder / "develop" / "hdf5").mkdir()
        replace(folder / "develop" / "hdf5" / "specs.md", page("hdf5"))
        until(lambda: packages(current) == ["hdf5", "zlib"])


def test_a_bad_file_keeps_the_old_catalogue_and_is_told(source, reloading, current, caplog):
    with TestClient(create_app(reloading, current, freshness=Freshness(watch_of([str(source)])))) as client:
        with caplog.at_level(logging.ERROR, logger="specgraph"):
            replace(source, "this is no page")
            until(lambda: current.state.failure)
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "ready")
        assert ready.json()["failure"]["reason"] == current.state.failure.reason
        assert "the old ones are kept" in caplog.text
        query = {"query": '{ package(name: "zlib") { name } }'}
        assert client.post("/graphql", json=query).json() == {"data": {"package": {"name": "zlib"}}}
        replace(source, page("hdf5"))
        until(lambda: packages(current) == ["hdf5"])
        assert client.get("/readyz").json()["failure"] is None


def test_a_source_that_is_gone_keeps_the_old_catalogue(source, current):
    source.unlink()
    assert current.refresh() is False
    assert packages(current) == ["zlib"]


def test_an_unforeseen_error_of_a_reload_stays_out_of_sight(built, caplog):
    def fails():
        raise ZeroDivisionError("the secret is 42")

    current = CurrentCatalogue(fails, built=built)
    with caplog.at_level(logging.ERROR, logger="specgraph"):
        assert current.refresh() is False
    assert current.state.built is built
    assert current.state.failure is not None
    assert current.state.failure.reason == "internal error; see the server's log"
    assert "the secret is 42" in caplog.text


def test_a_change_before_the_watch_counts(source):
    watch = watch_of([str(source)])
    source.write_text(page("hdf5"))
    assert watch.seen != fingerprint([source])

    async def first_change():
        changed = asyncio.Event()

        async def note():
            changed.set()

        following = asyncio.create_task(follow(watch, note))
        await asyncio.wait_for(changed.wait(), timeout=30)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    asyncio.run(first_change())


def test_the_fingerprint_sees_every_file_of_a_folder(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_text("1")
    first = fingerprint([tmp_path])
    assert [name for name, _, _ in first] == [str(tmp_path / "a" / "b")]
    (tmp_path / "a" / "b").write_text("22")
    second = fingerprint([tmp_path])
    shutil.rmtree(tmp_path / "a")
    assert len({first, second, fingerprint([tmp_path])}) == 3


def test_a_source_with_a_tag_is_watched_by_its_path(source, monkeypatch):
    monkeypatch.chdir(source.parent)
    assert watch_of(["v1.0=specs.md"]).seen == fingerprint([source.relative_to(source.parent)])
    assert len(watch_of(["v1.0/e4s=specs.md"]).seen) == 1


def test_an_address_is_not_watched():
    assert Watch.of(["https://binaries.spack.io"]) is None
    assert Watch.of([]) is None


def test_work_beside_the_loop_returns_and_raises():
    async def both():
        assert await beside_the_loop(lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            await beside_the_loop(lambda: 1 // 0)

    asyncio.run(both())


def test_work_that_nobody_waits_for_any_more_ends_quietly():
    go_on = threading.Event()

    async def give_up():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(beside_the_loop(lambda: go_on.wait(timeout=30)), timeout=0.05)

    asyncio.run(give_up())
    go_on.set()
