"""Everything at once against one server: questions, new operations, refusals, garbage, half-open clients, swaps.

What is looked for is what is lost (a request without its answer), what leaks (memory, open files), what stalls (a
question that is asked meanwhile by one who waits). The load is a number of rounds, not of seconds.
"""

from __future__ import annotations

import http.client
import json
import random
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.server.live import LiveServer, until
from tests.server.processes import connected, descriptors, workers_of

CLIENTS = 4
WORKERS = 2
QUESTIONS = (
    "query Packages { packages(first: 20) { totalCount nodes { name latestVersion } } }",
    'query Builds { specs(first: 20, matching: "hdf5") { totalCount nodes { hash version } } }',
    "query Stacks { stacks(first: 20) { nodes { name specCount } } }",
    'query Dependents { package(name: "zlib-ng") { dependents(transitive: true) { totalCount } } }',
)
REFUSED = (
    ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
    ("{", "GRAPHQL_PARSE_FAILED"),
    ("{ specs(first: 1000000) { totalCount } }", "PAGE_TOO_LARGE"),
    ('{ specs(matching: "@") { totalCount } }', "SPEC_SYNTAX"),
)


@dataclass
class Seen:
    """What one load has seen; `lost` are requests without the answer that belongs to them."""

    answered: int = 0
    refused: int = 0
    garbage: int = 0
    lost: list[str] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    cpu_seconds: float = 0.0
    seconds: float = 0.0
    slowest: float = 0.0


class Client(threading.Thread):
    """Asks so many times, by one connection for as long as that lasts."""

    def __init__(self, server: LiveServer, rounds: int, seed: int, seen: Seen, expected: dict[str, bytes]) -> None:
        super().__init__(daemon=True)
        self._address = urlsplit(server.address)
        self._server = server
        self._rounds = rounds
        self._random = random.Random(seed)
        self._seen = seen
        self._expected = expected
        self._seed = seed
        self._connection = self._connected()

    def _connected(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(str(self._address.hostname), self._address.port, timeout=120)

    def run(self) -> None:
        """Ask."""
        for number in range(self._rounds):
            chance = self._random.random()
            try:
                if chance < 0.05:
                    self._garbage()
                elif chance < 0.2:
                    self._refusal()
                else:
                    self._question(number, new=chance < 0.5)
            except Exception as error:  # noqa: BLE001 (whatever it is, something was lost)
                self._seen.lost.append(repr(error))
                self._connection.close()
                self._connection = self._connected()
        self._connection.close()

    def _ask(self, query: str) -> bytes:
        body = json.dumps({"query": query})
        begun = time.perf_counter()
        self._connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse().read()
        self._seen.slowest = max(self._seen.slowest, time.perf_counter() - begun)
        return answer

    def _question(self, number: int, *, new: bool) -> None:
        query = self._random.choice(QUESTIONS)
        asked = query.replace("query ", f"query C{self._seed}R{number}", 1) if new else query
        if self._ask(asked) != self._expected[query]:
            self._seen.lost.append(f"another answer to {asked}")
        self._seen.answered += 1

    def _refusal(self) -> None:
        query, code = self._random.choice(REFUSED)
        found = json.loads(self._ask(query))["errors"][0]["extensions"]["code"]
        if found != code:
            self._seen.lost.append(f"{found} for {query}")
        self._seen.refused += 1

    def _garbage(self) -> None:
        with connected(self._server) as connection:
            connection.sendall(self._random.randbytes(self._random.randrange(1, 2_000)))
        self._seen.garbage += 1


def resident(pid: int) -> int:
    """Return the memory of a process that is its own, in bytes: what it shares is not counted."""
    fields = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, _, value = line.partition(":")
        fields[name] = int(value.split()[0]) * 1024
    return fields["Private_Clean"] + fields["Private_Dirty"]


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has taken."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / 100


def soak(server: LiveServer, *, waves: int, rounds: int) -> Seen:
    """Put so many waves on the server, each of so many requests by each client, and swap the snapshot in each."""
    parent = server.process.pid
    processes = sorted(until(lambda: len(found := workers_of(parent)) == WORKERS and found))
    expected = {query: json.dumps(None).encode() for query in QUESTIONS}
    seen = Seen()
    first = Client(server, 0, 0, seen, expected)
    expected.update({query: first._ask(query) for query in QUESTIONS})
    first.run()
    begun, cpu = time.monotonic(), sum(map(cpu_seconds, processes))
    for wave in range(waves):
        clients = [Client(server, rounds, CLIENTS * wave + number, seen, expected) for number in range(CLIENTS)]
        half_open = [connected(server) for _ in range(CLIENTS)]
        for connection in half_open:
            connection.sendall(b"POST /graphql HTTP/1.1\r\nHost:")
        for client in clients:
            client.start()
        server.process.send_signal(signal.SIGHUP)
        for client in clients:
            client.join()
        for connection in half_open:
            connection.close()
        seen.resident.append(sum(map(resident, processes)))
        seen.files.append(sum(map(descriptors, processes)))
    seen.seconds = time.monotonic() - begun
    seen.cpu_seconds = sum(map(cpu_seconds, processes)) - cpu
    if sorted(workers_of(parent)) != processes:
        seen.lost.append("a worker ended")
    return seen
