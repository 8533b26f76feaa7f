"""Servers under measurement: each one process, started here, its CPU time as the operating system accounts for it."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.client import Connection

PATIENCE_SECONDS = 300
CORES = sorted(os.sched_getaffinity(0))
CLIENT_CORES, SERVER_CORES = (CORES[:1], CORES[1:]) if len(CORES) > 1 else (CORES, CORES)
"""Client and servers do not share a core: a request that wakes a server on the client's own core costs half as much
as one that wakes another core, and left alone the system does now this, now that."""

_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True)
class Server:
    """A server that listens."""

    process: subprocess.Popen[bytes]
    port: int

    def ask(self, request: bytes, count: int = 1, *, connections: int = 1) -> tuple[bytes, float]:
        """Ask so many times; return the last body, and the server's CPU seconds of a request.

        With several connections a request is under way on each of them all the time. One more goes before on each, so
        that the cost of connecting is not in the figure.
        """
        with ExitStack() as stack:
            opened = [stack.enter_context(Connection.to(self.port)) for _ in range(connections)]
            for connection in opened:
                connection.ask(request)
            begun = self.cpu_seconds()
            for connection in opened:
                connection.send(request)
            for number in range(count):
                body = opened[number % connections].receive()
                if number < count - connections:
                    opened[number % connections].send(request)
            return body, (self.cpu_seconds() - begun) / count

    def cpu_seconds(self) -> float:
        """Return the CPU time of the process with all its threads and children, user and system, in seconds."""
        return sum(map(cpu_seconds, [self.process.pid, *children(self.process.pid)]))

    def memory(self) -> int:
        """Return the bytes that the process holds in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) * 1024 if found else 0


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of one process.

    `clock_getcpuclockid(3)` counts what utime and stime of /proc/PID/stat count, in nanoseconds instead of hundredths
    of a second; Python has no function for it, so the clock's number is made here as Linux makes it.
    """
    return time.clock_gettime((~pid << 3) | 2)


def children(pid: int) -> list[int]:
    """Return the processes that a process has started, and theirs."""
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, path.read_text().split()):
            found += [child, *children(child)]
    return found


@contextmanager
def started(
    name: str, command: Sequence[str], *, folder: Path, environment: Mapping[str, str], log: Path
) -> Iterator[Server]:
    """Start a server that says its address, wait for that, and end it with the block."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    os.sched_setaffinity(process.pid, SERVER_CORES)
    try:
        port = _port(name, process, log)
        yield Server(process, port)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _port(name: str, process: subprocess.Popen[bytes], log: Path) -> int:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and process.poll() is None:
        found = _ADDRESS.search(log.read_text(errors="replace"))
        if found:
            return int(found[1])
        time.sleep(0.1)
    raise RuntimeError(f"{name} does not listen: see {log}\n{log.read_text(errors='replace')[-2000:]}")
