"""Slow, half-open and too many clients: each is let go, and the others are answered."""

import json
import socket
import time
from itertools import pairwise

import pytest

from graph.build import build
from graph.store import save
from server.connections import PROGRESS_BYTES, Patience
from server.lifecycle import Lifecycle
from tests.graph.small_graphs import NOON, spec_record
from tests.server.live import LiveServer, until
from tests.server.processes import QUERY, answer_of, connected, descriptors, everything, request_of, scrape

HALF_OPEN = 20
MOST = 6


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("served") / "served.specgraph"
    save(build([spec_record("zlib")], now=NOON).catalogue, path)
    return path


@pytest.fixture(scope="module")
def server(source):
    """A server that has no patience."""
    with LiveServer(source, "--client-timeout", "1", "--idle-timeout", "1", "--log-level", "warning") as server:
        yield server


@pytest.fixture(scope="module")
def patient(source):
    """A server for whom no test is slow, however busy the machine is."""
    limits = ("--client-timeout", "600", "--max-connections", HALF_OPEN + MOST)
    with LiveServer(source, *limits, "--log-level", "warning") as server:
        yield server


def test_a_connection_is_closed_after_being_idle_for_as_long_as_is_said(server, patient):
    with connected(patient) as kept:
        kept.sendall(request_of())
        answer_of(kept)
        with connected(server) as closed:
            begun = time.monotonic()
            closed.sendall(request_of())
            answer_of(closed)
            assert closed.recv(1) == b""
            assert time.monotonic() - begun > 0.5
        kept.sendall(request_of())
        assert answer_of(kept)[0].startswith(b"HTTP/1.1 200 OK")


def code(body):
    return json.loads(body)["errors"][0]["extensions"]["code"]


def test_half_a_head_is_told_so_and_closed(server):
    with connected(server) as connection:
        connection.sendall(b"POST /graphql HTTP/1.1\r\nHost:")
        head, body = answer_of(connection)
        assert (head[:28], code(body)) == (b"HTTP/1.1 408 Request Timeout", "REQUEST_TIMEOUT")
        assert connection.recv(1) == b""


def test_a_head_that_comes_drop_by_drop_is_closed_too(server):
    with connected(server) as connection:
        connection.settimeout(0.05)
        received, drop = b"", b"POST / HTTP/1.1\r\nX: "
        while not received:
            connection.sendall(drop)
            drop = b"x"
            try:
                received = connection.recv(4096)
            except TimeoutError:
                continue
        assert b"408 Request Timeout" in received


def test_a_second_half_head_on_one_connection_is_closed(server):
    with connected(server) as connection:
        connection.sendall(request_of())
        assert answer_of(connection)[0].startswith(b"HTTP/1.1 200 OK")
        connection.sendall(b"POST /gra")
        assert answer_of(connection)[0].startswith(b"HTTP/1.1 408 Request Timeout")


def test_a_body_that_does_not_come_is_closed(server):
    with connected(server) as connection:
        connection.sendall(request_of()[:-1])
        received = everything(connection)
        assert received == b"" or received.startswith(b"HTTP/1.1 408")


def test_a_client_that_says_nothing_is_closed(server):
    with connected(server) as connection:
        assert everything(connection)[:12] == b"HTTP/1.1 408"


def test_half_open_clients_do_not_hold_up_the_others_and_leave_nothing(server):
    before = descriptors(server.process.pid)
    connections = []
    for _ in range(HALF_OPEN):
        connections.append(connected(server))
        connections[-1].sendall(b"GET /")
    for _ in range(HALF_OPEN):
        assert server.ask("{ snapshot { specCount } }") == {"snapshot": {"specCount": 1}}
    for connection in connections:
        assert b"408" in everything(connection)
        connection.close()
    until(lambda: descriptors(server.process.pid) <= before)
    assert scrape(server)["specgraph_connections_timed_out_total"] >= HALF_OPEN


def test_a_connection_too_many_is_told_so_and_those_that_are_there_go_on(patient):
    until(lambda: scrape(patient)["specgraph_connections"] == 1)
    connections = [connected(patient) for _ in range(HALF_OPEN + MOST)]
    for connection in connections:
        connection.sendall(request_of())
        assert answer_of(connection)[0].startswith(b"HTTP/1.1 200 OK")
    with connected(patient) as another:
        head, body = answer_of(another)
        assert (head[:12], code(body)) == (b"HTTP/1.1 503", "OVERLOADED")
        assert b"\r\nretry-after: 2\r\n" in head
        assert another.recv(1) == b""
    connections[0].sendall(request_of())
    assert answer_of(connections[0])[0].startswith(b"HTTP/1.1 200 OK")
    for connection in connections:
        connection.close()
    until(lambda: scrape(patient)["specgraph_connections"] == 1)


