"""`python -m bench.replicas`: what 1 to 4 processes or replicas of one machine answer, and what each answer costs.

    python -m bench.replicas FILE                      `specgraph serve FILE --workers N`
    python -m bench.replicas FILE --ray                the same file on Ray Serve (in .venv-ray), N holders

Clients and servers share the machine: the rate says what the whole of it does, the CPU time what a server needs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.client import Connection, request_bytes
from bench.servers import children, cpu_seconds

OPERATIONS = Path(__file__).parent / "operations"
CONNECTIONS = 8
SECONDS = 2.0
TURNS = 3
READY = 40
"""Answers in a row after which no process is taken to be still loading."""


def rate(port: int, document: str) -> tuple[int, float]:
    """Ask over several connections for some seconds; returns the number of answers and the seconds."""
    request, end = request_bytes(port, "/graphql", document), time.monotonic() + SECONDS
    counts = [0] * CONNECTIONS

    def ask(place: int) -> None:
        with Connection.to(port) as connection:
            while time.monotonic() < end:
                connection.ask(request)
                counts[place] += 1

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(CONNECTIONS)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts), time.monotonic() - began


def memory(pid: int) -> dict[str, int]:
    """Return what a process holds, in MB: all, its own, and its share of the mapped files."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = {name: int(size) // 1000 for name, size in re.findall(r"^(\w+): +(\d+) kB", text, re.MULTILINE)}
    return {
        "resident": found["Rss"],
        "own": found["Private_Dirty"] + found["Private_Clean"],
        "proportional": found["Pss"],
        "shared": found["Shared_Clean"] + found["Shared_Dirty"],
    }


def tree(pid: int) -> list[int]:
    """Return a process and all below it."""
    found = [pid]
    for one in found:
        found += children(one)
    return found


@contextmanager
def workers(file: Path, count: int) -> Iterator[tuple[int, list[int]]]:
    """Serve a file with so many processes; yields the port and the processes."""
    command = [sys.executable, "-m", "server.cli", "serve", str(file), "--port", "0", "--workers", str(count)]
    command += ["--log-level", "warning"]  # what is logged would fill a pipe that nobody reads
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        port = next(int(m[1]) for line in process.stdout if (m := re.search(r":(\d+)/graphql", line)))
        until_ready(port)
        yield port, tree(process.pid)
    finally:
        process.terminate()
        process.wait()


def measured(name: str, port: int, processes: Mapping[str, Sequence[int]], document: str) -> str:
    """Measure a few times, and return the line of the medians: the rate, and the CPU time of each kind of process."""
    rate(port, document)
    rates: list[float] = []
    costs: dict[str, list[float]] = {kind: [] for kind in processes}
    for _ in range(TURNS):
        before = {kind: sum(map(cpu_seconds, pids)) for kind, pids in processes.items()}
        count, seconds = rate(port, document)
        rates.append(count / seconds)
        for kind, pids in processes.items():
            costs[kind].append(1000 * (sum(map(cpu_seconds, pids)) - before[kind]) / count)
    each = ", ".join(f"{kind} {statistics.median(found):.2f}" for kind, found in costs.items())
    return f"{name}: {statistics.median(rates):.0f} answers a second; ms of CPU each: {each}"


def until_ready(port: int) -> None:
    """Wait until every process answers, whichever takes the connection."""
    answered = 0
    while answered < READY:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz"):
                answered += 1
        except OSError:
            answered = 0
            time.sleep(0.2)


def on_ray(file: Path, counts: Sequence[int], documents: dict[str, str]) -> None:
    """Measure so many holders behind one front and one proxy, on a cluster that is running (RAY_ADDRESS)."""
    from server.ray.deployment import deploy

    with tempfile.TemporaryDirectory() as folder:
        for count in counts:
            path = Path(folder) / "deploy.json"
            stated = {
                "groups": {"all": str(file)},
                "cache": f"{folder}/cache",
                "address": os.environ["RAY_ADDRESS"],
                "port": 8790,
                "holders": {"least": count, "most": count, "cpus": 0.5},
                "fronts": {"cpus": 0.5, "queued": 128},
            }
            path.write_text(json.dumps(stated))
            deploy(path, say=lambda _: None)
            time.sleep(5)
            found = {int(p.parent.name): p.read_bytes() for p in Path("/proc").glob("[0-9]*/cmdline")}
            kinds = {"proxy": b"ray::ProxyActor", "front": b"specgraph:front", "holder": b"specgraph:holder"}
            for name, document in documents.items():
                pids_of = {k: [pid for pid, command in found.items() if text in command] for k, text in kinds.items()}
                print(measured(f"{count} holders, {name}", 8790, pids_of, document), flush=True)
            pids = [pid for pid, command in found.items() if kinds["holder"] in command]
            print(f"{count} holders:", *map(memory, pids), flush=True)


def main() -> None:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bench.replicas", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--ray", action="store_true")
    parser.add_argument("--counts", type=int, nargs="+", default=[1, 2, 3, 4])
    arguments = parser.parse_args()
    documents = {name: (OPERATIONS / f"{name}.graphql").read_text() for name in ("q1_package", "q2_specs")}
    if arguments.ray:
        on_ray(arguments.file, arguments.counts, documents)
        return
    for count in arguments.counts:
        with workers(arguments.file, count) as (port, pids):
            for name, document in documents.items():
                print(measured(f"{count} workers, {name}", port, {"server": pids}, document), flush=True)
            print(f"{count} workers:", *map(memory, pids), flush=True)


if __name__ == "__main__":
    main()
