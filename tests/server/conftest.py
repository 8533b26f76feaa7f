"""The application over the embedded sample, in-process."""

import asyncio
from contextlib import ExitStack

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.current import CurrentCatalogue
from server.lifecycle import Lifecycle
from server.loading import load
from server.settings import settled
from tests.server.connection import Connection, loaded


@pytest.fixture(scope="session")
def settings():
    return settled({}, {})


class Unwatched:
    """Leaves the garbage collector alone: nothing of a whole test run is walked for one application of many."""

    def begin(self):
        """Walk nothing; `Collector` walks some million objects that tests hold, for half a second each time."""

    def end(self):
        """Nothing is out of sight."""


@pytest.fixture(scope="session", autouse=True)
def _unwatched():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("server.app.Collector", Unwatched)
        yield


@pytest.fixture
def patient_logs(monkeypatch):
    """The end of a log waits for its last lines, however busy the machine is."""
    monkeypatch.setattr("server.request_log.CLOSING_SECONDS", 60)


@pytest.fixture(scope="session")
def built(settings):
    return load([], settings)


@pytest.fixture(scope="session")
def client(settings, built):
    current = CurrentCatalogue(lambda: built, built=built)
    with TestClient(create_app(settings, current), raise_server_exceptions=False) as client:
        client.headers.clear()  # no Accept: each test says what it accepts
        yield client


@pytest.fixture
def serving(built):
    """Serve the embedded sample in process under other settings; each is a field of `Settings` and a flag's text."""
    with ExitStack() as stack:

        def serve(**flags):
            current = CurrentCatalogue(lambda: built, built=built)
            app = create_app(settled(flags, {}), current)
            client = stack.enter_context(TestClient(app, raise_server_exceptions=False))
            client.headers.clear()
            return client

        yield serve


@pytest.fixture
def run(built):
    """Run a test's steps on a connection to the sample, under settings that are given as flags."""

    def run(steps, lifecycle=None, **flags):
        async def within():
            settings, ends = settled(flags, {}), lifecycle or Lifecycle()
            current = CurrentCatalogue(lambda: built, built=built)
            connection = Connection(loaded(create_app(settings, current, lifecycle=ends), settings, ends))
            try:
                return await steps(connection)
            finally:
                connection.protocol.connection_lost(None)

        return asyncio.run(within())

    return run