def test_an_answer_that_nobody_reads_is_let_go(server):
    with connected(server) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asked = b"GET /schema.graphql HTTP/1.1\r\nHost: x\r\n\r\n"
        before = scrape(server)["specgraph_connections_timed_out_total"]

        def closed():
            return scrape(server)["specgraph_connections_timed_out_total"] > before

        connection.setblocking(False)

        def more():
            try:
                connection.send(asked * 100)
            except BlockingIOError:
                time.sleep(0.05)
            except OSError:
                return True
            return closed()

        until(more)


class Transport:
    def __init__(self):
        self.unread = 0
        self.aborted = False

    def get_write_buffer_size(self):
        return self.unread

    def abort(self):
        self.aborted = True


class Reader:
    """A connection of another protocol, with an answer that is read in so many bytes a look."""

    def __init__(self, unread):
        self.transport = Transport()
        self.transport.unread = unread
        self.repeated = 0


@pytest.mark.parametrize(("speed", "let_go"), [(PROGRESS_BYTES, False), (PROGRESS_BYTES - 1, True)])
def test_a_reader_is_let_go_who_takes_less_than_the_least(speed, let_go):
    reader = Reader(10 * PROGRESS_BYTES)
    lifecycle = Lifecycle()
    patience = Patience({reader}, 10, lifecycle)
    for second in range(0, 50, 10):
        patience.look(float(second))
        reader.transport.unread -= speed
    assert (reader.transport.aborted, lifecycle.timed_out > 0) == (let_go, let_go)


@pytest.mark.parametrize(("requests_a_look", "let_go"), [(1, False), (0, True)])
def test_a_client_whose_requests_are_answered_is_not_slow_though_each_look_finds_an_answer_unread(
    requests_a_look, let_go
):
    reader = Reader(PROGRESS_BYTES)
    patience = Patience({reader}, 10, Lifecycle())
    for second in range(0, 50, 10):
        patience.look(float(second))
        reader.repeated += requests_a_look
    assert reader.transport.aborted == let_go


def test_patience_is_measured_by_a_clock_that_is_given():
    """A clock that jumps forwards by a day, as a machine that slept, counts as a day of silence, and no more."""
    reader = Reader(1)
    patience = Patience({reader}, 10, Lifecycle())
    patience.look(0.0)
    patience.look(9.0)
    assert not reader.transport.aborted
    patience.look(86_400.0)
    assert reader.transport.aborted


HEAD_SIZE = 65_536


def head_of(size, headers=1):
    """Return a request's head of so many bytes, with so many headers beside three others."""
    fixed = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 15\r\n"
    more = b"".join(b"X%d: a\r\n" % number for number in range(headers - 1))
    return fixed + more + b"X: " + b"a" * (size - len(fixed) - len(more) - 7) + b"\r\n\r\n"


def answers_to(server, *parts):
    with connected(server) as connection:
        for part in parts:
            connection.sendall(part)
            time.sleep(0.02)
        head, body = answer_of(connection)
        return head[9:12], body


