"""Who is let in: tokens with scopes, host names, other sites' pages; and the headers of every answer."""

import hashlib
import hmac

import pytest
from click.testing import CliRunner

from server.access import Access, Scope, new_token, read_tokens
from server.cli import main
from server.errors import BadTokens

TYPENAME = {"query": "{ __typename }"}
SECURITY = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
}


@pytest.fixture
def tokens(tmp_path):
    """Return a file of tokens, and the text of each by its scope."""
    path, texts, lines = tmp_path / "tokens", {}, ["# who may ask", ""]
    for scope in Scope:
        texts[scope], line = new_token(f"a-{scope}", frozenset({scope}))
        lines.append(line)
    path.write_text("\n".join(lines))
    return path, texts


def ask(client, token=None, kind="Bearer", **headers):
    given = {"authorization": f"{kind} {token}"} if token else {}
    return client.post("/graphql", json=TYPENAME, headers={**given, **headers})


def code(response):
    [error] = response.json()["errors"]
    return error["extensions"]["code"]


def test_without_the_setting_everybody_may_ask(serving):
    assert ask(serving()).status_code == 200


def test_a_token_lets_in_whoever_has_it(serving, tokens):
    path, texts = tokens
    client = serving(tokens=str(path))
    assert ask(client, texts[Scope.QUERY]).json() == {"data": {"__typename": "Query"}}
    assert ask(client, texts[Scope.QUERY], kind="bearer").status_code == 200
    assert ask(client, texts[Scope.ADMIN]).status_code == 200
    for response in (ask(client), ask(client, texts[Scope.QUERY], kind="Basic")):
        assert (response.status_code, code(response)) == (401, "UNAUTHORIZED")
        assert response.headers["www-authenticate"] == 'Bearer realm="specgraph"'
    wrong = ask(client, texts[Scope.QUERY][:-1] + "_")
    assert (wrong.status_code, code(wrong)) == (401, "UNAUTHORIZED")
    assert wrong.headers["www-authenticate"] == 'Bearer realm="specgraph", error="invalid_token"'


def test_a_token_is_for_its_scope_alone(serving, tokens):
    path, texts = tokens
    client = serving(tokens=str(path))
    refused = ask(client, texts[Scope.METRICS])
    assert (refused.status_code, code(refused)) == (403, "FORBIDDEN")
    assert 'error="insufficient_scope", scope="query"' in refused.headers["www-authenticate"]
    headers = {"authorization": f"Bearer {texts[Scope.QUERY]}"}
    assert client.get("/schema.graphql").status_code == 401
    assert client.get("/schema.graphql", headers=headers).status_code == 200
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers=headers).status_code == 403


def test_supervisors_and_browsers_need_no_token(serving, tokens):
    client = serving(tokens=str(tokens[0]))
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    assert client.get("/graphql", headers={"accept": "text/html"}).status_code == 200


def test_what_a_token_reads_is_not_for_shared_caches(serving, tokens):
    path, texts = tokens
    headers = {"authorization": f"Bearer {texts[Scope.QUERY]}"}
    client = serving(tokens=str(path), cache_seconds="60")
    response = client.get("/graphql", params=TYPENAME, headers=headers)
    assert response.headers["cache-control"] == "private, max-age=60"
    tagged = {"if-none-match": response.headers["etag"]}
    assert client.get("/graphql", params=TYPENAME, headers=tagged).status_code == 401


def test_an_admin_is_not_held_to_a_budget_and_others_by_their_tokens(serving, tokens):
    path, texts = tokens
    client = serving(tokens=str(path), rate="1")
    assert [ask(client, texts[Scope.ADMIN]).status_code for _ in range(3)] == [200, 200, 200]
    assert [ask(client, texts[Scope.QUERY]).status_code for _ in range(2)] == [200, 429]


def test_the_file_holds_hashes_alone(tokens):
    path, texts = tokens
    for text in texts.values():
        assert text not in path.read_text()
    assert {token.digest for token in read_tokens(path)} == {
        hashlib.sha256(text.encode()).digest() for text in texts.values()
    }


def test_every_token_is_compared_in_constant_time_whatever_is_brought(tokens, monkeypatch):
    path, texts = tokens
    compared = []
    compare = hmac.compare_digest

    def spying(one, other):
        compared.append(one)
        return compare(one, other)

    access = Access.of(path)
    monkeypatch.setattr("server.access.hmac.compare_digest", spying)
    access.token(texts[Scope.QUERY].encode(), Scope.QUERY)
    assert len(compared) == len(texts)


