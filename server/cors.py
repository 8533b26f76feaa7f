"""Which pages of other sites may ask from a browser (Fetch standard, section "HTTP-CORS protocol").

No cookies and no other credentials of a browser count here, so none are allowed; a token is sent by the page itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from starlette.types import Message, Send

from server.reply import SECURITY, Header, Reply
from server.request_body import Headers

ANY = "*"
PREFLIGHT_SECONDS = b"86400"
_EXPOSED = b"ETag, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
_ALLOWED_HEADERS = b"Accept, Authorization, Content-Type, If-None-Match, Traceparent, X-Request-Id"


@dataclass(frozen=True, slots=True)
class Cors:
    """The origins that are allowed; `*` is any."""

    origins: frozenset[str]

    def is_preflight(self, method: str, headers: Headers) -> bool:
        """Tell a browser's question whether it may ask."""
        return method == "OPTIONS" and b"origin" in headers and b"access-control-request-method" in headers

    def preflight(self, headers: Headers) -> Reply:
        """Answer such a question; an origin that is not allowed is told nothing."""
        allowed = self._allowing(headers)
        if allowed:
            allowed += [
                (b"access-control-allow-methods", b"GET, HEAD, POST"),
                (b"access-control-allow-headers", _ALLOWED_HEADERS),
                (b"access-control-max-age", PREFLIGHT_SECONDS),
            ]
        vary = (b"vary", b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
        return Reply(HTTPStatus.NO_CONTENT, [vary, *allowed, *SECURITY], b"")

    def sender(self, headers: Headers, send: Send) -> Send:
        """Return a `send` that tells the browser whether its page may read the answer."""
        more = [*self._allowing(headers), (b"vary", b"Origin")]
        if len(more) > 1:
            more.append((b"access-control-expose-headers", _EXPOSED))

        async def send_allowed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *more]
            await send(message)

        return send_allowed

    def _allowing(self, headers: Headers) -> list[Header]:
        origin = headers.get(b"origin")
        if origin is None:
            return []
        if ANY in self.origins:
            return [(b"access-control-allow-origin", b"*")]
        allowed = origin.decode("latin-1") in self.origins
        return [(b"access-control-allow-origin", origin)] if allowed else []
