"""`python -m bench.memory FILE`: what serving processes hold in memory after mixed queries over all tags.

One process, and then several that share the file (`--workers`), each after 1,000 queries for each process. Its own
memory is what no other process shares (`Private_*` of /proc/PID/smaps_rollup); the rest are the file's pages.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from bench.client import Connection, request_bytes
from bench.replicas import memory, workers

QUERIES_A_PROCESS = 1_000

MIXED = (
    "specs(snapshot: $, first: 100) { totalCount nodes { hash version text target { name } } }",
    'specs(snapshot: $, matching: "%gcc@11", first: 50) { totalCount nodes { hash } }',
    'specs(snapshot: $, matching: "^zlib-ng", first: 50) { totalCount nodes { hash } }',
    'specs(snapshot: $, where: {target: {runsOn: "zen3"}}, first: 100) { totalCount nodes { text } }',
    'specs(snapshot: $, where: {variant: [{name: "mpi", enabled: true}]}, first: 20) { totalCount nodes { hash } }',
    'package(snapshot: $, name: "hdf5") { specCount specs(first: 20) { nodes { hash dependencies { totalCount } } } }',
    "coverage(snapshot: $, rows: STACK, columns: TARGET) { counts }",
    'search(snapshot: $, text: "openbals") { score }',
    'impact(snapshot: $, packages: ["zlib-ng"]) { affectedCount }',
    'installable(snapshot: $, host: {target: "zen3", operatingSystem: "ubuntu22.04"}, first: 20) { totalCount }',
)
"""Root fields with `$` for the snapshot: pages, constraints, facets, search and walks."""


def documents(port: int) -> Iterator[str]:
    """Yield the mixed queries over all snapshots, each query of the last with each snapshot of the first."""
    with Connection.to(port) as connection:
        body = connection.ask(request_bytes(port, "/graphql", "{ snapshots { name } }"))
    names = [found["name"] for found in json.loads(body)["data"]["snapshots"]]
    number = 0
    while True:
        # The two counts have no common divisor that matters: each pair comes once in a round of both.
        field, name = MIXED[number % len(MIXED)], names[(number // len(MIXED) + number) % len(names)]
        yield "{ " + field.replace("$", json.dumps(name)) + " }"
        number += 1


def ask(port: int, count: int) -> None:
    """Ask so many queries, each over a connection of its own, so that all processes get some."""
    for _, document in zip(range(count), documents(port), strict=False):
        with Connection.to(port) as connection:
            answer = json.loads(connection.ask(request_bytes(port, "/graphql", document)))
        if answer.get("errors"):
            raise SystemExit(f"{document}: {answer['errors'][0]['message']}")


def main() -> None:
    """Measure one process, and several."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("file", type=Path, help="a snapshot file, as `specgraph build` makes it")
    options.add_argument("--workers", type=int, nargs="+", default=[1, 3], help="how many processes (1 3)")
    chosen = options.parse_args()
    for count in chosen.workers:
        with workers(chosen.file, count) as (port, pids):
            for when in ("at first", "then"):
                if when == "then":
                    ask(port, QUERIES_A_PROCESS * count)
                for pid in pids:
                    found = memory(pid)
                    print(
                        f"{count} workers, {when}, process {pid}: {found['resident']} MB, own {found['own']}",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
