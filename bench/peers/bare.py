"""The floor: an ASGI application that sends ready bytes, and reads and checks nothing.

`BENCH_BODIES` is a folder; POST /NAME is answered with the bytes of its file NAME.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

BODIES = {f"/{path.name}": path.read_bytes() for path in Path(os.environ["BENCH_BODIES"]).iterdir()}
STARTS = {
    path: {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())],
    }
    for path, body in BODIES.items()
}


async def app(scope: dict[str, Any], _: object, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    """Send the bytes of a path."""
    path = scope["path"]
    await send(STARTS[path])
    await send({"type": "http.response.body", "body": BODIES[path]})
