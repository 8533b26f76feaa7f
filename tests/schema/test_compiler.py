"""Compilers: family and version, older spellings, and the specs that they built."""

from __future__ import annotations

import pytest

ALL = """query ($tag: String) {
  compilers(snapshot: $tag) { totalCount nodes {
    name family version specCount
    stacks { totalCount edges { specCount node { name } } }
    specs(first: 5000) { totalCount nodes { hash } }
  } }
}"""


@pytest.mark.parametrize("tag", ["develop", "develop-2025-10-05", "v2025.07.0", "v2025.11.0"])
def test_every_compiler_is_what_its_specs_are(ask, raw, tag):
    snapshot = raw[tag]
    nodes = []
    for name in sorted({spec.compiler for spec in snapshot.specs.values() if spec.compiler}):
        specs = [spec.hash for spec in snapshot.specs.values() if spec.compiler == name]
        stacks = snapshot.count_by_stack(set(specs))
        family, version = name.split("@")
        nodes.append(
            {
                "name": name,
                "family": family,
                "version": version,
                "specCount": len(specs),
                "stacks": {
                    "totalCount": len(stacks),
                    "edges": [{"specCount": count, "node": {"name": stack}} for stack, count in stacks.items()],
                },
                "specs": {"totalCount": len(specs), "nodes": [{"hash": dag_hash} for dag_hash in specs]},
            }
        )
    assert ask(ALL, tag=tag)["compilers"] == {"totalCount": len(nodes), "nodes": nodes}


def test_the_default_snapshots_compilers(ask):
    answer = ask("{ compilers { nodes { name specCount } } }")["compilers"]["nodes"]
    # gcc@11.4.0: 966 specs depend on it, and 771 that an older Spack made record it as gcc@=11.4.0
    assert answer == [
        {"name": "gcc@10.5.0", "specCount": 2},
        {"name": "gcc@11.4.0", "specCount": 1737},
        {"name": "gcc@13.2.0", "specCount": 598},
        {"name": "llvm@18.1.3", "specCount": 24},
    ]


def test_a_compiler_is_found_as_older_spack_writes_it(ask):
    query = """{
      plain: compiler(name: "gcc@11.4.0") { id name family version }
      older: compiler(name: "gcc@=11.4.0") { id name family version }
    }"""
    answer = ask(query)
    assert answer["plain"] == answer["older"]
    assert answer["older"]["name"] == "gcc@11.4.0"
    assert answer["older"]["version"] == "11.4.0"


def test_a_name_that_no_compiler_has_is_null(ask):
    query = """{
      family: compiler(name: "gcc") { name }
      version: compiler(name: "gcc@11") { name }
      none: compiler(name: "none") { name }
      empty: compiler(name: "") { name }
      elsewhere: compiler(name: "gcc@13.2.0", snapshot: "develop") { name }
    }"""
    assert ask(query) == {"family": None, "version": None, "none": None, "empty": None, "elsewhere": None}


def test_specs_without_a_compiler_have_none(ask, release):
    query = '{ specs(where: {package: {eq: "py-pip"}}, first: 5000) { nodes { hash compiler { name } } } }'
    found = [spec for spec in release.specs.values() if spec.name == "py-pip"]
    assert {spec.compiler for spec in found} == {None, "gcc@11.4.0"}
    assert ask(query)["specs"]["nodes"] == [
        {"hash": spec.hash, "compiler": {"name": spec.compiler} if spec.compiler else None} for spec in found
    ]


def test_specs_of_a_compiler_are_filtered_and_ordered(ask, release):
    query = """{ compiler(name: "llvm@18.1.3") {
      specs(where: {platform: {eq: "linux"}}, orderBy: {field: HASH, direction: DESC}, first: 5000) { nodes { hash } }
    } }"""
    found = sorted((s.hash for s in release.specs.values() if s.compiler == "llvm@18.1.3"), reverse=True)
    assert ask(query)["compiler"]["specs"]["nodes"] == [{"hash": dag_hash} for dag_hash in found]
