"""The embedded sample in two groups of files, beside the whole of it."""

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from graph.build import build
from graph.sources.detect import read_sources
from graph.sources.records import SpecRecord, StackRecord
from graph.store import save

ROOT = Path(__file__).resolve().parents[3]
NOON = datetime(2025, 11, 22, 12, tzinfo=UTC)
GROUPS = {"nightly": ("develop", "develop-2025-10-05"), "releases": ("v2025.07.0", "v2025.11.0")}
DEFAULT = "v2025.11.0"
LOST = "e4s-neoverse_v1"
"""The stack that the release lacks in its other content."""


@pytest.fixture(scope="session")
def readings():
    return list(read_sources([str(ROOT / "server" / "sample" / "sample.tar.xz")]))


def built_of(readings, tags):
    """Build some tags of the sample."""
    return build([r for r in readings if getattr(r, "snapshot", tags[0]) in tags], default=None, now=NOON)


def without_stack(readings, stack):
    """Return the readings without a stack of v2025.11.0; what is in no other one is in the snapshot still."""
    for reading in readings:
        if getattr(reading, "snapshot", None) != DEFAULT:
            yield reading
        elif isinstance(reading, StackRecord) and reading.stack == stack:
            continue
        elif isinstance(reading, SpecRecord) and stack in reading.stacks:
            stacks = tuple(name for name in reading.stacks if name != stack)
            yield SpecRecord(
                reading.snapshot, reading.spec, stacks, reading.in_build_cache, reading.authority, reading.place
            )
        else:
            yield reading


@pytest.fixture(scope="session")
def undivided(readings):
    """All of the sample in one universe."""
    return build(readings, default=DEFAULT, now=NOON)


@pytest.fixture(scope="session")
def contents(readings, tmp_path_factory):
    """A folder with the file of each group, and with `releases-2`, the other content of that group."""
    folder = tmp_path_factory.mktemp("contents")
    for group, tags in GROUPS.items():
        save(built_of(readings, tags).catalogue, folder / f"{group}.specgraph")
    other = list(without_stack(readings, LOST))
    save(built_of(other, GROUPS["releases"]).catalogue, folder / "releases-2.specgraph")
    return folder


@pytest.fixture
def deployment(contents, tmp_path):
    """Write a deployment file of both groups, with further keys, and return its path."""

    def write(**keys):
        path = tmp_path / "deploy.json"  # JSON is YAML
        groups = {group: str(contents / f"{group}.specgraph") for group in GROUPS}
        stated = {"groups": groups, "cache": str(tmp_path / "cache"), "default-snapshot": DEFAULT}
        path.write_text(json.dumps(stated | {key.replace("_", "-"): value for key, value in keys.items()}))
        return path

    return write


@contextmanager
def served_folder(folder):
    """Serve a folder over HTTP on this machine; yields its address and the list of (path, status) that it gave."""
    given = []

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(folder))

        def log_request(self, code="-", size="-"):
            given.append((self.path, int(code)))

        def log_message(self, *_):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", given
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
