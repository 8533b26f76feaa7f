"""A Ray cluster of two nodes on this machine, under constant load, while replicas and nodes come and go.

Every answer is compared with what the content that its header names is known to answer. How long each recovery took
is printed (`-s` shows it), and no time is compared with anything.
"""

import dataclasses
import http.client
import json
import os
import shutil
import signal
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

import pytest

from graph.snapshot import Catalogue
from graph.store import open_file, open_record, save
from server.cli import main
from server.ray.config import read_deployment
from server.ray.deployment import release_of
from server.ray.front import PIN
from tests.server.ray.clusters import HEAD, Nodes, free_port
from tests.server.ray.conftest import LOST, NOON, ROOT, served_folder, without_stack

ray = pytest.importorskip("ray", reason="Ray is not installed: make test-ray runs these")

pytestmark = pytest.mark.filterwarnings("ignore")  # Ray's own, of which there are many

PATIENCE_SECONDS = 120
PAUSE_SECONDS = 0.05
"""Between two requests of one client: the load is constant and leaves the machine to the cluster."""

CLIENTS = 3

QUESTIONS = [
    "{ stacks { totalCount nodes { name } } snapshot { digest stackCount } }",
    '{ package(name: "hdf5") { specCount versions snapshot { digest } } snapshot { digest } }',
    '{ package(name: "py-build", snapshot: "develop") { specCount snapshot { digest } } }',
    '{ a: snapshot(name: "develop") { digest } b: specs(matching: "^zlib-ng") { totalCount } snapshot { digest } }',
    '{ snapshotDiff(from: "develop-2025-10-05", to: "v2025.11.0") { unchangedCount added { totalCount } } }',
]


