"""Which other sites' pages may ask this server: CORS, by Starlette."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

PREFLIGHT_SECONDS = 24 * 3600
"""How long a browser may keep the permission; Chromium and Firefox have lower bounds of their own."""


def cross_origin(origins: str) -> list[Middleware]:
    """Return the middleware that lets pages of these origins (separated by blanks) ask; none where there are none.

    The API knows no cookies and no logins, so credentials are not allowed. Any request header is: clients add theirs.
    """
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=origins.split(),
            allow_methods=["GET", "POST"],
            allow_headers=["*"],
            expose_headers=["ETag", "Retry-After"],
            max_age=PREFLIGHT_SECONDS,
        )
    ]
