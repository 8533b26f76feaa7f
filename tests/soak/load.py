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
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.server.live import LiveServer, until
from tests.server.processes import connected, descriptors, everything, request_of, scrape, workers_of

CLIENTS = 4
WORKERS = 2
KEPT = ("cache_bytes", "seen_bytes", "graph_cache_bytes", "persisted_bytes", "prepared_operations", "connections")
"""Gauges that tell what a server keeps."""

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


Garbage = Callable[[random.Random], bytes]


def _noise(chance: random.Random) -> bytes:
    """Return random bytes."""
    return chance.randbytes(chance.randrange(1, 2_000))


def _torn(chance: random.Random) -> bytes:
    """Return a request with some of its bytes changed, or its end gone."""
    request = bytearray(request_of(b'{"query": "{ snapshot { digest } }"}'))
    for _ in range(chance.randrange(1, 8)):
        request[chance.randrange(len(request))] = chance.randrange(256)
    return bytes(request[: chance.randrange(1, len(request) + 1)])


def _body(chance: random.Random) -> bytes:
    """Return a request whose body is random bytes, or JSON of the wrong shape."""
    body = chance.choice((_noise(chance), b"[" * chance.randrange(1, 5_000), b'{"query": 1}', b"null"))
    return request_of(body, b"Connection: close\r\n")


def _head(chance: random.Random) -> bytes:
    """Return a request line of nothing, and headers of random letters, too many of them now and then."""
    lines = (bytes(chance.choices(b"abcXYZ-_:; \t%", k=40)) for _ in range(chance.choice((3, 300))))
    return b"BREW /\x00 HTTP/9.9\r\n" + b"".join(b"X: %b\r\n" % line for line in lines) + b"\r\n"


def _frames(chance: random.Random) -> bytes:
    """Return the handshake of a WebSocket, and then random bytes for frames."""
    return HANDSHAKE + _noise(chance)


HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
ANSWERED: tuple[Garbage, ...] = (_body, _head)
GARBAGE: tuple[Garbage, ...] = (_noise, _torn, _frames, *ANSWERED)


@dataclass
class Seen:
    """What one load has seen; `lost` are requests without the answer that belongs to them."""

    answered: int = 0
    refused: int = 0
    garbage: int = 0
    lost: list[str] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    kept: list[dict[str, float]] = field(default_factory=list)
    cpu_seconds: float = 0.0
    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)

    def wait(self, share: float) -> float:
        """Return the seconds that all but this share of the requests have waited at the most; 0 gives the longest."""
        return sorted(self.waits)[-1 - int(share * len(self.waits))]


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
            try:
                self._one(number)
            except Exception as error:  # noqa: BLE001 (whatever it is, something was lost)
                self._seen.lost.append(repr(error))
                self._connection.close()
                self._connection = self._connected()
        self._connection.close()

    def _one(self, number: int) -> None:
        chance = self._random.random()
        if chance < 0.05:
            self._garbage()
        elif chance < 0.2:
            self._refusal()
        else:
            self._question(number, new=chance < 0.5)

    def invented(self, number: int) -> None:
        """Ask an operation that nobody has asked, and compare the answer."""
        query = self._random.choice(QUESTIONS)
        self._compared(query.replace("query ", f"query D{self._seed}R{number}", 1), query)

    def _ask(self, query: str) -> bytes:
        body = json.dumps({"query": query})
        begun = time.perf_counter()
        self._connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse().read()
        self._seen.waits.append(time.perf_counter() - begun)
        return answer

    def _question(self, number: int, *, new: bool) -> None:
        query = self._random.choice(QUESTIONS)
        asked = query.replace("query ", f"query C{self._seed}R{number}", 1) if new else query
        self._compared(asked, query)

    def _compared(self, asked: str, query: str) -> None:
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
            connection.sendall(self._random.choice(GARBAGE)(self._random))
        self._seen.garbage += 1

    def told(self) -> None:
        """Send garbage of a kind that has its answer, and read that to its end."""
        with connected(self._server) as connection:
            connection.sendall(self._random.choice(ANSWERED)(self._random))
            if not everything(connection).startswith(b"HTTP/1.1 4"):
                self._seen.lost.append("garbage without a refusal")
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


