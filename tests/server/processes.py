"""The processes of a live server, and connections that behave badly on purpose."""

import socket
import threading
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from tests.server.live import PATIENCE_SECONDS

QUERY = b'{"query": "{ snapshot { digest } }"}'
HEAD = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n"


def workers_of(parent):
    """Return the ids of the worker processes below a process, which multiprocessing has spawned."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                status = (folder / "stat").read_text().rpartition(")")[2].split()
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if int(status[1]) == parent and status[0] != "Z" and b"spawn_main" in command:
                found.add(int(folder.name))
    return found


def alive(pid):
    """Tell whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def connected(server):
    """Return a connection of its own to the server."""
    address = urlsplit(server.address)
    return socket.create_connection((address.hostname, address.port), timeout=PATIENCE_SECONDS)


def request_of(body=QUERY, headers=b""):
    """Return the bytes of a request."""
    return HEAD % (len(body), headers) + body


def everything(connection):
    """Return what comes until the other side closes; the empty bytes also where it resets."""
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
    except ConnectionResetError:
        return received
    return received


def answer_of(connection):
    """Return one answer's head and body, which the connection may survive."""
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        if not part:
            raise ConnectionError(f"closed after {received!r}")
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(int(line[16:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length: "))
    while len(body) < length:
        part = connection.recv(65536)
        if not part:
            raise ConnectionError(f"closed after {len(body)} of {length} bytes")
        body += part
    return head, body


class Clients:
    """Clients that ask without a pause until the block ends, each time by a new connection.

    `seen` is what `read` makes of each answer's data; `errors` has what it raises, and what asking does.
    """

    def __init__(self, server, query="{ snapshot { digest } }", read=lambda data: data, *, count=4):
        self.seen = []
        self.errors = []
        self._ask = lambda: read(server.ask(query))
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._go_on) for _ in range(count)]

    @property
    def answers(self):
        return len(self.seen)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _go_on(self):
        while not self._stop.is_set():
            try:
                self.seen.append(self._ask())
            except Exception as error:  # noqa: BLE001 (whatever it is, it counts)
                self.errors.append(error)


def scrape(server):
    """Return the samples of /metrics by name and labels."""
    with urllib.request.urlopen(f"{server.address}/metrics", timeout=PATIENCE_SECONDS) as response:
        lines = response.read().decode().splitlines()
    samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in samples}


def descriptors(pid):
    """Count the open files of a process."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
