"""The swap: requests keep what they began with, and the old catalogue's memory is released after the last of them."""

import gc
import logging
import sys
import weakref
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph.build import build
from graph.container import Container
from graph.errors import SourceError
from graph.store import save
from server.current import CurrentCatalogue
from server.health import readiness_of
from server.rebuilding import loaded_again
from tests.graph.small_graphs import NOON, spec_record
from tests.server.live import until


def write(path, *labels):
    save(build([spec_record(label) for label in labels], now=NOON).catalogue, path)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "served.specgraph"
    write(path, "zlib")
    return path


@pytest.fixture(params=["file", "built"])
def current(request, file, settings):
    """One that serves a snapshot file, or what was built in memory at first."""

    def first():
        return (
            build([spec_record("zlib")], now=NOON) if request.param == "built" else loaded_again([str(file)], settings)
        )

    return CurrentCatalogue(lambda: loaded_again([str(file)], settings), built=first())


def maps_of(path):
    return [line for line in Path("/proc/self/maps").read_text().splitlines() if str(path) in line]


@pytest.fixture
def uncollected():
    """No garbage collector: what is freed is freed by the last who holds it."""
    gc.disable()
    yield
    gc.enable()


def test_the_old_catalogue_is_released_by_the_swap(current, file, uncollected):
    old = weakref.ref(current.state.built.catalogue.universe)
    write(file, "hdf5")
    assert current.refresh()
    assert old() is None
    assert list(current.state.built.catalogue.universe.packages) == ["hdf5"]


def test_the_old_catalogue_lives_until_the_last_request_ends(current, file, uncollected):
    request = current.state.built.catalogue.snapshot("s")
    tables = weakref.ref(request.universe)
    write(file, "hdf5")
    assert current.refresh()
    assert list(request.universe.packages) == ["zlib"]
    assert request.find("zlibxxxxxxxxxxxxxxxxxxxxxxxxxxxx") == 0
    del request
    assert tables() is None


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_old_files_map_is_released_after_the_last_request(file, settings, uncollected):
    current = CurrentCatalogue(lambda: loaded_again([str(file)], settings))
    assert current.refresh()
    assert current.state.built is not None
    request = current.state.built.catalogue.snapshot("s")
    write(file, "hdf5")
    assert current.refresh()
    assert any("(deleted)" in line for line in maps_of(file))
    del request
    until(lambda: not any("(deleted)" in line for line in maps_of(file)))
    assert maps_of(file)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_ten_swaps_leave_one_map(file, settings, uncollected):
    current = CurrentCatalogue(lambda: loaded_again([str(file)], settings))
    for number in range(10):
        write(file, f"p{number}")
        assert current.refresh()
    assert len({line.split()[-2:][0] for line in maps_of(file)}) == 1


def test_a_damaged_file_keeps_the_old_catalogue(current, file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    before = current.state.built
    assert not current.refresh()
    assert current.state.built is before
    assert "damaged" in current.state.failure.reason


def test_a_failure_says_when_and_how_old_the_data_are(caplog, settings):
    now = datetime.now(UTC)
    built = build([spec_record("zlib")], now=now - timedelta(minutes=90))

    def fails():
        raise SourceError("expected an index", place="index.json")

    current = CurrentCatalogue(fails, built=built)
    with caplog.at_level(logging.ERROR, logger="specgraph"):
        assert not current.refresh()
    assert (
        "the sources could not be loaded, the old ones are kept, read 90 minutes ago: index.json: expected an index"
        in caplog.text
    )
    ready = readiness_of(current.state, now=now)
    assert ready.failure is not None
    assert ready.failure.reason == "index.json: expected an index"
    assert timedelta() <= ready.failure.at - now < timedelta(minutes=1)
    assert (ready.status, ready.ingested_at, ready.age_seconds) == ("ready", now - timedelta(minutes=90), 5400)


def test_the_containers_descriptor_is_closed_with_it(file):
    container = Container(file)
    released = weakref.ref(container)
    del container
    assert released() is None