def _take(seen: Seen, server: LiveServer, processes: list[int]) -> None:
    """Take the memory, the open files and what is kept, of all workers together."""
    seen.resident.append(sum(map(resident, processes)))
    seen.files.append(sum(map(descriptors, processes)))
    found = scrape(server)
    seen.kept.append({name: found[f"specgraph_{name}"] for name in KEPT})


def soak(server: LiveServer, *, waves: int, rounds: int, swaps: bool = True) -> Seen:
    """Put so many waves on the server, each of so many requests by each client, and swap the snapshot in each.

    The waves begin when every worker serves: how long a server takes to begin is no wait of theirs.
    """
    parent = server.process.pid
    processes = sorted(until(lambda: len(found := workers_of(parent)) == WORKERS and found))
    expected = {query: json.dumps(None).encode() for query in QUESTIONS}
    seen = Seen()
    first = Client(server, 0, 0, seen, expected)
    expected.update({query: first._ask(query) for query in QUESTIONS})
    first.run()
    until(lambda: scrape(server)["specgraph_ready"] == WORKERS)
    seen.waits.clear()
    begun, cpu = time.monotonic(), sum(map(cpu_seconds, processes))
    for wave in range(waves):
        clients = [Client(server, rounds, CLIENTS * wave + number, seen, expected) for number in range(CLIENTS)]
        half_open = [connected(server) for _ in range(CLIENTS)]
        for connection in half_open:
            connection.sendall(b"POST /graphql HTTP/1.1\r\nHost:")
        for client in clients:
            client.start()
        if swaps:
            server.process.send_signal(signal.SIGHUP)
        for client in clients:
            client.join()
        for connection in half_open:
            connection.close()
        _take(seen, server, processes)
    seen.seconds = time.monotonic() - begun
    seen.cpu_seconds = sum(map(cpu_seconds, processes)) - cpu
    if sorted(workers_of(parent)) != processes:
        seen.lost.append("a worker ended")
    return seen


def distinct(server: LiveServer, count: int, *, samples: int = 10) -> Seen:
    """Ask so many operations of which no two are alike, by each client its share, and take the memory now and then.

    Each operation is prepared anew, kept while there is room, and never asked again.
    """
    return _in_parts(server, count, samples, lambda client, number: client.invented(number))


def nothing_but_garbage(server: LiveServer, count: int, *, samples: int = 10) -> Seen:
    """Send garbage so many times, each by a connection of its own, and ask one question after each part.

    One in two is waited for until it is refused.
    """
    return _in_parts(server, count, samples, lambda client, number: client.told() if number % 2 else client._garbage())


def _in_parts(server: LiveServer, count: int, samples: int, act: Callable[[Client, int], None]) -> Seen:
    processes = sorted(workers_of(server.process.pid))
    seen, expected = Seen(), dict.fromkeys(QUESTIONS, b"")
    asker = Client(server, 0, 0, Seen(), expected)
    expected.update({query: asker._ask(query) for query in QUESTIONS})
    begun, cpu = time.monotonic(), sum(map(cpu_seconds, processes))
    each = count // samples // CLIENTS
    for part in range(samples):
        clients = [_Acting(server, each, CLIENTS * part + number, seen, expected, act) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        asker = Client(server, 0, 0, Seen(), expected)  # a connection that rests for long is closed
        seen.lost += [f"another answer to {query}" for query in QUESTIONS if asker._ask(query) != expected[query]]
        _take(seen, server, processes)
    seen.seconds = time.monotonic() - begun
    seen.cpu_seconds = sum(map(cpu_seconds, processes)) - cpu
    if sorted(workers_of(server.process.pid)) != processes:
        seen.lost.append("a worker ended")
    return seen


class _Acting(Client):
    """A client that does one thing again and again."""

    def __init__(
        self,
        server: LiveServer,
        rounds: int,
        seed: int,
        seen: Seen,
        expected: dict[str, bytes],
        act: Callable[[Client, int], None],
    ) -> None:
        super().__init__(server, rounds, seed, seen, expected)
        self._act = act

    def _one(self, number: int) -> None:
        self._act(self, number)