@pytest.mark.parametrize("cuts", [(), (1_000,), (HEAD_SIZE // 2, HEAD_SIZE - 10)], ids=["whole", "two", "three"])
def test_a_head_is_read_up_to_its_bound(patient, cuts):
    body = b'{"query":"{a}"}'
    for size, status, told in [
        (HEAD_SIZE, b"200", "GRAPHQL_VALIDATION_FAILED"),
        (HEAD_SIZE + 1, b"431", "HEAD_TOO_LARGE"),
    ]:
        head = head_of(size)
        assert len(head) == size
        ends = (0, *cuts, size)
        parts = [head[begin:end] for begin, end in pairwise(ends)]
        found, answer = answers_to(patient, *parts, body)
        assert (found, code(answer)) == (status, told)


def test_headers_are_bounded_in_number(patient):
    body = b'{"query":"{a}"}'
    assert answers_to(patient, head_of(4_000, 97) + body)[0] == b"200"
    found, answer = answers_to(patient, head_of(4_000, 98) + body)
    assert (found, code(answer)) == (b"431", "HEAD_TOO_LARGE")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"get / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX Y: z\r\n\r\n",
        request_of(QUERY, b"Transfer-Encoding: chunked\r\n"),
        request_of(QUERY, b"Content-Length: 5\r\n"),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nhost: x\r\n\r\n",
        b"GET /healthz HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n",
    ],
    ids=["method", "header", "two lengths", "length twice", "TLS", "no host", "host twice", "two hosts"],
)
def test_what_is_no_request_is_told_so_as_every_error_is(patient, request_bytes):
    with connected(patient) as connection:
        connection.sendall(request_bytes)
        head, body = answer_of(connection)
        assert (head[:24], code(body)) == (b"HTTP/1.1 400 Bad Request", "BAD_REQUEST")
        assert b"retry-after" not in head
        assert connection.recv(1) == b""


def test_http_1_0_may_leave_out_the_host(patient):
    assert answers_to(patient, b"GET /healthz HTTP/1.0\r\n\r\n")[0] == b"200"


HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
MASK = bytes(4)


@pytest.mark.parametrize(
    "frames",
    [b"\x81\x82" + MASK + b"\xff\xfe", b"\x01\x81" + MASK + b"\xc3" + b"\x80\x81" + MASK + b"a"],
    ids=["one", "parts"],
)
def test_a_text_of_a_socket_that_is_none_closes_it_and_is_no_error_of_ours(source, frames):
    with LiveServer(source, "--log-level", "warning") as server:
        with connected(server) as connection:
            connection.sendall(HANDSHAKE)
            assert connection.recv(4096).startswith(b"HTTP/1.1 101 ")
            connection.sendall(frames)
            assert connection.recv(4096)[:4] == b"\x88\x02" + (1007).to_bytes(2, "big")
        assert server.ask("{ snapshot { specCount } }") == {"snapshot": {"specCount": 1}}
    assert server.err == "WARNING:  Invalid UTF-8 sequence received from client.\n"


def test_a_text_of_a_socket_may_come_in_parts(patient):
    text = b'{"type":"ping","payload":"\xc3\xa9"}'
    begin, end = text[:27], text[27:]
    with connected(patient) as connection:
        connection.sendall(HANDSHAKE)
        assert connection.recv(4096).startswith(b"HTTP/1.1 101 ")
        for kind, part in ((b"\x01", begin), (b"\x80", end)):
            connection.sendall(kind + bytes([128 + len(part)]) + MASK + part)
        assert connection.recv(4096)[2:] == '{"type":"pong","payload":"é"}'.encode()


def send_without_end(connection, part):
    for _ in range(1_000):
        connection.sendall(part)


def test_a_head_that_never_ends_is_cut_off(patient):
    with connected(patient) as connection:
        connection.sendall(b"POST /graphql HTTP/1.1\r\nHost: x\r\nX: ")
        with pytest.raises(ConnectionError):
            send_without_end(connection, b"a" * 65_536)


@pytest.mark.parametrize("rest", [b"1\r\n \r\n", b"0\r\n" + b"X: a\r\n" * 60], ids=["chunks", "trailers"])
def test_a_body_that_never_ends_is_cut_off(patient, rest):
    with connected(patient) as connection:
        connection.sendall(b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
        connection.sendall(b"Transfer-Encoding: chunked\r\n\r\n")
        more = rest.rpartition(b"0\r\n")[2] * 10_000
        connection.sendall(rest)
        with pytest.raises(ConnectionError):
            send_without_end(connection, more)


def test_many_requests_that_come_together_are_answered(patient):
    """The end of one read may be the beginning of a head: what came before it does not count."""
    request = request_of(QUERY, b"X: " + b"a" * 2_000 + b"\r\n")
    with connected(patient) as connection:
        connection.sendall(request * 200 + request_of(QUERY, b"Connection: close\r\n"))
        assert everything(connection).count(b"HTTP/1.1 200 OK") == 201


def test_one_connection_may_ask_for_ever(tmp_path):
    path = tmp_path / "served.specgraph"
    save(build([spec_record("zlib")], now=NOON).catalogue, path)
    with (
        LiveServer(path, "--max-body-size", "1024", "--log-level", "warning") as small,
        connected(small) as connection,
    ):
        for _ in range(100):  # more than a request may have altogether
            connection.sendall(request_of())
            assert answer_of(connection)[0].startswith(b"HTTP/1.1 200 OK")