def asked(port, query, headers=None):
    """Return status, pin and body of a request's answer; raises `OSError` where the connection broke."""
    body = json.dumps({"query": query}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql", body, {"Content-Type": "application/json", **(headers or {})}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
            return response.status, response.headers[PIN], response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers[PIN], error.read()


class Load:
    """Clients that ask all the time; each answer is kept once, by question and content, with how often it came."""

    def __init__(self, port):
        self._port = port
        self._end = threading.Event()
        self.answers: Counter = Counter()
        self.failures: list = []
        self._threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(CLIENTS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, turn):
        while not self._end.wait(PAUSE_SECONDS):
            turn += 1
            query = QUESTIONS[turn % len(QUESTIONS)]
            begun = time.monotonic()
            try:
                status, pin, body = asked(self._port, query)
            except (OSError, http.client.HTTPException) as error:
                self.failures.append((begun, time.monotonic(), repr(error)))
                continue
            if status == 200:
                self.answers[query, pin, body] += 1
            else:
                self.failures.append((begun, time.monotonic(), f"{status} {body[:200]!r}"))

    def since(self, moment):
        """Return the failures of requests that began after a moment."""
        return [failure for failure in self.failures if failure[0] > moment]


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    """A cluster of a head and one more node, to which this process is connected."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    with Nodes(tmp_path_factory.mktemp("nodes"), cpus=6) as cluster:
        cluster.add(3)
        ray.init(address=cluster.address, _node_ip_address=HEAD, log_to_driver=False, logging_level="ERROR")
        until(lambda: len(alive()) == 2)
        yield cluster
        ray.shutdown()


def alive():
    """Return the addresses of the nodes that Ray counts."""
    return sorted(node["NodeManagerAddress"] for node in ray.nodes() if node["Alive"])


def until(condition):
    """Wait for a condition; returns what it gave and how many seconds that took."""
    begun = time.monotonic()
    while time.monotonic() < begun + PATIENCE_SECONDS:
        found = condition()
        if found:
            return found, time.monotonic() - begun
        time.sleep(0.1)
    raise AssertionError(f"nothing happened for {PATIENCE_SECONDS} seconds")


def replicas(name):
    """Return (node, process) of each running replica of a deployment."""
    from ray.serve.context import _get_global_client

    details = _get_global_client().get_serve_details()
    found = details["applications"]["specgraph"]["deployments"][name]["replicas"]
    return sorted((replica["node_id"], replica["pid"]) for replica in found if replica["state"] == "RUNNING")


@pytest.fixture(scope="module")
def served(nodes, contents, tmp_path_factory):
    """Both groups served from files over HTTP; yields the port, the deployment file and what the server gave."""
    from ray import serve

    folder = tmp_path_factory.mktemp("served")
    files = folder / "files"
    files.mkdir()
    for group in ("nightly", "releases"):
        os.link(contents / f"{group}.specgraph", files / f"{group}.specgraph")
    port = free_port("127.0.0.1")
    with served_folder(files) as (address, given):
        path = folder / "deploy.json"
        stated = {
            "groups": {group: f"{address}/{group}.specgraph" for group in ("nightly", "releases")},
            "cache": str(folder / "cache"),
            "address": nodes.address,
            "default-snapshot": "v2025.11.0",
            "port": port,
            "holders": {"least": 2, "most": 2, "surge": 50, "health-seconds": 1, "drain-seconds": 10},
            "fronts": {"least": 2, "most": 2, "cpus": 0.5, "surge": 50, "health-seconds": 1, "drain-seconds": 10},
            "settings": {"allow-private": True},
        }
        path.write_text(json.dumps(stated))
        deploy(path)
        yield port, path, files, given
        serve.shutdown()


def deploy(path):
    """Run `specgraph deploy`."""
    assert main(["deploy", "--config", str(path)], standalone_mode=False) == 0


def redeploy(path, **changed):
    """Change the deployment file and deploy it."""
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))
    deploy(path)


@pytest.fixture(scope="module")
def known(readings):
    """What each content answers, by question and the digests of its snapshots: asked in one process."""
    return {"first": readings, "second": list(without_stack(readings, LOST))}


def expected(readings):
    """Return the one right body of each question over these readings."""
    from graph.build import build
    from schema.context import Context
    from schema.execution.engine import Engine, answered
    from schema.root import schema

    catalogue = build(readings, default="v2025.11.0").catalogue
    return {query: answered(Engine(schema), query, {}, Context(catalogue)).body for query in QUESTIONS}


def check_answers(load, *contents):
    """Every answer is that of one of the contents, and a pin stands for one content alone."""
    right = [expected(content) for content in contents]
    bodies: dict = {}
    for query, pin, body in load.answers:
        assert body in [answers[query] for answers in right], (query, body)
        bodies.setdefault((query, pin), set()).add(body)
    assert all(len(found) == 1 for found in bodies.values())
    assert {query for query, _, _ in load.answers} == set(QUESTIONS)


def told(what, seconds, load):
    print(
        f"\n{what}: {seconds:.1f} s; {sum(load.answers.values())} answers, {len(load.failures)} failures",
        *load.failures,
        sep="\n",
    )


def test_each_node_fetches_each_file_once(served):
    port, path, _, given = served
    assert asked(port, QUESTIONS[2])[0] == 200
    assert {node for node, _ in replicas("holder")} == {node["NodeID"] for node in ray.nodes() if node["Alive"]}
    # the two nodes, and the machine from which it is deployed; they share the cache of downloads here
    sent = Counter(name for name, status in given if status == 200)
    assert sent == {"/nightly.specgraph": 1, "/releases.specgraph": 1}
    caches = sorted(folder.name for folder in (path.parent / "cache").iterdir())
    assert len(caches) == 3
    for folder in (path.parent / "cache").iterdir():
        assert len(list(folder.glob("*.specgraph"))) == 2


def test_holders_of_a_node_map_one_copy(served):
    cache = served[1].parent / "cache"
    mapped = {
        (path.stat().st_dev, path.stat().st_ino): path for path in cache.rglob("*.specgraph")
    }  # links of one download on this machine
    for _, pid in replicas("holder"):
        lines = (line.split() for line in Path(f"/proc/{pid}/maps").read_text().splitlines())
        inodes = {int(fields[4]) for fields in lines if len(fields) > 5 and fields[5].endswith(".specgraph")}
        assert inodes == {inode for _, inode in mapped}


def test_a_killed_replica_costs_what_it_had_under_way(served, known):
    port = served[0]
    with Load(port) as load:
        until(lambda: sum(load.answers.values()) > 50)
        before = replicas("holder")
        os.kill(before[0][1], signal.SIGKILL)
        killed = time.monotonic()
        _, seconds = until(lambda: len(set(replicas("holder")) - set(before)) == 1)
        count = sum(load.answers.values())
        until(lambda: sum(load.answers.values()) > count + 50)
    told("a new replica in place of the killed one", seconds, load)
    assert load.since(killed) == []
    assert len(load.failures) <= CLIENTS
    check_answers(load, known["first"])


def test_a_new_digest_rolls_out_and_a_pinned_one_stays(served, contents, known):
    port, path, files, _ = served
    status, pin, first = asked(port, QUESTIONS[0])
    assert status == 200
    with Load(port) as load:
        until(lambda: sum(load.answers.values()) > 50)
        draft = files / "draft"
        shutil.copyfile(contents / "releases-2.specgraph", draft)
        later = draft.stat().st_mtime + 60  # the server tells times in seconds
        os.utime(draft, (later, later))
        draft.replace(files / "releases.specgraph")
        begun = time.monotonic()
        pinned = threading.Thread(target=lambda: kept.extend(keep_pinned(port, pin, begun, done)))
        kept: list = []
        done = threading.Event()
        pinned.start()
        deploy(path)
        digest = release_of(read_deployment(path)).groups["releases"].digest
        until(lambda: digest in (asked(port, QUESTIONS[0])[1] or ""))
        seconds = time.monotonic() - begun
        until(lambda: all(f"releases:{digest}" in asked(port, QUESTIONS[0])[1] for _ in range(20)))
        done.set()
        pinned.join()
    told("the new digest everywhere", seconds, load)
    assert load.failures == []
    check_answers(load, known["first"], known["second"])
    assert len({pin for _, pin, _ in load.answers if "releases" in pin and "," not in pin}) == 2
    assert kept
    assert set(kept) == {(200, pin, first)}
    assert asked(port, QUESTIONS[0], {PIN: pin}) == (200, pin, first)


def keep_pinned(port, pin, begun, done):
    """Ask for one content until told to end."""
    while not done.wait(PAUSE_SECONDS):
        yield asked(port, QUESTIONS[0], {PIN: pin})


def test_a_replica_is_added_and_taken_away(served, known):
    port, path, *_ = served
    holders = json.loads(path.read_text())["holders"]
    with Load(port) as load:
        until(lambda: sum(load.answers.values()) > 50)
        begun = time.monotonic()
        redeploy(path, holders=holders | {"least": 3, "most": 3})
        until(lambda: len(replicas("holder")) == 3)
        told("a third replica", time.monotonic() - begun, load)
        begun = time.monotonic()
        redeploy(path, holders=holders)
        until(lambda: len(replicas("holder")) == 2)
        told("two replicas again", time.monotonic() - begun, load)
    assert load.failures == []
    check_answers(load, known["second"])


def test_a_killed_node_costs_what_it_had_under_way(served, nodes, known):
    port = served[0]
    with Load(port) as load:
        until(lambda: sum(load.answers.values()) > 50)
        killed = time.monotonic()
        nodes.kill("127.0.0.3")
        _, seconds = until(lambda: len(replicas("holder")) == 2 and len(replicas("front")) == 2 and len(alive()) == 1)
        count = sum(load.answers.values())
        until(lambda: sum(load.answers.values()) > count + 100)
        told("all replicas on the other node", seconds, load)
    # what went to the node before Ray knew that it is gone was under way on it; afterwards nothing fails
    assert [failure for failure in load.failures if failure[0] > killed + seconds] == []
    check_answers(load, known["second"])


def test_build_on_ray_writes_the_same_content(nodes, tmp_path):
    sample = str(ROOT / "server" / "sample" / "sample.tar.xz")
    for name, flags in (("one", ()), ("many", ("--ray",))):
        arguments = ["build", sample, "-o", str(tmp_path / name), *flags]
        assert main(arguments, standalone_mode=False) == 0
    one, many = (open_file(tmp_path / name) for name in ("one", "many"))
    assert [(s.name, s.digest) for s in one] == [(s.name, s.digest) for s in many]
    assert at_noon(one, tmp_path / "one") == at_noon(many, tmp_path / "many")
    before = (tmp_path / "many").read_bytes()
    assert main(["update", str(tmp_path / "many"), sample], standalone_mode=False) == 0
    assert (tmp_path / "many").read_bytes() == before


def at_noon(catalogue, path):
    """Return the bytes of a snapshot file, as they are but for the time at which its sources were read."""
    snapshots = [dataclasses.replace(snapshot, ingested_at=NOON) for snapshot in catalogue]
    save(Catalogue(snapshots, universe=catalogue.universe), path.with_suffix(".noon"), record=open_record(path))
    return path.with_suffix(".noon").read_bytes()
