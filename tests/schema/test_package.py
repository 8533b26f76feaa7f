"""Packages: what their specs are, which stacks hold them, and the packages around them."""

from __future__ import annotations

import networkx as nx
import pytest

ALL = """query ($tag: String) {
  packages(snapshot: $tag, first: 5000) {
    totalCount
    nodes {
      name specCount binaryCount latestVersion versions platforms
      compilers { name } operatingSystems { name } targets { name }
      stacks { totalCount edges { specCount node { name } } }
      specs(first: 5000) { totalCount nodes { hash } }
    }
  }
}"""


def names(values):
    return [{"name": name} for name in sorted(set(values) - {None})]


def expected_package(raw, snapshot, name):
    specs = [spec for spec in snapshot.specs.values() if spec.name == name]
    versions = raw.newest_first(spec.version for spec in specs)
    stacks = snapshot.count_by_stack({spec.hash for spec in specs})
    return {
        "name": name,
        "specCount": len(specs),
        "binaryCount": sum(spec.in_build_cache for spec in specs),
        "latestVersion": versions[0],
        "versions": versions,
        "platforms": sorted({spec.platform for spec in specs}),
        "compilers": names(spec.compiler for spec in specs),
        "operatingSystems": names(spec.os for spec in specs),
        "targets": names(spec.target for spec in specs),
        "stacks": {
            "totalCount": len(stacks),
            "edges": [{"specCount": count, "node": {"name": stack}} for stack, count in stacks.items()],
        },
        "specs": {"totalCount": len(specs), "nodes": [{"hash": spec.hash} for spec in specs]},
    }


@pytest.mark.parametrize("tag", ["develop", "develop-2025-10-05", "v2025.07.0", "v2025.11.0"])
def test_every_package_is_what_its_specs_are(ask, raw, tag):
    snapshot = raw[tag]
    every = sorted({spec.name for spec in snapshot.specs.values()})
    answer = ask(ALL, tag=tag)["packages"]
    assert answer["totalCount"] == len(every)
    assert answer["nodes"] == [expected_package(raw, snapshot, name) for name in every]


def test_a_package_is_found_by_its_exact_name(ask):
    query = """{
      known: package(name: "gcc") { name versions latestVersion }
      upper: package(name: "GCC") { name }
      part: package(name: "gc") { name }
      elsewhere: package(name: "py-build", snapshot: "develop") { name specCount }
      not_there: package(name: "hdf5", snapshot: "develop") { name }
    }"""
    assert ask(query) == {
        "known": {"name": "gcc", "versions": ["13.2.0", "12.3.0", "11.4.0", "10.5.0"], "latestVersion": "13.2.0"},
        "upper": None,
        "part": None,
        "elsewhere": {"name": "py-build", "specCount": 24},
        "not_there": None,
    }


def test_the_newest_version_is_spacks_and_not_the_greatest_text(ask):
    query = """{
      develop: package(name: "mfem") { versions }
      numbers: package(name: "libxc") { latestVersion }
      many_digits: package(name: "amrex") { versions }
      cmake: package(name: "cmake") { versions }
      words: package(name: "swig") { versions }
    }"""
    assert ask(query) == {
        "develop": {"versions": ["develop", "4.8.0", "4.7.0"]},
        "numbers": {"latestVersion": "7.0.0"},
        "many_digits": {"versions": ["25.11", "25.04", "25.01", "24.10"]},
        "cmake": {"versions": ["4.1.2", "3.31.9", "3.31.4", "3.25.3"]},
        # a word is below every number: 4.1.dev1 < 4.1.1
        "words": {"versions": ["4.1.1", "4.1.dev1-fortran", "4.0.2-fortran"]},
    }


def test_an_external_counts_as_a_spec_and_not_as_a_binary(ask, release):
    glibc = [spec for spec in release.specs.values() if spec.name == "glibc"]
    assert [spec.external for spec in glibc] == [True] * 4
    query = '{ package(name: "glibc") { specCount binaryCount specs { nodes { inBuildCache external } } } }'
    assert ask(query)["package"] == {
        "specCount": 4,
        "binaryCount": 0,
        "specs": {"nodes": [{"inBuildCache": False, "external": True}] * 4},
    }


