"""A Ray cluster of nodes on this machine, each with processes of its own and a loopback address of its own."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

PATIENCE_SECONDS = 120
OBJECT_STORE_BYTES = 80_000_000
"""The least that Ray takes, nearly: nothing of ours goes through it."""

HEAD = "127.0.0.2"
"""Ray takes 127.0.0.1 for this machine's outer address; any other one of the loopback's network stays inside."""


PORTS = range(20_000, 30_000)
"""Where no part of Ray has a port that it wants for itself."""


def free_port(host):
    """Return a port that nothing listens on."""
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as taken:
            try:
                taken.bind((host, port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


class Nodes:
    """A cluster: a head, and nodes that are added and killed. Ends with the block, whatever became of it."""

    def __init__(self, folder, *, cpus):
        self._folder = Path(folder)
        self._cpus = cpus
        self._port = free_port(HEAD)
        self.address = f"{HEAD}:{self._port}"
        self._processes = {}

    def __enter__(self):
        self._start(HEAD, "--head", f"--port={self._port}", "--include-dashboard=false", "--no-monitor")
        self._until_it_answers()
        return self

    def __exit__(self, *_):
        for host in list(self._processes):
            self.kill(host)

    def _until_it_answers(self):
        end = time.monotonic() + PATIENCE_SECONDS
        ask = [sys.executable, "-m", "ray.scripts.scripts", "health-check", "--address", self.address]
        while subprocess.run(ask, capture_output=True, check=False).returncode:
            alive = self._processes[HEAD].poll() is None and time.monotonic() < end
            assert alive, (self._folder / f"{HEAD}.log").read_text()
            time.sleep(0.5)

    def add(self, number):
        """Add a node and return its address; it has joined when Ray says so."""
        host = f"127.0.0.{number}"
        self._start(host, f"--address={self.address}")
        return host

    def _start(self, host, *arguments):
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--disable-usage-stats"]
        limits = [f"--num-cpus={self._cpus}", f"--object-store-memory={OBJECT_STORE_BYTES}"]
        with (self._folder / f"{host}.log").open("ab") as log:
            self._processes[host] = subprocess.Popen(
                [*command, *limits, f"--node-ip-address={host}", *arguments],
                env={**os.environ, "RAY_USAGE_STATS_ENABLED": "0", "RAY_SERVE_LOG_TO_STDERR": "0"},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, host):
        """Kill a node with all that runs on it, as a power cut does."""
        process = self._processes.pop(host)
        for pid in _descendants(process.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.wait()


def _descendants(root):
    """Return a process and all that it and its children started, the deepest last."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        pid, parent = int(text.split()[0]), int(text.rpartition(")")[2].split()[1])
        children.setdefault(parent, []).append(pid)
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found
