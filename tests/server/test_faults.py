"""What goes wrong outside: a damaged file, a full disk, a source that is gone, a clock that is set, and garbage."""

import os
import random
import resource
import signal
import subprocess
import sys

from graph.build import build
from graph.store import save
from server.current import CurrentCatalogue, State
from server.health import readiness_of
from tests.graph.small_graphs import NOON, spec_record
from tests.server.live import ROOT, LiveServer, until
from tests.server.pages import page, replace
from tests.server.processes import connected, everything, scrape, workers_of

GARBAGE = 300


def saved(path, name):
    save(build([spec_record(name)], now=NOON).catalogue, path)
    return path


def served_packages(server):
    return [node["name"] for node in server.ask("{ packages(first: 9) { nodes { name } } }")["packages"]["nodes"]]


def test_a_worker_that_starts_on_a_damaged_file_does_not_listen_and_the_others_serve(tmp_path):
    source = saved(tmp_path / "served.specgraph", "zlib")
    whole = source.read_bytes()
    with LiveServer(source, "--workers", "2", "--log-level", "warning") as server:
        first = until(lambda: len(found := workers_of(server.process.pid)) == 2 and found)
        until(lambda: scrape(server)["specgraph_processes"] == 2)
        replace(source, whole[:-1])
        victim = min(first)
        os.kill(victim, signal.SIGKILL)
        said = iter(server.process.stderr.readline, "")
        assert "ended unasked" in next(said)
        assert "damaged or cut off" in next(said)
        for _ in range(20):
            assert served_packages(server) == ["zlib"]
        assert scrape(server)["specgraph_processes"] == 1
        replace(source, whole)
        until(lambda: scrape(server)["specgraph_processes"] == 2)
        assert first - {victim} <= workers_of(server.process.pid)


def test_a_full_disk_keeps_the_old_snapshots_and_says_why(tmp_path):
    source = tmp_path / "specs.md"
    source.write_text(page("zlib"))
    temporary = tmp_path / "temporary"
    temporary.mkdir()

    with LiveServer(source, "--log-level", "warning", TMPDIR=str(temporary)) as server:
        before = server.ready()["snapshots"]
        # No file of this process and its children grows over 4 KiB from here on: the snapshot file does not fit.
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        replace(source, page("hdf5"))
        server.process.send_signal(signal.SIGHUP)
        failure = until(lambda: server.ready()["failure"])
        assert server.ready()["snapshots"] == before
        assert served_packages(server) == ["zlib"]
        assert scrape(server)["specgraph_last_load_failed"] == 1
        assert failure["reason"]
        assert [path.name for path in temporary.rglob("*") if path.is_file() and path.name != "outcome.json"] == []
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        server.process.send_signal(signal.SIGHUP)
        until(lambda: server.ready()["failure"] is None)
        assert served_packages(server) == ["hdf5"]


def test_build_on_a_full_disk_leaves_the_old_file(tmp_path):
    source = tmp_path / "specs.md"
    source.write_text(page("hdf5"))
    target = saved(tmp_path / "all.specgraph", "zlib")
    before = target.read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", "build", source, "-o", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
    )
    assert done.returncode == 1
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_source_that_is_gone_keeps_what_was_read_from_it(tmp_path):
    source = tmp_path / "specs.md"
    source.write_text(page("zlib"))
    with LiveServer(source, "--log-level", "warning") as server:
        source.unlink()
        server.process.send_signal(signal.SIGHUP)
        failure = until(lambda: server.ready()["failure"])
        assert "specs.md" in failure["reason"]
        assert served_packages(server) == ["zlib"]
        source.write_text(page("hdf5"))
        server.process.send_signal(signal.SIGHUP)
        until(lambda: server.ready()["failure"] is None)
        assert served_packages(server) == ["hdf5"]


def test_a_clock_that_is_set_back_stops_nothing():
    """What is measured is measured by a clock that is never set; the age of what is served alone is by the calendar."""
    built = build([spec_record("zlib")], now=NOON)
    state = State(built)
    assert readiness_of(state, now=NOON.replace(year=1970)).status == "ready"
    current = CurrentCatalogue(lambda: built, built=built)
    assert current.refresh()
    assert current.state.failure is None


def test_garbage_is_refused_and_the_next_one_is_answered(tmp_path):
    source = saved(tmp_path / "served.specgraph", "zlib")
    chance = random.Random(8)
    with LiveServer(source, "--client-timeout", "1", "--log-level", "warning") as server:
        for number in range(GARBAGE):
            with connected(server) as connection:
                body = chance.randbytes(chance.randrange(1, 4096))
                head = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                length = b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
                connection.sendall(body if number % 2 else head + length + body)
                if number % 2 == 0:
                    assert everything(connection).startswith(b"HTTP/1.1 400 ")
        assert served_packages(server) == ["zlib"]
        assert scrape(server)['specgraph_requests_total{code="BAD_REQUEST",operation="(anonymous)"}'] == GARBAGE / 2
        assert "Traceback" not in "".join(server.said)
    assert "Traceback" not in server.err


def test_thousands_of_distinct_operations_do_not_grow_the_metrics_nor_the_kept(tmp_path):
    source = saved(tmp_path / "served.specgraph", "zlib")
    with LiveServer(source, "--rate", "0", "--log-level", "warning") as server:
        for number in range(400):
            server.ask(f"query Q{number} {{ snapshot {{ digest }} }}")
        found = scrape(server)
        names = {name for name in found if name.startswith("specgraph_requests_total") and 'code="OK"' in name}
        assert len(names) <= 102
        assert found['specgraph_requests_total{code="OK",operation="(other)"}'] >= 400 - 100