def test_a_token_that_is_taken_out_of_the_file_is_refused_from_then_on(serving, tokens, monkeypatch):
    monkeypatch.setattr("server.access.LOOK_EVERY_SECONDS", 0.0)
    path, texts = tokens
    client = serving(tokens=str(path))
    assert ask(client, texts[Scope.QUERY]).status_code == 200
    kept = [line for line in path.read_text().splitlines() if not line.startswith("a-query")]
    path.write_text("\n".join(kept))
    assert ask(client, texts[Scope.QUERY]).status_code == 401
    assert ask(client, texts[Scope.ADMIN]).status_code == 200
    path.write_text("nonsense")
    assert ask(client, texts[Scope.ADMIN]).status_code == 401
    path.unlink()
    assert ask(client, texts[Scope.ADMIN]).status_code == 401


@pytest.mark.parametrize(
    "line",
    [
        "name",
        "name query sha256:00",
        "name query md5:" + "0" * 64,
        "name everything sha256:" + "0" * 64,
        "name query sha256:" + "x" * 64,
        "a name query sha256:" + "0" * 64,
    ],
)
def test_a_line_that_is_no_token_is_refused_with_its_number(tmp_path, line):
    path = tmp_path / "tokens"
    path.write_text(f"# one\n{line}\n")
    with pytest.raises(BadTokens, match=r"tokens:2: a line is NAME SCOPES sha256:HEX"):
        read_tokens(path)


def test_the_command_makes_a_token_that_lets_in(serving, tmp_path):
    path = tmp_path / "tokens"
    made = CliRunner().invoke(main, ["token", "ci", "--scopes", "query,metrics", "--tokens", str(path)])
    assert made.exit_code == 0, made.output
    text = made.output.strip()
    [token] = read_tokens(path)
    assert (token.name, token.scopes) == ("ci", frozenset({Scope.QUERY, Scope.METRICS}))
    assert path.stat().st_mode & 0o077 == 0  # for its owner alone
    assert ask(serving(tokens=str(path)), text).status_code == 200
    again = CliRunner().invoke(main, ["token", "ci", "--scopes", "query", "--tokens", str(path)])
    assert again.exit_code == 1
    assert "has a token named ci already" in again.output
    wrong = CliRunner().invoke(main, ["token", "x", "--scopes", "all", "--tokens", str(path)])
    assert wrong.exit_code == 2
    assert "query, metrics or admin" in wrong.output


@pytest.mark.parametrize("path", ["/graphql", "/healthz", "/readyz", "/schema.graphql", "/nothing-here"])
def test_every_answer_has_the_security_headers(serving, path):
    response = serving().get(path)
    assert {name: response.headers[name] for name in SECURITY} == SECURITY


@pytest.mark.parametrize("path", ["/", "/graphql"])
def test_a_page_has_a_policy_of_its_own(serving, path):
    response = serving().get(path, headers={"accept": "text/html"})
    assert response.headers["content-type"].startswith("text/html")
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert len(response.headers.get_list("content-security-policy")) == 1


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("example.org", True),
        ("EXAMPLE.ORG:8000", True),
        ("a.example.net", True),
        ("example.net", False),
        ("example.org.evil.net", False),
        ("evilexample.net", False),
        ("[::1]:80", True),
        ("", False),
    ],
)
def test_only_hosts_that_are_allowed_are_answered_to(serving, host, allowed):
    client = serving(allowed_hosts="example.org,*.example.net,[::1]")
    for path in ("/graphql", "/healthz"):
        response = client.get(path, params=TYPENAME, headers={"host": host})
        assert response.status_code == (200 if allowed else 421)
        if not allowed:
            assert code(response) == "MISDIRECTED_REQUEST"


def test_other_sites_pages_may_ask_where_they_are_allowed(serving):
    client = serving(cors_origins="https://example.org")
    asking = {"origin": "https://example.org", "access-control-request-method": "POST"}
    preflight = client.options("/graphql", headers=asking)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "https://example.org"
    assert preflight.headers["access-control-allow-methods"] == "GET, HEAD, POST"
    answered = ask(client, origin="https://example.org")
    assert answered.headers["access-control-allow-origin"] == "https://example.org"
    assert "ETag" in answered.headers["access-control-expose-headers"]
    for response in (
        client.options("/graphql", headers={**asking, "origin": "https://evil.net"}),
        ask(client, origin="https://evil.net"),
        ask(client),
        ask(serving(), origin="https://example.org"),
    ):
        assert "access-control-allow-origin" not in response.headers


def test_any_site_may_ask_where_that_is_the_setting(serving):
    assert ask(serving(cors_origins="*"), origin="https://a.org").headers["access-control-allow-origin"] == "*"


def test_graphiql_can_be_switched_off(serving):
    response = serving(graphiql=False).get("/graphql", headers={"accept": "text/html"})
    assert (response.status_code, code(response)) == (406, "NOT_ACCEPTABLE")
