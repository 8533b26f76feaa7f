"""The application over the embedded sample, in-process."""

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.current import CurrentCatalogue
from server.loading import load
from server.settings import settled


@pytest.fixture(scope="session")
def settings():
    return settled({}, {})


@pytest.fixture(scope="session")
def built(settings):
    return load([], settings)


@pytest.fixture(scope="session")
def client(settings, built):
    current = CurrentCatalogue(lambda: built, built=built)
    with TestClient(create_app(settings, current), raise_server_exceptions=False) as client:
        client.headers.clear()  # no Accept: each test says what it accepts
        yield client