def test_specs_of_a_package_are_filtered_ordered_and_paged(ask, release):
    cmake = [spec for spec in release.specs.values() if spec.name == "cmake" and spec.target == "aarch64"]
    by_hash = sorted((spec.hash for spec in cmake), reverse=True)
    query = """{ package(name: "cmake") {
      specs(where: {target: {eq: "aarch64"}}, orderBy: {field: HASH, direction: DESC}, first: 1) {
        totalCount nodes { hash }
      }
    } }"""
    answer = ask(query)["package"]["specs"]
    assert answer == {"totalCount": len(cmake), "nodes": [{"hash": by_hash[0]}]}


DEPENDENCIES = """query ($tag: String, $deptypes: [DependencyType!]) {
  packages(snapshot: $tag, first: 5000) { nodes {
    name
    dependencies(deptypes: $deptypes, first: 5000) { totalCount nodes { name } }
    dependents(deptypes: $deptypes, first: 5000) { totalCount nodes { name } }
  } }
}"""

DEPENDENTS = """query ($name: String!, $deptypes: [DependencyType!]) {
  package(name: $name) { dependents(deptypes: $deptypes, transitive: true, first: 5000) { totalCount nodes { name } } }
}"""


def packages_along(raw, snapshot, deptypes):
    """For each package, the packages that a spec of it depends on, and those with a spec that depends on it."""
    below: dict[str, set[str]] = {}
    above: dict[str, set[str]] = {}
    for spec in snapshot.specs.values():
        below.setdefault(spec.name, set())
        above.setdefault(spec.name, set())
    for spec in snapshot.specs.values():
        for edge in raw.edges(spec):
            if deptypes is None or set(edge.deptypes) & set(deptypes):
                other = snapshot.specs[edge.hash].name
                below[spec.name].add(other)
                above[other].add(spec.name)
    return below, above


@pytest.mark.parametrize("deptypes", [None, ["LINK", "RUN"], ["TEST"]])
def test_packages_depend_on_what_one_of_their_specs_depends_on(ask, raw, deptypes):
    snapshot = raw["v2025.11.0"]
    below, above = packages_along(raw, snapshot, deptypes)

    def connection(found):
        return {"totalCount": len(found), "nodes": [{"name": name} for name in sorted(found)]}

    answer = ask(DEPENDENCIES, tag="v2025.11.0", deptypes=deptypes)["packages"]["nodes"]
    assert answer == [
        {"name": name, "dependencies": connection(below[name]), "dependents": connection(above[name])}
        for name in sorted(below)
    ]


@pytest.mark.parametrize("name", ["zlib-ng", "gcc", "llvm", "py-build", "trilinos"])
@pytest.mark.parametrize("deptypes", [None, ["LINK", "RUN"]])
def test_transitive_dependents_follow_specs_and_not_packages(ask, raw, name, deptypes):
    snapshot = raw["v2025.11.0"]
    graph: nx.DiGraph = nx.DiGraph()
    graph.add_nodes_from(snapshot.specs)
    for spec in snapshot.specs.values():
        for edge in raw.edges(spec):
            if deptypes is None or set(edge.deptypes) & set(deptypes):
                graph.add_edge(spec.hash, edge.hash)
    found = set()
    for spec in snapshot.specs.values():
        if spec.name == name:
            found |= {snapshot.specs[dependent].name for dependent in nx.ancestors(graph, spec.hash)}
    answer = ask(DEPENDENTS, name=name, deptypes=deptypes)["package"]["dependents"]
    assert answer == {"totalCount": len(found), "nodes": [{"name": other} for other in sorted(found)]}


def test_a_package_depends_on_itself_only_where_one_of_its_specs_does(ask):
    query = """{
      gcc: package(name: "gcc") { dependencies(first: 5000) { nodes { name } } }
      zlib: package(name: "zlib-ng") { dependencies(first: 5000) { nodes { name } } }
    }"""
    answer = ask(query)
    assert {"name": "gcc"} in answer["gcc"]["dependencies"]["nodes"]
    assert {"name": "zlib-ng"} not in answer["zlib"]["dependencies"]["nodes"]
