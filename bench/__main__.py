"""`python -m bench`: what a request costs, beside servers that others would have written.

100,000 generated specs, the operations of `bench/operations`, each server one process, each request over HTTP. Bodies
are compared first. Rounds interleave the servers, ratios are within a round, and the table has the medians over the
rounds; its ratios are appended to `bench/history.jsonl`. `docs/performance.md` says how to read it.

`python -m bench.sample` and `python -m bench.scale` measure other things.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.client import request_bytes
from bench.data import FOLDER, data_of
from bench.peers.running import FRAGMENTS_OFF, Candidate, all_running, bare, mercurius, specgraph, stock
from bench.servers import CLIENT_CORES, Server
from bench.table import MEMOISED, PLAIN, ratios, rows

HERE = Path(__file__).parent
SPECS = 100_000

WARM_SECONDS = 1.0
"""CPU time that a server uses for an operation before it is measured: compilers and caches are warm then."""

SLICE_SECONDS = 0.25
"""CPU time of a server that is measured for one operation in one round, at least one request."""

Requests = Mapping[str, bytes]


def operations() -> dict[str, str]:
    """Return the documents by name."""
    return {path.stem: path.read_text() for path in sorted((HERE / "operations").glob("*.graphql"))}


def candidates_of(specs: int) -> list[Candidate]:
    """Return specgraph and the peers; the bodies that the bare application sends are specgraph's own."""
    data = data_of(specs)
    served, plain = specgraph(MEMOISED, data, {}), specgraph(PLAIN, data, FRAGMENTS_OFF)
    bodies = FOLDER / "bodies"
    bodies.mkdir(exist_ok=True)
    with served.running() as server:
        for name, document in operations().items():
            body, _ = server.ask(request_bytes(server.port, served.path, document))
            (bodies / name).write_bytes(body)
    node = mercurius(data)
    if node is None:
        print("no node, no npm: measured without Mercurius", file=sys.stderr)
    return [served, plain, bare(bodies), *([node] if node else []), stock(data)]


def requests_of(candidate: Candidate, server: Server) -> Requests:
    """Return the bytes of each operation's request to a server."""
    return {
        name: request_bytes(server.port, candidate.path.format(operation=name), document)
        for name, document in operations().items()
    }


def check_equal(servers: Mapping[str, Server], requests: Mapping[str, Requests]) -> None:
    """Compare the answers of all servers as JSON; raises `AssertionError` where they differ or hold errors."""
    for operation in operations():
        bodies = {name: json.loads(server.ask(requests[name][operation])[0]) for name, server in servers.items()}
        expected = bodies[MEMOISED]
        assert "errors" not in expected, expected
        for name, body in bodies.items():
            assert body == expected, f"{operation}: {name} answers otherwise than specgraph"


def warmed(server: Server, request: bytes) -> int:
    """Warm a server up, and return how many requests make a slice."""
    begun, count = server.cpu_seconds(), 1
    while True:
        _, each = server.ask(request, count)
        if server.cpu_seconds() - begun > WARM_SECONDS:
            return max(1, round(SLICE_SECONDS / each))
        count = min(2 * count, 1_000)


def measure(
    servers: Mapping[str, Server], requests: Mapping[str, Requests], *, rounds: int, connections: Sequence[int]
) -> dict[int, dict[str, dict[str, list[float]]]]:
    """Return by connections, operation and candidate the CPU seconds of a request in each round."""
    measured: dict[int, dict[str, dict[str, list[float]]]] = {count: {} for count in connections}
    for operation in operations():
        slices = {name: warmed(server, requests[name][operation]) for name, server in servers.items()}
        for count, found in measured.items():
            found[operation] = {name: [] for name in servers}
            for number in range(rounds):
                for name in list(servers) if number % 2 else list(servers)[::-1]:
                    requests_asked = max(slices[name], count)
                    _, seconds = servers[name].ask(requests[name][operation], requests_asked, connections=count)
                    found[operation][name].append(seconds)
    return measured


def main() -> None:
    """Measure, print, and append to the history."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--specs", type=int, default=SPECS, help=f"how many specs to generate ({SPECS})")
    options.add_argument("--rounds", type=int, default=7, help="rounds that medians are taken of (7)")
    options.add_argument(
        "--connections",
        type=int,
        nargs="+",
        default=[4, 1],
        metavar="COUNT",
        help="connections with a request under way, a table for each count (4 1)",
    )
    options.add_argument("--no-stock", action="store_true", help="without Strawberry over networkx, which takes 3 GB")
    options.add_argument("--no-history", action="store_true", help="do not append to bench/history.jsonl")
    chosen = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers end too
    os.sched_setaffinity(0, CLIENT_CORES)
    candidates = [c for c in candidates_of(chosen.specs) if not (chosen.no_stock and c.name == "stock")]
    with all_running(candidates) as servers:
        requests = {candidate.name: requests_of(candidate, servers[candidate.name]) for candidate in candidates}
        check_equal(servers, requests)
        measured = measure(servers, requests, rounds=chosen.rounds, connections=chosen.connections)
        memory = {name: server.memory() for name, server in servers.items()}
    for count, found in measured.items():
        print(f"{count} connection{'s' * (count > 1)}, a request under way on each\n")
        print("\n".join(rows(found)), end="\n\n")
    print("memory: " + ", ".join(f"{name} {held / 2**20:,.0f} MiB" for name, held in memory.items()))
    if not chosen.no_history:
        append_to_history({count: ratios(found) for count, found in measured.items()}, chosen.specs)


def append_to_history(found: Mapping[int, Mapping[str, Mapping[str, float]]], specs: int) -> None:
    """Append the ratios by connections, and nothing absolute, to the history."""
    entry = {
        "on": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "specs": specs,
        "ratios": {
            "requests" if count == 1 else f"requests, {count} connections": {
                line: {peer: round(ratio, 3) for peer, ratio in peers.items()} for line, peers in lines.items()
            }
            for count, lines in found.items()
        },
    }
    with (HERE / "history.jsonl").open("a") as history:
        history.write(json.dumps(entry) + "\n")


if __name__ == "__main__":
    main()
