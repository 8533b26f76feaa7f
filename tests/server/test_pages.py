"""The files for browsers: which answer, how long it is kept, what the page may do."""

import gzip

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from server.pages import ASSETS, Pages, browse_page

SCRIPT = "main-C0ntent1.js"
SCRIPT_TEXT = b"export {};\n"
PAGE = b"<!doctype html><title>browse</title>\n"
POLICY = "default-src 'none'; script-src 'self'"


@pytest.fixture
def folder(tmp_path):
    """What web/ is built into, in small."""
    assets = tmp_path / "pages" / "assets"
    assets.mkdir(parents=True)
    (assets / SCRIPT).write_bytes(SCRIPT_TEXT)
    (assets / f"{SCRIPT}.gz").write_bytes(gzip.compress(SCRIPT_TEXT))
    (assets / f"{SCRIPT}.br").write_bytes(b"brotli")
    (tmp_path / "pages" / "index.html").write_bytes(PAGE)
    (tmp_path / "pages" / "graphiql.html").write_bytes(b"<!doctype html><title>graphiql</title>\n")
    (tmp_path / "pages" / ".sources").write_text("a digest")
    (tmp_path / "secret").write_text("not a page")
    return tmp_path / "pages"


def client_of(folder):
    pages = Pages.of(folder)

    async def graphiql(request: Request) -> Response:
        return pages.graphiql(request)

    routes = [
        Route("/", browse_page(pages)),
        Route("/graphql", graphiql),
        Route("/assets/{name}", pages.asset),
    ]
    client = TestClient(Starlette(routes=routes))
    client.headers.clear()
    return client


@pytest.fixture
def client(folder):
    return client_of(folder)


def test_a_page_is_asked_for_again_each_time(client):
    response = client.get("/")
    assert (response.status_code, response.content) == (200, PAGE)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"


def test_a_page_that_the_browser_has_is_not_sent_again(client):
    tag = client.get("/").headers["etag"]
    for known in (tag, f'"other", W/{tag}', "*"):
        again = client.get("/", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get("/", headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_tag_of_a_page_follows_its_content(client, folder):
    before = client.get("/").headers["etag"]
    (folder / "index.html").write_bytes(PAGE + b"more")
    assert client_of(folder).get("/").headers["etag"] != before


def test_an_asset_is_kept_for_ever(client):
    response = client.get(f"/{ASSETS}{SCRIPT}")
    assert (response.status_code, response.content) == (200, SCRIPT_TEXT)
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.0, gzip;q=0", None),
        ("identity", None),
        ("", None),
    ],
)
def test_an_asset_is_sent_as_the_browser_takes_it(client, accepted, encoding):
    with client.stream("GET", f"/{ASSETS}{SCRIPT}", headers={"Accept-Encoding": accepted}) as response:
        sent = b"".join(response.iter_raw())
    assert response.headers.get("content-encoding") == encoding
    assert response.headers["vary"] == "Accept-Encoding"
    expected = {"br": b"brotli", "gzip": SCRIPT_TEXT, None: SCRIPT_TEXT}[encoding]
    assert (gzip.decompress(sent) if encoding == "gzip" else sent) == expected


def test_one_asset_in_two_encodings_has_two_tags(client):
    tags = set()
    for accepted in ("br", "gzip", "identity"):
        with client.stream("GET", f"/{ASSETS}{SCRIPT}", headers={"Accept-Encoding": accepted}) as response:
            tags.add(response.headers["etag"])
    assert len(tags) == 3


def test_head_answers_without_a_body(client):
    response = client.head(f"/{ASSETS}{SCRIPT}")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == str(len(SCRIPT_TEXT))


@pytest.mark.parametrize(
    "path", ["assets/other.js", "assets/..%2Findex.html", "assets/..%2F..%2Fsecret", "assets/%2E%2E/secret", ".sources"]
)
def test_nothing_but_the_listed_files_is_sent(client, path):
    assert client.get(f"/{path}").status_code == 404


def test_an_encoded_sibling_is_no_file_of_its_own(client):
    assert client.get(f"/{ASSETS}{SCRIPT}.gz").status_code == 404


@pytest.mark.parametrize("path", ["/", "/graphql", f"/{ASSETS}{SCRIPT}"])
def test_no_other_host_and_no_inline_script(client, path):
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith(POLICY)
    assert "script-src 'self';" in headers["content-security-policy"]
    assert "worker-src 'self';" in headers["content-security-policy"]
    assert "connect-src 'self';" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_inline_styles_are_graphiqls_alone(client):
    assert "unsafe-inline" not in client.get("/").headers["content-security-policy"]
    assert "style-src 'self' 'unsafe-inline'" in client.get("/graphql").headers["content-security-policy"]


def test_graphiql_shares_its_address_with_other_types(client):
    assert client.get("/graphql").headers["vary"] == "Accept, Accept-Encoding"


@pytest.mark.parametrize("path", ["/", "/graphql"])
def test_without_pages_a_plain_one_says_how_to_get_them(tmp_path, path):
    response = client_of(tmp_path / "nothing").get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "its pages are not built" in response.text
    assert "make pages" in response.text
    assert "<script" not in response.text


def test_the_api_answers_without_pages(tmp_path):
    assert client_of(tmp_path / "nothing").get(f"/{ASSETS}{SCRIPT}").status_code == 404
