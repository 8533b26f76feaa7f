"""How a server ends, and what it survives: no request is lost that need not be."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from graph.build import build
from graph.store import save
from tests.graph.small_graphs import NOON, spec_record
from tests.server.live import ROOT, LiveServer, until
from tests.server.processes import QUERY, Clients, alive, answer_of, connected, everything, request_of, workers_of

ENOUGH = 40
"""Answers that are waited for before and after something happens."""

AS_SYSTEMD = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
os.execv(sys.executable, [sys.executable, "-m", "server.cli", "serve", sys.argv[2], "--log-level", "warning"])
"""


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "served.specgraph"
    save(build([spec_record("zlib")], now=NOON).catalogue, path)
    return path


def more(clients, count=ENOUGH):
    """Wait until the clients have got so many answers more."""
    goal = clients.answers + count
    until(lambda: clients.answers >= goal)


def test_workers_are_replaced_one_after_the_other_and_no_request_fails(source, tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with LiveServer(source, "--workers", "2", "--log-level", "warning", TMPDIR=str(temporary)) as server:
        before = until(lambda: len(workers_of(server.process.pid)) == 2 and workers_of(server.process.pid))
        with Clients(server) as clients:
            more(clients)
            server.process.send_signal(signal.SIGUSR2)
            until(lambda: not before & workers_of(server.process.pid))
            more(clients)
        assert clients.errors == []
        assert len(workers_of(server.process.pid)) == 2
    assert server.process.returncode == 0
    assert "Traceback" not in server.err
    assert list(temporary.iterdir()) == []


def test_a_worker_that_is_killed_is_replaced_and_costs_no_more_than_what_it_was_answering(source):
    with LiveServer(source, "--workers", "2", "--log-level", "warning") as server:
        before = until(lambda: len(workers_of(server.process.pid)) == 2 and workers_of(server.process.pid))
        with Clients(server, count=4) as clients:
            more(clients)
            os.kill(min(before), signal.SIGKILL)
            after = until(lambda: len(now := workers_of(server.process.pid)) == 2 and min(before) not in now and now)
            more(clients)
        # What it had accepted is lost, at most the one request of each client; what comes then is not.
        assert len(clients.errors) <= 4
        assert max(before) in after
    assert server.process.returncode == 0
    assert "ended unasked" in server.err


@pytest.mark.parametrize("workers", [1, 2])
def test_the_end_of_a_process_that_is_killed_leaves_nothing_behind(source, tmp_path, workers):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with LiveServer(source, "--workers", workers, "--log-level", "warning", TMPDIR=str(temporary)) as server:
        server.ask("{ snapshot { digest } }")
        processes = workers_of(server.process.pid)
        assert len(processes) == (workers if workers > 1 else 0)
        server.process.kill()
        server.ended()
        until(lambda: not any(map(alive, processes)))
        until(lambda: list(temporary.iterdir()) == [])


def test_what_has_begun_is_answered_before_the_end(source):
    with LiveServer(source, "--log-level", "warning") as server:
        with connected(server) as begun, connected(server) as idle:
            idle.sendall(request_of())
            answer_of(idle)
            begun.sendall(request_of()[: -len(QUERY)])
            server.ready()  # the head has come
            server.process.send_signal(signal.SIGTERM)
            assert everything(idle) == b""
            begun.sendall(QUERY)
            head, body = answer_of(begun)
            assert head.startswith(b"HTTP/1.1 200 OK")
            assert b"\r\nconnection: close" in head
            assert body.startswith(b'{"data":')
        server.ended()
    assert server.process.returncode == 0


def test_a_connection_that_was_accepted_just_before_the_end_is_answered(source):
    with LiveServer(source, "--log-level", "warning") as server:
        with connected(server) as accepted:
            server.ready()
            server.process.send_signal(signal.SIGTERM)
            accepted.sendall(request_of())
            assert answer_of(accepted)[0].startswith(b"HTTP/1.1 200 OK")
            assert accepted.recv(1) == b""
        server.ended()
    assert server.process.returncode == 0


def test_a_server_that_drains_says_so_and_answers(source):
    with LiveServer(source, "--drain-seconds", "3600", "--log-level", "warning") as server:
        server.ready()
        server.process.send_signal(signal.SIGTERM)

        def readiness():
            with connected(server) as connection:
                connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
                return answer_of(connection)

        head, body = until(lambda: (answer := readiness())[0].startswith(b"HTTP/1.1 503") and answer)
        assert b'"status":"draining"' in body
        assert b"\r\nconnection: close" in head
        assert server.ask("{ snapshot { specCount } }") == {"snapshot": {"specCount": 1}}
        server.process.send_signal(signal.SIGINT)  # the second one ends it at once
        server.ended()
    assert server.process.returncode == 0


def test_a_socket_of_systemd_keeps_those_who_come_during_a_restart(source):
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(100)
        port = listening.getsockname()[1]

        def started():
            return subprocess.Popen(
                [sys.executable, "-c", AS_SYSTEMD, str(listening.fileno()), str(source)],
                cwd=ROOT,
                pass_fds=[listening.fileno()],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )

        def ask():
            connection = socket.create_connection(("127.0.0.1", port), timeout=60)
            connection.sendall(request_of())
            return connection

        first = started()
        with ask() as served:
            assert answer_of(served)[0].startswith(b"HTTP/1.1 200 OK")
        first.send_signal(signal.SIGTERM)
        _, errors = first.communicate()
        assert (first.returncode, errors) == (0, b"")
        with ask() as waiting:
            second = started()
            assert answer_of(waiting)[0].startswith(b"HTTP/1.1 200 OK")
        second.send_signal(signal.SIGTERM)
        assert second.communicate()[1] == b""
