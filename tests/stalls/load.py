"""The dearest that clients may ask, by kind: each is put on the server alone, so that a late beat has a cause."""

from __future__ import annotations

import http.client
import itertools
import json
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.server.live import LiveServer

CLIENTS = 3

Body = bytes
Requests = Callable[[random.Random], Iterator[Body]]


def asked(query: str, variables: Mapping[str, object] | None = None) -> Body:
    """Return the body of a request."""
    return json.dumps({"query": query, "variables": variables}).encode()


def endlessly(*queries: str) -> Requests:
    """Return the same questions again and again."""
    return lambda _: itertools.cycle([asked(query) for query in queries])


def invented(make: Callable[[random.Random, int], str]) -> Requests:
    """Return documents of which no two are alike."""
    return lambda chance: (asked(make(chance, chance.getrandbits(48))) for _ in itertools.count())


WIDE = (
    "id hash version text installCommand platform size tarball inBuildCache namespace external "
    "package { name latestVersion } target { name family } compiler { name version } operatingSystem { name } "
    "variants { name values }"
)
"""Fields of every way in which they are written."""


def aliased(chance: random.Random, number: int) -> str:
    """A page of many columns, none asked before: the plan and its columns are made anew."""
    fields = " ".join(f"a{number}_{place}: {chance.choice(('hash', 'text', 'version'))}" for place in range(150))
    return f"{{ specs(first: 2000) {{ nodes {{ {fields} }} }} }}"


def largest(_: random.Random, number: int) -> str:
    """A document of nearly as many tokens and fields as are taken."""
    fields = "{ hash version text platform size }"
    return (
        f"query L{number} {{ "
        + "".join(
            f"p{place}: specs(first: 1) {{ nodes {{ hash dependencies(first: 2) {{ nodes {fields} }} }} }}"
            for place in range(99)
        )
        + "}"
    )


def wrong(chance: random.Random, number: int) -> str:
    """A document of as many fields as are taken, each of them unknown, and like many known ones."""
    names = ("versoin", "platfrom", "compilers", "hashs", "depedencies", "targetts")
    fields = " ".join(f"{chance.choice(names)}{place}" for place in range(1_500))
    return f"query W{number} {{ specs(first: 1) {{ nodes {{ {fields} }} }} }}"


def overlapping(_: random.Random, number: int) -> str:
    """Fragments that are merged with each other, of fields with arguments."""
    spreads = " ".join(f"...f{place}" for place in range(40))
    fragments = " ".join(
        f"fragment f{place} on Query {{ specs(first: 5) {{ nodes {{ hash version text }} }} }}" for place in range(40)
    )
    return f"query O{number} {{ {spreads} }} {fragments}"


def long_text(_: random.Random, number: int) -> str:
    """A document of a megabyte, nearly all of it one text."""
    return f'query T{number} {{ package(name: "{"x" * 1_000_000}") {{ name }} }}'


def constraint(chance: random.Random, _: int) -> str:
    """A constraint of many parts that match nothing, or all."""
    parts = " ".join(f"^{chance.choice(('zlib', 'cmake', 'gmake', 'perl'))}@{chance.randrange(9)}:" for _ in range(40))
    return f'{{ specs(matching: "{parts}", first: 1) {{ totalCount }} }}'


