"""Targets: archspec's facts, what runs what, and the stacks and specs that cover a target."""

from __future__ import annotations

import json

import pytest
from archspec.cpu.schema import TARGETS_JSON


@pytest.fixture(scope="session")
def archspec():
    """archspec's own records: vendor, generation and parents ("from") by target."""
    return TARGETS_JSON["microarchitectures"]


def runs_of(archspec, name):
    """Return a target and all that it descends from."""
    found = {name}
    for parent in archspec[name]["from"]:
        found |= runs_of(archspec, parent)
    return found


TARGET = """query ($name: String!, $tag: String) {
  target(name: $name, snapshot: $tag) {
    name family vendor generation specCount
    parents { name } runs { name } runnableOn { name }
    stacks { totalCount edges { specCount node { name } } }
    covering: stacks(compatible: true) { edges { specCount node { name } } }
    specs(first: 5000) { totalCount nodes { hash } }
    compatible: specs(compatible: true, first: 5000) { totalCount nodes { hash } }
  }
}"""


def edges(counts):
    return [{"specCount": count, "node": {"name": name}} for name, count in counts.items()]


def connection(specs):
    return {"totalCount": len(specs), "nodes": [{"hash": spec.hash} for spec in specs]}


def test_every_target_of_archspec_is_covered_by_what_it_runs(ask, release, archspec):
    for name, record in archspec.items():
        runs = runs_of(archspec, name)
        (family,) = (ancestor for ancestor in runs if not archspec[ancestor]["from"])
        own = [spec for spec in release.specs.values() if spec.target == name]
        runnable = [spec for spec in release.specs.values() if spec.target in runs]
        by_stack = release.count_by_stack({spec.hash for spec in own})
        answer = ask(TARGET, name=name)["target"]
        for field in ("runs", "runnableOn"):
            assert answer[field][0] == {"name": name}
            answer[field] = sorted(target["name"] for target in answer[field])
        assert answer == {
            "name": name,
            "family": family,
            "vendor": record["vendor"],
            "generation": record.get("generation", 0),
            "specCount": len(own),
            "parents": [{"name": parent} for parent in record["from"]],
            "runs": sorted(runs),
            "runnableOn": sorted(other for other in archspec if name in runs_of(archspec, other)),
            "stacks": {"totalCount": len(by_stack), "edges": edges(by_stack)},
            "covering": {"edges": edges(release.count_by_stack({spec.hash for spec in runnable}))},
            "specs": connection(own),
            "compatible": connection(runnable),
        }


def test_targets_are_what_archspec_answered(ask, shared_data):
    query = """query ($name: String!) {
      target(name: $name) { name family vendor generation parents { name } runs { name } }
    }"""
    lines = [*map(json.loads, (shared_data / "oracle/targets.jsonl").read_text(encoding="utf-8").splitlines())]
    assert len(lines) == 52
    for line in lines:
        answer = ask(query, name=line["target"])["target"]
        answer["parents"] = [target["name"] for target in answer["parents"]]
        answer["runs"] = sorted(target["name"] for target in answer["runs"])
        assert answer == {
            "name": line["target"],
            **{field: line[field] for field in ("family", "vendor", "generation", "parents", "runs")},
        }


def test_what_a_target_runs_comes_nearest_first_and_then_by_name(ask):
    query = '{ target(name: "haswell") { runs { name } } other: target(name: "cannonlake") { runnableOn { name } } }'
    answer = ask(query)
    assert [target["name"] for target in answer["target"]["runs"]] == [
        *("haswell", "ivybridge", "x86_64_v3", "sandybridge", "x86_64_v2"),
        *("westmere", "x86_64", "nehalem", "core2", "nocona"),
    ]
    assert [target["name"] for target in answer["other"]["runnableOn"]] == ["cannonlake", "icelake", "sapphirerapids"]


def test_the_stacks_that_cover_neoverse_v1(ask):
    query = """{ target(name: "neoverse_v1") {
      family vendor specCount parents { name }
      stacks { edges { specCount node { name } } }
      compatible: stacks(compatible: true) { totalCount edges { specCount node { name } } }
    } }"""
    assert ask(query)["target"] == {
        "family": "aarch64",
        "vendor": "ARM",
        "specCount": 771,
        "parents": [{"name": "neoverse_n1"}, {"name": "armv8.4a"}],
        "stacks": {
            "edges": [
                {"specCount": 771, "node": {"name": "e4s-neoverse_v1"}},
                {"specCount": 771, "node": {"name": "root"}},
            ]
        },
        "compatible": {
            "totalCount": 3,
            "edges": [
                {"specCount": 771, "node": {"name": "e4s-neoverse_v1"}},
                {"specCount": 412, "node": {"name": "ml-linux-aarch64-cpu"}},
                {"specCount": 1183, "node": {"name": "root"}},
            ],
        },
    }


def test_the_list_holds_the_targets_seen_and_their_ancestors(ask, raw, archspec):
    query = "query ($tag: String) { targets(snapshot: $tag) { totalCount nodes { name } } }"
    for tag, snapshot in raw.items():
        seen = {spec.target for spec in snapshot.specs.values()}
        everything = sorted(set().union(*(runs_of(archspec, target) for target in seen)))
        assert ask(query, tag=tag)["targets"] == {
            "totalCount": len(everything),
            "nodes": [{"name": name} for name in everything],
        }


def test_a_target_that_nothing_is_built_for_is_found_all_the_same(ask):
    query = '{ target(name: "power9le") { name generation specCount stacks { totalCount } specs { totalCount } } }'
    assert ask(query)["target"] == {
        "name": "power9le",
        "generation": 9,
        "specCount": 0,
        "stacks": {"totalCount": 0},
        "specs": {"totalCount": 0},
    }


def test_a_name_that_no_target_has_is_null(ask):
    assert ask('{ a: target(name: "pentium") { name } b: target(name: "") { name } }') == {"a": None, "b": None}


def test_specs_of_a_target_are_filtered_and_ordered(ask, release):
    query = """{ target(name: "neoverse_v1") {
      specs(compatible: true, where: {package: {eq: "cmake"}}, orderBy: {field: VERSION, direction: DESC}) {
        nodes { hash }
      }
    } }"""
    # newest first is the default order within a package
    found = [s.hash for s in release.specs.values() if s.name == "cmake" and s.target in ("neoverse_v1", "aarch64")]
    assert len(found) > 1
    assert ask(query)["target"]["specs"]["nodes"] == [{"hash": dag_hash} for dag_hash in found]


def test_compatible_left_out_false_and_null_are_the_same(ask):
    query = """{ target(name: "zen3") {
      left_out: specs { totalCount } false: specs(compatible: false) { totalCount }
      null: specs(compatible: null) { totalCount } true: specs(compatible: true) { totalCount }
    } }"""
    assert ask(query)["target"] == {
        "left_out": {"totalCount": 0},
        "false": {"totalCount": 0},
        "null": {"totalCount": 0},
        "true": {"totalCount": 2019},
    }
