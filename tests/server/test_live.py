"""A real server whose sources change under constant load: no request fails, and no answer mixes two snapshots."""

import signal
from urllib.error import HTTPError

from graph.build import build
from graph.store import save
from tests.graph.small_graphs import NOON, spec_record
from tests.server.live import LiveServer, every_worker, until
from tests.server.pages import page, replace
from tests.server.processes import Clients

SWAPS = 12
CLIENTS = 4
ANSWERS_A_SWAP = 2 * CLIENTS
QUERY = """{
  snapshot { digest specCount }
  again: snapshot { digest specCount }
  specs(first: 100) { totalCount nodes { hash package { name } } }
  packages(first: 100) { totalCount nodes { name } }
}"""

VERSIONS = {1: ["zlib"], 2: ["hdf5", "openmpi"]}


def versions(tmp_path):
    """Return two snapshot files' bytes, and the digest that each is to answer with its own content."""
    files, contents = [], {}
    for number, names in VERSIONS.items():
        path = tmp_path / f"version-{number}"
        catalogue = build([spec_record(name) for name in names], now=NOON).catalogue
        save(catalogue, path)
        files.append(path.read_bytes())
        contents[catalogue.snapshot(None).digest] = names
    return files, contents


def content_of(answer):
    """Return the digest and the names that an answer holds; what it counts is compared with what it lists."""
    names = [node["package"]["name"] for node in answer["specs"]["nodes"]]
    assert answer["specs"]["totalCount"] == answer["snapshot"]["specCount"] == len(names)
    assert [node["name"] for node in answer["packages"]["nodes"]] == sorted(names)
    assert answer["again"] == {name: answer["snapshot"][name] for name in ("digest", "specCount")}
    return answer["snapshot"]["digest"], names


def digest_of(server):
    return server.ready()["snapshots"][0]["digest"]


def alternate(server, load, source, contents, files):
    """Replace the source again and again, each time when the one before is served, and was answered from."""
    digests = list(contents)
    for swap in range(1, SWAPS + 1):
        replace(source, files[swap % 2])
        server.process.send_signal(signal.SIGHUP)  # the watch would find it too, when the files have settled
        until(lambda wanted=digests[swap % 2]: digest_of(server) == wanted)
        answered = len(load.seen)
        until(lambda enough=answered + ANSWERS_A_SWAP: load.errors or len(load.seen) >= enough)


def check(load, contents):
    assert load.errors == []
    assert {digest for digest, _ in load.seen} == set(contents)
    assert [(digest, names) for digest, names in load.seen if contents[digest] != names] == []
    assert len(load.seen) >= ANSWERS_A_SWAP * SWAPS


def test_a_snapshot_file_is_replaced_under_load(tmp_path):
    files, contents = versions(tmp_path)
    source = tmp_path / "served.specgraph"
    source.write_bytes(files[0])
    with LiveServer(source, "--reload-sources", "--rate", "0", "--log-level", "warning") as server:
        with Clients(server, QUERY, content_of, count=CLIENTS) as load:
            alternate(server, load, source, contents, files)
        assert server.ready()["failure"] is None
    check(load, contents)
    assert server.process.returncode == 0
    assert "Traceback" not in server.err


def test_pages_are_replaced_under_load(tmp_path):
    source = tmp_path / "specs.md"
    texts = [page("zlib"), page("hdf5")]
    source.write_text(texts[1])
    with LiveServer(source, "--rate", "0", "--log-level", "warning") as server:
        contents = {digest_of(server): ["hdf5"]}
        replace(source, texts[0])
        server.process.send_signal(signal.SIGHUP)
        until(lambda: digest_of(server) not in contents)
        contents = {digest_of(server): ["zlib"], **contents}
        with Clients(server, QUERY, content_of, count=CLIENTS) as load:
            alternate(server, load, source, contents, texts)
    check(load, contents)
    assert "Traceback" not in server.err


def packages(server):
    return [node["name"] for node in server.ask("{ packages(first: 9) { nodes { name } } }")["packages"]["nodes"]]


def wait_until_ready(server):
    def ready():
        try:
            return server.ready()
        except HTTPError as error:
            error.close()
            return None

    return until(ready)


def test_workers_share_what_the_process_above_them_reads(tmp_path):
    source = tmp_path / "specs.md"
    source.write_text(page("zlib"))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with LiveServer(source, "--workers", "2", "--log-level", "warning", TMPDIR=str(temporary)) as server:
        first = wait_until_ready(server)["snapshots"]
        every_worker(server, 2, lambda ready: ready["snapshots"] == first)
        replace(source, page("hdf5"))
        server.process.send_signal(signal.SIGHUP)
        every_worker(server, 2, lambda ready: ready["snapshots"] != first)
        assert packages(server) == ["hdf5"]
        replace(source, "shopping list")
        server.process.send_signal(signal.SIGHUP)
        every_worker(server, 2, lambda ready: ready["failure"] and "specs.md: " in ready["failure"]["reason"])
        assert packages(server) == ["hdf5"]
    assert server.process.returncode == 0
    assert "Traceback" not in server.err
    assert list(temporary.iterdir()) == []


def test_workers_open_a_snapshot_file_again_on_hangup(tmp_path):
    files, contents = versions(tmp_path)
    source = tmp_path / "served.specgraph"
    source.write_bytes(files[0])
    with LiveServer(source, "--workers", "2", "--log-level", "warning") as server:
        first = wait_until_ready(server)["snapshots"]
        every_worker(server, 2, lambda ready: ready["snapshots"] == first)
        replace(source, files[1])
        server.process.send_signal(signal.SIGHUP)
        every_worker(server, 2, lambda ready: ready["snapshots"] != first)
        assert packages(server) == contents[digest_of(server)]
    assert "Traceback" not in server.err


def test_a_snapshot_file_that_is_damaged_keeps_the_old_one(tmp_path):
    files, contents = versions(tmp_path)
    source = tmp_path / "served.specgraph"
    source.write_bytes(files[0])
    with LiveServer(source, "--reload-sources", "--rate", "0", "--log-level", "warning") as server:
        first = digest_of(server)
        replace(source, files[1][:-1])
        failure = until(lambda: server.ready()["failure"])
        assert (digest_of(server), packages(server)) == (first, contents[first])
        assert "damaged or cut off" in failure["reason"]
        assert failure["at"].endswith("Z")
    assert "the old ones are kept" in server.err
