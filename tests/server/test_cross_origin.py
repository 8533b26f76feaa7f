"""Pages of other sites: which may ask, and with what."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.current import CurrentCatalogue

SITE = "https://site.example"
QUESTION = {"query": "{ snapshots { name } }"}


@pytest.fixture
def client_for(settings, built):
    def client(origins):
        current = CurrentCatalogue(lambda: built, built=built)
        return TestClient(create_app(replace(settings, cors_origins=origins), current))

    return client


def preflight(client, origin, method="POST"):
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "content-type,x-client"}
    return client.options("/graphql", headers={"Origin": origin, **asked})


def test_without_the_setting_no_site_is_let_in(client_for):
    client = client_for("")
    answer = client.post("/graphql", json=QUESTION, headers={"Origin": SITE})
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert preflight(client, SITE).status_code == 405


@pytest.mark.parametrize("origins", [SITE, f"http://localhost:3000 {SITE}"])
def test_a_named_site_may_ask(client_for, origins):
    client = client_for(origins)
    permission = preflight(client, SITE)
    assert permission.status_code == 200
    assert permission.headers["access-control-allow-origin"] == SITE
    assert permission.headers["access-control-allow-methods"] == "GET, POST"
    assert permission.headers["access-control-allow-headers"] == "content-type,x-client"
    answer = client.post("/graphql", json=QUESTION, headers={"Origin": SITE})
    assert answer.headers["access-control-allow-origin"] == SITE
    assert "Origin" in answer.headers["vary"]
    assert "Accept" in answer.headers["vary"]


def test_any_other_site_may_not(client_for):
    client = client_for(SITE)
    for other in ("https://other.example", "http://site.example", f"{SITE}:8443"):
        assert preflight(client, other).status_code == 400
        answer = client.post("/graphql", json=QUESTION, headers={"Origin": other})
        assert "access-control-allow-origin" not in answer.headers


def test_all_sites_may_ask_where_the_setting_says_so(client_for):
    client = client_for("*")
    assert client.get("/schema.graphql", headers={"Origin": SITE}).headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in preflight(client, SITE).headers


def test_other_methods_are_not_allowed_across_sites(client_for):
    assert preflight(client_for(SITE), SITE, method="DELETE").status_code == 400
