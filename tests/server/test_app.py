"""Routes beside /graphql, and what the application does before it has something to serve."""

import threading
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from graph.errors import SourceError
from server.app import create_app, from_environment
from server.current import CurrentCatalogue

ROOT = Path(__file__).parents[2]


def test_the_schema_is_served_as_printed(client):
    response = client.get("/schema.graphql")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text == (ROOT / "schema" / "schema.graphql").read_text()


def test_an_unknown_path_is_answered_as_json(client):
    response = client.get("/nothing")
    assert response.status_code == 404
    assert response.json()["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


def test_a_wrong_method_beside_graphql_is_answered_as_json(client):
    response = client.post("/healthz")
    assert response.status_code == 405
    assert response.json()["errors"][0]["extensions"] == {"code": "METHOD_NOT_ALLOWED"}


def test_alive(client):
    response = client.get("/healthz")
    assert (response.status_code, response.text) == (200, "ok\n")


def test_ready_names_the_snapshots_and_their_digests(client, built):
    response = client.get("/readyz")
    assert response.status_code == 200
    body = response.json()
    assert 0 <= body.pop("ageSeconds") < 3600
    assert body == {
        "status": "ready",
        "defaultSnapshot": "v2025.11.0",
        "snapshots": [
            {"name": name, "digest": built.catalogue.snapshot(name).digest}
            for name in ("develop", "develop-2025-10-05", "v2025.07.0", "v2025.11.0")
        ],
        "problems": 0,
        "ingestedAt": built.catalogue.snapshot(None).ingested_at.isoformat().replace("+00:00", "Z"),
        "failure": None,
    }


def test_alive_but_not_ready_while_the_sources_are_read(settings, built):
    go_on, done = threading.Event(), threading.Event()

    def slowly():
        go_on.wait(timeout=60)
        done.set()
        return built

    current = CurrentCatalogue(slowly)
    with TestClient(create_app(settings, current)) as client:
        assert client.get("/healthz").status_code == 200
        loading = client.get("/readyz")
        assert (loading.status_code, loading.json()["status"]) == (503, "loading")
        refused = client.post("/graphql", json={"query": "{ __typename }"})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert refused.json()["errors"][0]["extensions"] == {"code": "NOT_READY"}
        go_on.set()
        wait_until_ready(client)
        assert client.post("/graphql", json={"query": "{ __typename }"}).status_code == 200


def wait_until_ready(client):
    pause = threading.Event()
    for _ in range(600):
        if client.get("/readyz").status_code == 200:
            return
        pause.wait(0.05)
    pytest.fail("not ready after 30 seconds")


def test_a_first_load_that_fails_is_told(settings):
    def fails():
        raise SourceError("expected an index", place="index.json")

    current = CurrentCatalogue(fails)
    assert current.refresh() is False
    with TestClient(create_app(settings, current)) as client:
        response = client.get("/readyz")
        assert (response.status_code, response.json()["status"]) == (503, "failed")
        assert response.json()["failure"]["reason"] == "index.json: expected an index"


def test_a_process_settles_on_what_the_environment_says(monkeypatch, shared_data):
    page = shared_data / "pages" / "_cache" / "develop" / "py-build" / "specs.md"
    monkeypatch.setenv("SPECGRAPH_SOURCES", str(page))
    monkeypatch.setenv("SPECGRAPH_GRAPHIQL", "off")
    with TestClient(from_environment()) as client:
        wait_until_ready(client)
        assert [s["name"] for s in client.get("/readyz").json()["snapshots"]] == ["develop"]
        assert client.get("/graphql", headers={"Accept": "text/html"}).status_code == 406