def variables(chance: random.Random) -> Iterator[Body]:
    """Yield requests of a hundred kilobytes of variables, as many ids as are taken."""
    while True:
        ids = ["x" * 90 + str(chance.getrandbits(40)) for _ in range(1_000)]
        yield asked("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids})


def filters(chance: random.Random) -> Iterator[Body]:
    """Yield filters as wide and deep as variables may be."""
    while True:
        leaves = [{"package": {"eq": f"p{chance.getrandbits(30)}"}} for _ in range(3_000)]
        where: dict[str, object] = {"or": leaves}
        for _ in range(14):
            where = {"not": where}
        yield asked("query ($w: SpecFilter) { specs(where: $w, first: 1) { totalCount } }", {"w": where})


def json_garbage(chance: random.Random) -> Iterator[Body]:
    """Yield bodies of a megabyte that are JSON, and nothing else."""
    while True:
        yield chance.choice(
            (b"[" * 1_000_000, b'{"a":' * 200_000, b"[" + b"1," * 499_999 + b"1]", b'"' + b"\\n" * 500_000)
        )


KINDS: Mapping[str, Requests] = {
    "pages of 5,000, 16 columns": endlessly(f"{{ specs(first: 5000) {{ totalCount nodes {{ {WIDE} }} }} }}"),
    "pages of new columns": invented(aliased),
    "edges of edges": endlessly(
        "{ specs(first: 900) { nodes { hash dependencies(first: 40)"
        " { edges { deptypes virtuals node { hash version } } } } } }",
        "{ packages(first: 2000) { nodes { name versions dependents(first: 20) { nodes { name } } } } }",
    ),
    "closures": endlessly(
        '{ package(name: "zlib-ng") { dependents(transitive: true, first: 5000) { totalCount nodes { name } } } }',
        "{ specs(first: 200) { nodes { dependencies(transitive: true, first: 100) { totalCount nodes { hash } } } } }",
        "{ specs(first: 400) { nodes { dependents(transitive: true, first: 1) { totalCount } } } }",
        "{ specs(first: 300) { nodes { dependencyGraph { nodes { hash } edges { from to } } } } }",
    ),
    "whole snapshots": endlessly(
        '{ impact(packages: ["gmake", "zlib-ng", "cmake"]) { waves { index specCount } } }',
        "{ coverage(rows: PACKAGE, columns: TARGET) { rows columns counts } }",
        "{ coverage(rows: COMPILER, columns: VERSION) { rows columns counts } }",
        '{ installable(host: {target: "zen4", operatingSystem: "ubuntu24.04", platform: "linux"}, first: 1000)'
        " { totalCount installableCount edges { verdict node { hash } } } }",
        "{ specs(first: 1) { facets(by: [PACKAGE, VERSION, TARGET, STACK]) { facet values { value count } } } }",
    ),
    "search": invented(
        lambda chance, _: (
            f'{{ search(text: "{"".join(chance.choices("abcdehklmnoprst-", k=40))}", first: 100) {{ __typename }} }}'
        )
    ),
    "constraints": invented(constraint),
    "largest documents": invented(largest),
    "wrong documents": invented(wrong),
    "overlapping documents": invented(overlapping),
    "long texts": invented(long_text),
    "introspection": invented(
        lambda _, number: (
            f"query I{number} {{ __schema {{ types {{ name description fields(includeDeprecated: true) "
            "{ name description args { name description type { name ofType { name ofType { name } } } } "
            "type { name kind ofType { name kind ofType { name kind } } } } } } }"
        )
    ),
    "variables": variables,
    "filters": filters,
    "JSON that is none": json_garbage,
    "operations of a name each": invented(
        lambda _, number: f"query N{number} {{ packages(first: 20) {{ nodes {{ name versions }} }} }}"
    ),
}
"""What is asked, by the name that the figures give it."""


@dataclass
class Stall:
    """A late beat: seconds of the clock, of the process's CPU, of waiting for a processor, of the collector."""

    at: float
    wall: float
    cpu: float
    waiting: float
    collecting: float

    @property
    def held(self) -> float:
        """What the process itself can have kept its loop with, at the most."""
        return min(self.cpu, self.wall - self.waiting)


@dataclass
class Seen:
    """What one kind of load has seen."""

    statuses: dict[int, int]
    longest_bytes: int = 0
    begun: float = 0.0
    ended: float = 0.0


def put(server: LiveServer, kind: str, seconds: float, *, swapping: bool = False) -> Seen:
    """Put one kind on the server for so long, by some clients, and swap the snapshot every second if told to."""
    seen = Seen({}, begun=time.time())
    end = time.monotonic() + seconds
    clients = [threading.Thread(target=_ask, args=(server, kind, number, end, seen)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    while time.monotonic() < end:
        time.sleep(1)
        if swapping:
            server.process.send_signal(signal.SIGHUP)
    for client in clients:
        client.join()
    seen.ended = time.time()
    return seen


def _ask(server: LiveServer, kind: str, number: int, end: float, seen: Seen) -> None:
    address = urlsplit(server.address)
    chance = random.Random(f"{kind} {number}")
    codings = itertools.cycle(("gzip", "zstd", "identity"))
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=120)
    for body in KINDS[kind](chance):
        if time.monotonic() > end:
            break
        headers = {"Content-Type": "application/json", "Accept-Encoding": next(codings)}
        connection.request("POST", "/graphql", body, headers)
        answer = connection.getresponse()
        size = len(answer.read())
        seen.statuses[answer.status] = seen.statuses.get(answer.status, 0) + 1
        seen.longest_bytes = max(seen.longest_bytes, size)
    connection.close()
