"""`python -m bench.profiled q2_specs [--plain]`: where one request's time goes inside specgraph.

The application is asked in process, without a socket: what uvicorn and the system add is the difference to `make
bench`. `--plain` memoises nothing. Times under a profiler are longer than they are without; their shares are what
counts, and the first line has the time without it.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import time
from typing import Any

import orjson

from bench.__main__ import SPECS, operations
from bench.data import data_of
from server.app import create_app
from server.current import CurrentCatalogue
from server.settings import settled
from server.snapshot_file import opened

CALLS = 300
LINES = 25

Message = dict[str, Any]


async def asked(application: Any, body: bytes) -> int:
    """Ask once as a POST, and return how many bytes the answer has."""
    headers = [(b"content-type", b"application/json"), (b"accept", b"application/json"), (b"host", b"bench")]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "root_path": "",
        "http_version": "1.1",
        "scheme": "http",
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "headers": [*headers, (b"content-length", str(len(body)).encode())],
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await application(scope, receive, send)
    assert sent[0]["status"] == 200, sent
    return sum(len(message.get("body", b"")) for message in sent[1:])


async def profiled(application: Any, body: bytes) -> None:
    """Ask until it is warm, then with a clock, then with a profiler, and print."""
    for _ in range(CALLS):
        size = await asked(application, body)
    begun = time.process_time()
    for _ in range(CALLS):
        await asked(application, body)
    print(f"{(time.process_time() - begun) / CALLS * 1e3:.3f} ms a request, {size:,} bytes")
    with cProfile.Profile() as profile:
        for _ in range(CALLS):
            await asked(application, body)
    pstats.Stats(profile).sort_stats("tottime").print_stats(LINES)


def main() -> None:
    """Open the data, make the application, profile."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("operation", choices=sorted(operations()))
    options.add_argument("--plain", action="store_true", help="keep no parts of answers")
    options.add_argument("--specs", type=int, default=SPECS, help=f"how many specs to generate ({SPECS})")
    chosen = options.parse_args()
    path = data_of(chosen.specs).snapshot
    environment = {"SPECGRAPH_RATE": "0"} | ({"SPECGRAPH_FRAGMENT_CACHE_SIZE": "0"} if chosen.plain else {})
    built = opened(path, default=None)
    application = create_app(settled({}, environment), CurrentCatalogue(lambda: built, built=built))
    body = orjson.dumps({"query": operations()[chosen.operation]})
    asyncio.run(profiled(application, body))


if __name__ == "__main__":
    main()
