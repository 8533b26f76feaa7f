"""The pages for browsers: the files that web/ is built into, or a plain page that says how to get them.

All files are listed once, when the server starts; what is asked for is looked up by name, so no path leads out of
the folder. Files under assets/ carry a digest of their content in their names: browsers keep them for ever. The
pages themselves are asked for again each time, and answered by 304 where they are the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

FOLDER = Path(__file__).parent / "pages"
"""Where web/build.py puts what it builds. The wheel holds it too."""

ASSETS = "assets/"
"""The folder of files with a digest of their content in their names."""

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""Content encodings, best first, and the endings of the files that are so encoded."""

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
}

_SELF_ONLY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
BROWSE_POLICY: Mapping[str, str] = _SELF_ONLY
GRAPHIQL_POLICY: Mapping[str, str] = {
    **_SELF_ONLY,
    # Monaco and GraphiQL's dialogs make style elements and attributes as they run; scripts stay our own files.
    "style-src": "'self' 'unsafe-inline'",
    # Monaco's style sheet embeds its icons' font.
    "font-src": "'self' data:",
}


@dataclass(frozen=True, slots=True)
class File:
    """One file, and the same file encoded."""

    path: Path
    media_type: str
    tag: str
    encoded: Mapping[str, Path]

    @classmethod
    def at(cls, path: Path, *, named_by_content: bool) -> File:
        """Look at a file and at its encoded siblings; its tag is its name where that holds a digest of its content."""
        siblings = {name: path.with_name(path.name + ending) for name, ending in ENCODINGS.items()}
        return cls(
            path,
            MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
            path.name if named_by_content else hashlib.sha256(path.read_bytes()).hexdigest()[:32],
            {name: sibling for name, sibling in siblings.items() if sibling.exists()},
        )

    def response(self, request: Request, headers: Mapping[str, str]) -> Response:
        """Answer with the file as the browser takes it, or with 304 where it has it."""
        encoding = next((name for name in self.encoded if _takes(request, name)), None)
        etag = f'"{self.tag}{f"-{encoding}" if encoding else ""}"'
        vary = ", ".join(filter(None, [headers.get("Vary"), "Accept-Encoding"]))
        headers = {"X-Content-Type-Options": "nosniff", **headers, "ETag": etag, "Vary": vary}
        if _has(request, etag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        if encoding:
            headers["Content-Encoding"] = encoding
        path = self.encoded[encoding] if encoding else self.path
        return FileResponse(path, headers=headers, media_type=self.media_type)


def _takes(request: Request, encoding: str) -> bool:
    offers = (offer.strip() for line in request.headers.getlist("accept-encoding") for offer in line.split(","))
    for offer in offers:
        name, _, weight = offer.replace(" ", "").partition(";q=")
        if name.lower() == encoding:
            return weight.strip("0.") != "" or weight == ""
    return False


def _has(request: Request, etag: str) -> bool:
    known = ",".join(request.headers.getlist("if-none-match"))
    return known.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in known.split(","))


def _listed(folder: Path) -> Iterator[tuple[str, File]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and path.suffix not in ENCODINGS.values() and not name.startswith("."):
            yield name, File.at(path, named_by_content=name.startswith(ASSETS))


@dataclass(frozen=True, slots=True)
class Pages:
    """The built files by name; none where nothing was built."""

    files: Mapping[str, File]

    @classmethod
    def of(cls, folder: Path) -> Pages:
        """List a folder, which need not exist."""
        return cls(dict(_listed(folder)))

    def browse(self, request: Request) -> Response:
        """Answer with the page at /."""
        return self._page(request, "index.html", BROWSE_POLICY, {})

    def graphiql(self, request: Request) -> Response:
        """Answer with GraphiQL. Its address answers other media types too, hence `Vary`."""
        return self._page(request, "graphiql.html", GRAPHIQL_POLICY, {"Vary": "Accept"})

    async def asset(self, request: Request) -> Response:
        """Answer with a file under assets/."""
        file = self.files.get(f"{ASSETS}{request.path_params['name']}")
        if file is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        # A worker has the policy of its own file, and nothing to fetch: stricter than the page's.
        return file.response(request, {"Cache-Control": FOREVER, "Content-Security-Policy": _written(_SELF_ONLY)})

    def _page(
        self, request: Request, name: str, policy: Mapping[str, str], more_headers: Mapping[str, str]
    ) -> Response:
        headers = {
            "Cache-Control": ASK_AGAIN,
            "Content-Security-Policy": _written(policy),
            "Referrer-Policy": "same-origin",
            **more_headers,
        }
        file = self.files.get(name)
        return file.response(request, headers) if file else HTMLResponse(_NOT_BUILT, headers=headers)


def _written(policy: Mapping[str, str]) -> str:
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())


@cache
def built_pages() -> Pages:
    """Return the pages that this server has, listed once."""
    return Pages.of(FOLDER)


def graphiql_page(request: Request) -> Response:
    """Answer with GraphiQL, or with the plain page."""
    return built_pages().graphiql(request)


def browse_page(pages: Pages) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint at /."""

    async def endpoint(request: Request) -> Response:
        return pages.browse(request)

    return endpoint


_NOT_BUILT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>specgraph: the pages are not built</title>
</head>
<body>
<main>
<h1>specgraph is running; its pages are not built</h1>
<p>The GraphQL API answers: send a POST to <code>/graphql</code>. Its schema is at
<a href="schema.graphql">/schema.graphql</a>.</p>
<pre>curl -s localhost:8000/graphql -H 'content-type: application/json' \\
  -d '{"query": "{ snapshots { name specCount stackCount } }"}'</pre>
<p>GraphiQL and the browse page are built from <code>web/</code> with packages from an npm registry. No registry was
reached when this server was installed. To get the pages, in the checkout, do one of these and start the server
again:</p>
<ul>
<li><code>make pages</code> where npm reaches a registry (<code>npm config set registry ADDRESS</code> names a mirror).
Node.js comes from the Python package index where there is none.</li>
<li>Run <code>make pages</code> on another machine and copy the folder <code>server/pages/</code> here.</li>
<li>Install a wheel that was built elsewhere (<code>pip wheel .</code>): it holds the pages.</li>
</ul>
</main>
</body>
</html>
"""
