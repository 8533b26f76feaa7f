"""What a host can install, against the raw closures."""

from __future__ import annotations

import json

import networkx as nx
import pytest

from graph.build import build
from graph.sources.detect import read_sources
from graph.targets import ARCHSPEC
from tests.schema.raw_graph import graph_of


def own_reason(spec, target, system, platform):
    if spec.platform != platform:
        return "PLATFORM_MISMATCH"
    if spec.os != system:
        return "OPERATING_SYSTEM_MISMATCH"
    if spec.target not in ARCHSPEC.runs(target):
        return "TARGET_INCOMPATIBLE"
    return "INSTALLABLE" if spec.in_build_cache or spec.external else "MISSING_BINARY"


INSTALLABLE = """query ($host: HostInput!, $where: SpecFilter, $snapshot: String, $first: Int, $after: String) {
  installable(host: $host, where: $where, snapshot: $snapshot, first: $first, after: $after) {
    totalCount
    installableCount
    nodes { hash }
    edges { cursor verdict closureRecorded truncated node { hash } blockedBy { hash } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


@pytest.mark.parametrize(
    ("target", "system"),
    [("zen3", "ubuntu22.04"), ("neoverse_v1", "ubuntu22.04"), ("power9le", "ubuntu24.04"), ("x86_64", "ubuntu22.04")],
)
@pytest.mark.parametrize("tag", ["v2025.11.0", "v2025.07.0"])
def test_verdicts_are_those_of_the_raw_closures(ask, raw, tag, target, system):
    release = raw[tag]
    order = {dag_hash: place for place, dag_hash in enumerate(release.specs)}
    host = {"target": target, "operatingSystem": system}
    answer = ask(INSTALLABLE, host=host, snapshot=tag, first=5000)["installable"]
    graph = graph_of(release, ("link", "run"))
    own = {s.hash: own_reason(s, target, system, "linux") for s in release.specs.values()}
    expected = {}
    for dag_hash, verdict in own.items():
        closure = nx.descendants(graph, dag_hash)
        blocking = [h for h in closure if own[h] != "INSTALLABLE" and not release.specs[h].external]
        if verdict == "INSTALLABLE" and blocking:
            verdict = "DEPENDENCY_BLOCKED"
        expected[dag_hash] = (verdict, sorted(blocking, key=order.__getitem__))
    distances = ARCHSPEC.distances(target)
    ranked = sorted(
        order,
        key=lambda h: (distances.get(release.specs[h].target, 99), expected[h][0] != "INSTALLABLE", order[h]),
    )
    assert answer["totalCount"] == len(release.specs)
    assert answer["installableCount"] == sum(verdict == "INSTALLABLE" for verdict, _ in expected.values())
    assert [node["hash"] for node in answer["nodes"]] == ranked
    assert [
        (edge["node"]["hash"], edge["verdict"], [node["hash"] for node in edge["blockedBy"]])
        for edge in answer["edges"]
    ] == [(h, *expected[h]) for h in ranked]
    assert {(edge["closureRecorded"], edge["truncated"]) for edge in answer["edges"]} == {(True, False)}


def test_counts_are_of_the_filtered_specs_and_pages_of_them_follow(ask, release):
    where = {"package": {"eq": "hdf5"}}
    host = {"target": "zen3", "operatingSystem": "ubuntu22.04", "platform": "linux"}
    whole = ask(INSTALLABLE, host=host, where=where, first=50)["installable"]
    assert whole["totalCount"] == sum(s.name == "hdf5" for s in release.specs.values())
    assert whole["installableCount"] == sum(edge["verdict"] == "INSTALLABLE" for edge in whole["edges"])
    cursor, pages = None, []
    for _ in range(whole["totalCount"]):
        page = ask(INSTALLABLE, host=host, where=where, first=1, after=cursor)["installable"]
        pages += page["edges"]
        cursor = page["pageInfo"]["endCursor"]
    assert pages == whole["edges"]
    assert page["pageInfo"]["hasNextPage"] is False


def test_a_host_of_another_platform_can_use_nothing_and_no_platform_is_linux(ask):
    query = """query ($platform: String) {
      installable(host: {target: "zen3", operatingSystem: "ubuntu22.04", platform: $platform}, first: 1) {
        installableCount edges { verdict }
      }
    }"""
    assert ask(query, platform="darwin")["installable"] == {
        "installableCount": 0,
        "edges": [{"verdict": "PLATFORM_MISMATCH"}],
    }
    linux = ask('{ installable(host: {target: "zen3", operatingSystem: "ubuntu22.04"}) { installableCount } }')
    assert ask(query, platform=None)["installable"]["installableCount"] == linux["installable"]["installableCount"] > 0


def test_pages_record_no_dependencies_and_their_verdicts_say_so(ask):
    query = """{
      installable(host: {target: "zen3", operatingSystem: "ubuntu22.04"}, snapshot: "develop", first: 24) {
        edges { verdict closureRecorded blockedBy { hash } }
      }
    }"""
    edges = ask(query)["installable"]["edges"]
    assert len(edges) == 24
    assert not any(edge["closureRecorded"] or edge["blockedBy"] for edge in edges)


def test_a_missing_binary_blocks_what_needs_it(ask, sample_files, tmp_path, release):
    """The same indexes, but for one zlib-ng that is not in the build cache."""
    path = "binaries/v2025.11.0/build_cache/index.json"
    index = json.loads(sample_files[path])
    installs = index["database"]["installs"]
    gone = next(h for h, i in installs.items() if i["spec"]["name"] == "zlib-ng" and h in release.stacks["e4s"])
    installs[gone]["in_buildcache"] = False
    (tmp_path / "index.json").write_text(json.dumps(index), encoding="utf-8")
    changed = ask.about(build(read_sources([tmp_path])).catalogue)
    answer = changed(
        """query ($host: HostInput!) {
          installable(host: $host, first: 5000) { edges { verdict node { hash } blockedBy { hash } } }
        }""",
        host={"target": "x86_64_v3", "operatingSystem": release.specs[gone].os},
    )["installable"]
    blocked = {e["node"]["hash"] for e in answer["edges"] if {"hash": gone} in e["blockedBy"]}
    needing = nx.ancestors(graph_of(release, ("link", "run")), gone)
    assert blocked == needing
    assert {e["verdict"] for e in answer["edges"] if e["node"]["hash"] in needing} == {"DEPENDENCY_BLOCKED"}
    assert [e["verdict"] for e in answer["edges"] if e["node"]["hash"] == gone] == ["MISSING_BINARY"]


def test_an_unknown_target_is_refused_with_what_is_near(ask_errors):
    query = '{ installable(host: {target: "zenn3", operatingSystem: "ubuntu22.04"}) { totalCount } }'
    data, (error,) = ask_errors(query)
    assert data == {"installable": None}
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"].startswith("no target 'zenn3'; near it: zen3, ")


def test_a_constraint_selects_what_is_judged_and_what_is_compared(ask):
    query = """query ($matching: String, $where: SpecFilter) {
      installable(host: {target: "zen3", operatingSystem: "ubuntu22.04"}, matching: $matching, where: $where) {
        totalCount installableCount nodes { hash }
      }
      snapshotDiff(from: "v2025.07.0", to: "v2025.11.0", matching: $matching, where: $where) {
        unchangedCount added { totalCount } removed { totalCount } packages { package change }
      }
    }"""
    filtered = ask(query, where={"package": {"eq": "hdf5"}, "target": {"eq": "x86_64_v3"}})
    assert filtered["installable"]["totalCount"] > 0
    assert ask(query, matching="hdf5 target=x86_64_v3") == filtered
    assert ask(query, matching="hdf5", where={"target": {"eq": "x86_64_v3"}}) == filtered
