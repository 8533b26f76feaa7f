"""A server process of its own, for tests of what only a real one shows."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60


class LiveServer:
    """`specgraph serve` on a free port; ends with the block."""

    def __init__(self, *arguments, module="server.cli", **environment):
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, "serve", "--port", "0", *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            found = re.search(r"(http://\S+)/graphql", line)
            if found:
                self.address = found[1]
                break
        else:
            raise AssertionError(f"no address: {self.said} {self.process.communicate()[1]}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, number=signal.SIGINT):
        """Send the signal once, wait for the end, and return what was written to both streams."""
        if self.process.returncode is None:
            self.process.send_signal(number)
            try:
                self.out, self.err = self.process.communicate(timeout=PATIENCE_SECONDS)
            finally:
                self.process.kill()
        return self.out, self.err

    def ended(self):
        """Wait for the end that something else has brought about."""
        self.out, self.err = self.process.communicate(timeout=PATIENCE_SECONDS)

    def ready(self):
        """Return the body of /readyz."""
        with urllib.request.urlopen(f"{self.address}/readyz", timeout=PATIENCE_SECONDS) as response:
            return json.load(response)

    def worker_ready(self):
        """Return which process answers, for it begins ids with its own, and the body of /readyz, or None for a 503."""
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=PATIENCE_SECONDS) as response:
                return response.headers["x-request-id"].partition("-")[0], json.load(response)
        except urllib.error.HTTPError as error:
            error.close()
            return error.headers["x-request-id"].partition("-")[0], None

    def ask(self, query):
        """Return the data of a query, which is to have no errors."""
        body = json.dumps({"query": query}).encode()
        request = urllib.request.Request(f"{self.address}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer
        return answer["data"]


def until(condition):
    """Wait for the condition, and return what it returned."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"nothing happened for {PATIENCE_SECONDS} seconds")


def every_worker(server, workers, served=bool):
    """Wait until the condition of /readyz holds in each of so many workers, whichever of them takes a connection."""
    told = {}

    def all_of_them():
        process, ready = server.worker_ready()
        told[process] = ready is not None and served(ready)
        return len(told) == workers and all(told.values())

    until(all_of_them)
