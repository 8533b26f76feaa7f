"""How each candidate is started: specgraph itself, and the servers beside it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.data import FOLDER, ROOT, Data
from bench.servers import Server, started

MERCURIUS = Path(__file__).parent / "mercurius"

FRAGMENTS_OFF = {"SPECGRAPH_FRAGMENT_CACHE_SIZE": "0"}
"""The environment in which specgraph memoises nothing."""

QUIET = "--log-level=warning"
"""No server writes a line for each request while it is measured; Fastify writes none unless told to."""


RATE = ("--rate", "1000000000")
"""The most points a minute that the setting takes."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A server by its name in the table, the path of its GraphQL, and how it is started."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    path: str = "/graphql"

    @contextmanager
    def running(self) -> Iterator[Server]:
        """Start it, and end it with the block."""
        log = FOLDER / f"{self.name}.log"
        with started(self.name, self.command, folder=ROOT, environment=self.environment, log=log) as server:
            yield server


def uvicorn(application: str) -> tuple[str, ...]:
    """Return the command that serves an application with uvloop and httptools."""
    settings = ("--loop", "uvloop", "--http", "httptools", "--port", "0", "--no-access-log", "--no-server-header")
    return (sys.executable, "-m", "uvicorn", application, *settings)


def specgraph(name: str, data: Data, environment: Mapping[str, str]) -> Candidate:
    """Return specgraph itself, with its ordinary settings but for the log's lines and the client's points a minute.

    Points are counted as ever; one client that asks without a pause would soon have none left.
    """
    command = (sys.executable, "-m", "server.cli", "serve", str(data.snapshot), "--port", "0", QUIET, *RATE)
    return Candidate(name, command, environment)


def stock(data: Data) -> Candidate:
    """Return (a), Strawberry over networkx."""
    return Candidate("stock", uvicorn("bench.peers.stock:app"), {"BENCH_EXPORT": str(data.export)})


def bare(bodies: Path) -> Candidate:
    """Return (f), which sends the files of a folder."""
    return Candidate("bare", uvicorn("bench.peers.bare:app"), {"BENCH_BODIES": str(bodies)}, path="/{operation}")


def mercurius(data: Data) -> Candidate | None:
    """Return (d), with its packages installed as its lock says; None where there is no Node."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    lock, installed = MERCURIUS / "package-lock.json", MERCURIUS / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=MERCURIUS, check=True)
    memory = "--max-old-space-size=4096"
    return Candidate("mercurius", (node, memory, str(MERCURIUS / "server.mjs"), str(data.export)), {})


@contextmanager
def all_running(candidates: list[Candidate]) -> Iterator[dict[str, Server]]:
    """Start all candidates, one after the other, and end them with the block."""
    with ExitStack() as stack:
        yield {candidate.name: stack.enter_context(candidate.running()) for candidate in candidates}
