"""Stacks: what they hold, root among them, and how many specs tie each to a list."""

from __future__ import annotations

import pytest

ALL = """query ($tag: String) {
  stacks(snapshot: $tag) {
    totalCount
    edges { specCount node {
      name root specCount binaryCount packageCount platforms
      targets { name } operatingSystems { name } compilers { name }
      packages(first: 5000) { totalCount nodes { name } }
      specs(first: 5000) { totalCount nodes { hash } }
    } }
  }
}"""


def names(values):
    return [{"name": name} for name in sorted(set(values) - {None})]


def expected_edge(snapshot, name):
    specs = [spec for spec in snapshot.specs.values() if spec.hash in snapshot.stacks[name]]
    packages = names(spec.name for spec in specs)
    node = {
        "name": name,
        "root": name == "root",
        "specCount": len(specs),
        "binaryCount": sum(spec.in_build_cache for spec in specs),
        "packageCount": len(packages),
        "platforms": sorted({spec.platform for spec in specs}),
        "targets": names(spec.target for spec in specs),
        "operatingSystems": names(spec.os for spec in specs),
        "compilers": names(spec.compiler for spec in specs),
        "packages": {"totalCount": len(packages), "nodes": packages},
        "specs": {"totalCount": len(specs), "nodes": [{"hash": spec.hash} for spec in specs]},
    }
    return {"specCount": len(specs), "node": node}


@pytest.mark.parametrize("tag", ["develop", "develop-2025-10-05", "v2025.07.0", "v2025.11.0"])
def test_every_stack_is_what_its_index_holds(ask, raw, tag):
    snapshot = raw[tag]
    assert ask(ALL, tag=tag)["stacks"] == {
        "totalCount": len(snapshot.stacks),
        "edges": [expected_edge(snapshot, name) for name in sorted(snapshot.stacks)],
    }


def test_the_default_snapshots_stacks_by_name(ask):
    answer = ask("{ stacks { edges { specCount node { name root } } } }")["stacks"]["edges"]
    assert [(edge["node"]["name"], edge["specCount"], edge["node"]["root"]) for edge in answer] == [
        ("build_systems", 70, False),
        ("e4s", 1143, False),
        ("e4s-neoverse_v1", 771, False),
        ("ml-linux-aarch64-cpu", 412, False),
        ("ml-linux-x86_64-cpu", 412, False),
        ("ml-linux-x86_64-cuda", 375, False),
        ("radiuss", 294, False),
        ("root", 3202, True),
        ("tutorial", 205, False),
    ]


def test_a_stack_is_found_by_its_name_in_its_snapshot(ask):
    query = """{
      here: stack(name: "tutorial") { name specCount }
      elsewhere: stack(name: "tutorial", snapshot: "v2025.07.0") { name }
      unknown: stack(name: "Tutorial") { name }
    }"""
    assert ask(query) == {"here": {"name": "tutorial", "specCount": 205}, "elsewhere": None, "unknown": None}


def test_specs_of_a_stack_are_filtered_and_ordered(ask, release):
    held = [s for s in release.specs.values() if s.hash in release.stacks["radiuss"] and s.compiler == "gcc@13.2.0"]
    query = """{ stack(name: "radiuss") {
      specs(where: {compiler: {eq: "gcc@13.2.0"}}, orderBy: {field: HASH}, first: 5000) { nodes { hash } }
    } }"""
    assert ask(query)["stack"]["specs"]["nodes"] == [{"hash": h} for h in sorted(spec.hash for spec in held)]


def test_an_external_is_in_its_stack_and_is_no_binary(ask):
    query = '{ stack(name: "tutorial") { specCount binaryCount specs(where: {external: true}) { totalCount } } }'
    assert ask(query) == {"stack": {"specCount": 205, "binaryCount": 202, "specs": {"totalCount": 3}}}
