"""Filters, each kind and their combinations, against a plain scan over the raw data and Spack's own answers."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


def value_of(spec, variant):
    return spec.parameters.get(variant)


SPECS = [
    # StringFilter, on the package
    (
        '{ specs(where: {package: {eq: "hdf5"}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.name == "hdf5",
    ),
    ('{ specs(where: {package: {eq: "HDF5"}}, first: 5000) { totalCount nodes { hash } } }', lambda s: False),
    ('{ specs(where: {package: {eq: "no-such"}}, first: 5000) { totalCount nodes { hash } } }', lambda s: False),
    (
        '{ specs(where: {package: {ne: "hdf5"}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.name != "hdf5",
    ),
    (
        '{ specs(where: {package: {in: ["hdf5", "no-such", "cmake"]}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.name in ("hdf5", "cmake"),
    ),
    ("{ specs(where: {package: {in: []}}, first: 5000) { totalCount nodes { hash } } }", lambda s: False),
    (
        '{ specs(where: {package: {notIn: ["hdf5", "cmake"]}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.name not in ("hdf5", "cmake"),
    ),
    ("{ specs(where: {package: {notIn: []}}, first: 5000) { totalCount nodes { hash } } }", lambda s: True),
    (
        '{ specs(where: {package: {startsWith: "py-"}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.name.startswith("py-"),
    ),
    (
        '{ specs(where: {package: {contains: "mpi"}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: "mpi" in s.name,
    ),
    (
        """{ specs(where: {package: {startsWith: "py-", contains: "jupyter", ne: "py-jupyterlab"}}, first: 5000) {
          totalCount nodes { hash }
        } }""",
        lambda s: s.name.startswith("py-") and "jupyter" in s.name and s.name != "py-jupyterlab",
    ),
    (
        '{ specs(where: {package: {eq: "hdf5", in: ["cmake"]}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: False,
    ),
    # the hash
    (
        '{ specs(where: {hash: {startsWith: "p"}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.hash.startswith("p"),
    ),
    (
        '{ specs(where: {hash: {contains: "abc"}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: "abc" in s.hash,
    ),
    (
        """{ specs(where: {hash: {startsWith: "p", contains: "z", notIn: ["pemy6dbksd55n2jllhe7cebrmcvnegmh"]}}
          first: 5000) { totalCount nodes { hash } } }""",
        lambda s: s.hash.startswith("p") and "z" in s.hash and s.hash != "pemy6dbksd55n2jllhe7cebrmcvnegmh",
    ),
    (
        """{ specs(
          where: {hash: {in: ["pemyoevtqqfjtls2s5cv7t7wfwbprdvl", "pemy6dbksd55n2jllhe7cebrmcvnegmh", "pemy"]}}
        ) { totalCount nodes { hash } } }""",
        lambda s: s.hash.startswith("pemy"),
    ),
    (
        '{ specs(where: {hash: {eq: "pemy6dbksd55n2jllhe7cebrmcvnegmh"}}) { totalCount nodes { hash } } }',
        lambda s: s.hash == "pemy6dbksd55n2jllhe7cebrmcvnegmh",
    ),
    (
        '{ specs(where: {hash: {ne: "pemy6dbksd55n2jllhe7cebrmcvnegmh"}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.hash != "pemy6dbksd55n2jllhe7cebrmcvnegmh",
    ),
    # a spec of another snapshot is not in this one
    (
        '{ specs(where: {hash: {eq: "2viyxlmuaf7azutxvctzoall2qjibgei"}}) { totalCount nodes { hash } } }',
        lambda s: False,
    ),
    # VersionFilter
    (
        '{ specs(where: {version: {eq: "2.28.7.1"}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.version == "2.28.7-1",
    ),
    ('{ specs(where: {version: {eq: "3"}}, first: 5000) { totalCount nodes { hash } } }', lambda s: s.version == "3"),
    (
        '{ specs(where: {version: {in: ["develop", "3.31_9", "0"]}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.version in ("develop", "3.31.9"),
    ),
    ("{ specs(where: {version: {in: []}}, first: 5000) { totalCount nodes { hash } } }", lambda s: False),
    (
        """{ specs(where: {package: {eq: "cmake"}, version: {matches: "3.26:3.31"}}, first: 5000) {
          totalCount nodes { hash }
        } }""",
        lambda s: s.name == "cmake" and s.version in ("3.31.4", "3.31.9"),
    ),
    (
        """{ specs(where: {package: {eq: "cmake"}, version: {matches: "=3.31"}}, first: 5000) {
          totalCount nodes { hash }
        } }""",
        lambda s: False,
    ),
    (
        """{ specs(where: {package: {eq: "mfem"}, version: {matches: "4.8.1:"}}, first: 5000) {
          totalCount nodes { hash }
        } }""",
        lambda s: s.name == "mfem" and s.version == "develop",
    ),
    ('{ specs(where: {version: {matches: ":"}}, first: 5000) { totalCount nodes { hash } } }', lambda s: True),
    (
        """{ specs(where: {package: {eq: "gcc"}, version: {in: ["11.4.0", "12.3.0"], matches: "12:"}}) {
          totalCount nodes { hash }
        } }""",
        lambda s: s.name == "gcc" and s.version == "12.3.0",
    ),
    # target
    (
        '{ specs(where: {target: {eq: "aarch64"}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.target == "aarch64",
    ),
    ('{ specs(where: {target: {eq: "pentium"}}, first: 5000) { totalCount nodes { hash } } }', lambda s: False),
    (
        '{ specs(where: {target: {in: ["aarch64", "neoverse_v1"]}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.target in ("aarch64", "neoverse_v1"),
    ),
    ("{ specs(where: {target: {in: []}}, first: 5000) { totalCount nodes { hash } } }", lambda s: False),
    (
        '{ specs(where: {target: {family: "aarch64"}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.target in ("aarch64", "neoverse_v1"),
    ),
    (
        '{ specs(where: {target: {family: "neoverse_v1"}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: False,
    ),
    (
        '{ specs(where: {target: {runsOn: "neoverse_n1"}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.target == "aarch64",
    ),
    (
        '{ specs(where: {target: {runsOn: "neoverse_v1"}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.target in ("aarch64", "neoverse_v1"),
    ),
    (
        '{ specs(where: {target: {runsOn: "x86_64_v2"}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: False,
    ),
    (
        """{ specs(where: {target: {runsOn: "neoverse_v1", eq: "neoverse_v1"}}, first: 5000) {
          totalCount nodes { hash }
        } }""",
        lambda s: s.target == "neoverse_v1",
    ),
    # operating system, platform, compiler
    (
        '{ specs(where: {operatingSystem: {eq: "ubuntu24.04"}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.os == "ubuntu24.04",
    ),
    (
        """{ specs(where: {operatingSystem: {startsWith: "ubuntu2", ne: "ubuntu24.04"}}, first: 5000) {
          totalCount nodes { hash }
        } }""",
        lambda s: s.os == "ubuntu22.04",
    ),
    ('{ specs(where: {platform: {eq: "linux"}}, first: 5000) { totalCount nodes { hash } } }', lambda s: True),
    ('{ specs(where: {platform: {ne: "linux"}}, first: 5000) { totalCount nodes { hash } } }', lambda s: False),
    (
        '{ specs(where: {compiler: {eq: "gcc@=11.4.0"}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.compiler == "gcc@11.4.0",
    ),
    (
        '{ specs(where: {compiler: {in: ["gcc@=13.2.0", "llvm@18.1.3"]}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.compiler in ("gcc@13.2.0", "llvm@18.1.3"),
    ),
    (
        '{ specs(where: {compiler: {startsWith: "gcc@"}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: (s.compiler or "").startswith("gcc@"),
    ),
    (
        '{ specs(where: {compiler: {contains: ""}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.compiler is not None,
    ),
    # a spec without a compiler is not built by gcc@11.4.0
    (
        '{ specs(where: {compiler: {ne: "gcc@=11.4.0"}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.compiler != "gcc@11.4.0",
    ),
    (
        """{ specs(where: {compiler: {notIn: ["gcc@=11.4.0", "gcc@13.2.0"]}}, first: 5000) {
          totalCount nodes { hash }
        } }""",
        lambda s: s.compiler not in ("gcc@11.4.0", "gcc@13.2.0"),
    ),
    (
        """{ specs(where: {compiler: {notIn: ["gcc@11.4.0"], startsWith: "gcc"}}, first: 5000) {
          totalCount nodes { hash }
        } }""",
        lambda s: s.compiler in ("gcc@10.5.0", "gcc@13.2.0"),
    ),
    # variants
    (
        '{ specs(where: {variant: [{name: "mpi", enabled: true}]}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: value_of(s, "mpi") is True,
    ),
    (
        '{ specs(where: {variant: [{name: "mpi", enabled: false}]}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: value_of(s, "mpi") is False,
    ),
    (
        '{ specs(where: {variant: [{name: "mpi"}]}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: "mpi" in s.parameters,
    ),
    (
        """{ specs(where: {variant: [{name: "build_type", value: "Release"}, {name: "shared", enabled: true}]}
          first: 5000) { totalCount nodes { hash } } }""",
        lambda s: value_of(s, "build_type") == "Release" and value_of(s, "shared") is True,
    ),
    # one value of a multi-valued variant
    (
        '{ specs(where: {variant: [{name: "libs", value: "static"}]}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: "static" in (value_of(s, "libs") or []),
    ),
    (
        '{ specs(where: {variant: [{name: "libs", enabled: true}]}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: False,
    ),
    # a boolean has no values
    (
        '{ specs(where: {variant: [{name: "mpi", value: "True"}]}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: False,
    ),
    (
        '{ specs(where: {variant: [{name: "no_such"}]}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: False,
    ),
    # compiler flags are no variants
    (
        '{ specs(where: {variant: [{name: "cflags"}]}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: False,
    ),
    ("{ specs(where: {variant: []}, first: 5000) { totalCount nodes { hash } } }", lambda s: True),
    # binaries and externals
    ("{ specs(where: {inBuildCache: true}, first: 5000) { totalCount nodes { hash } } }", lambda s: s.in_build_cache),
    ("{ specs(where: {inBuildCache: false}) { totalCount nodes { hash } } }", lambda s: not s.in_build_cache),
    ("{ specs(where: {external: true}) { totalCount nodes { hash } } }", lambda s: s.external),
    ("{ specs(where: {external: false}, first: 5000) { totalCount nodes { hash } } }", lambda s: not s.external),
    # and, or, not
    (
        """{ specs(where: {
          and: [{package: {eq: "cmake"}}, {or: [{target: {eq: "aarch64"}}, {compiler: {eq: "gcc@13.2.0"}}]}]
          not: {version: {eq: "3.31.4"}}
        }, first: 5000) { totalCount nodes { hash } } }""",
        lambda s: s.name == "cmake" and (s.target == "aarch64" or s.compiler == "gcc@13.2.0") and s.version != "3.31.4",
    ),
    ("{ specs(where: {and: []}, first: 5000) { totalCount nodes { hash } } }", lambda s: True),
    ("{ specs(where: {or: []}, first: 5000) { totalCount nodes { hash } } }", lambda s: False),
    ("{ specs(where: {or: [{}]}, first: 5000) { totalCount nodes { hash } } }", lambda s: True),
    ("{ specs(where: {not: {}}, first: 5000) { totalCount nodes { hash } } }", lambda s: False),
    ("{ specs(where: {not: {or: []}}, first: 5000) { totalCount nodes { hash } } }", lambda s: True),
    (
        '{ specs(where: {not: {not: {package: {eq: "gcc"}}}}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.name == "gcc",
    ),
    (
        '{ specs(where: {external: true, or: [{package: {eq: "gcc"}}]}, first: 5000) { totalCount nodes { hash } } }',
        lambda s: s.external and s.name == "gcc",
    ),
    # what is null or left out says nothing
    ("{ specs(where: {}, first: 5000) { totalCount nodes { hash } } }", lambda s: True),
    ("{ specs(where: null, first: 5000) { totalCount nodes { hash } } }", lambda s: True),
    (
        """{ specs(where: {
          and: null or: null not: null package: null hash: {} version: {} stack: {} target: {} operatingSystem: null
          platform: {eq: null ne: null in: null notIn: null startsWith: null contains: null} compiler: {}
          variant: null inBuildCache: null external: null
        }, first: 5000) { totalCount nodes { hash } } }""",
        lambda s: True,
    ),
    (
        """{ specs(where: {
          variant: [{name: "mpi", enabled: null, value: null}] version: {eq: null, in: null, matches: null}
          target: {eq: null, in: null, family: null, runsOn: null} stack: {allOf: null, anyOf: null, noneOf: null}
        }, first: 5000) { totalCount nodes { hash } } }""",
        lambda s: "mpi" in s.parameters,
    ),
]


@pytest.mark.parametrize(("query", "holds"), SPECS)
def test_a_filter_selects_what_a_plain_scan_selects(ask, release, query, holds):
    expected = [{"hash": spec.hash} for spec in release.specs.values() if holds(spec)]
    assert ask(query)["specs"] == {"totalCount": len(expected), "nodes": expected}


STACKS = [
    (
        '{ specs(where: {stack: {allOf: ["root", "e4s"]}}, first: 5000) { totalCount nodes { hash } } }',
        lambda held: {"root", "e4s"} <= held,
    ),
    (
        """{ specs(where: {stack: {allOf: ["ml-linux-x86_64-cpu", "ml-linux-x86_64-cuda"]}}, first: 5000) {
          totalCount nodes { hash }
        } }""",
        lambda held: {"ml-linux-x86_64-cpu", "ml-linux-x86_64-cuda"} <= held,
    ),
    (
        """{ specs(where: {stack: {anyOf: ["tutorial", "radiuss", "no-such"]}}, first: 5000) {
          totalCount nodes { hash }
        } }""",
        lambda held: bool({"tutorial", "radiuss"} & held),
    ),
    (
        '{ specs(where: {stack: {noneOf: ["e4s", "no-such"]}}, first: 5000) { totalCount nodes { hash } } }',
        lambda held: "e4s" not in held,
    ),
    (
        """{ specs(where: {stack: {allOf: ["ml-linux-x86_64-cpu"], noneOf: ["ml-linux-x86_64-cuda"]}}, first: 5000) {
          totalCount nodes { hash }
        } }""",
        lambda held: "ml-linux-x86_64-cpu" in held and "ml-linux-x86_64-cuda" not in held,
    ),
    (
        '{ specs(where: {stack: {allOf: ["e4s", "no-such"]}}, first: 5000) { totalCount nodes { hash } } }',
        lambda held: False,
    ),
    ("{ specs(where: {stack: {allOf: []}}, first: 5000) { totalCount nodes { hash } } }", lambda held: True),
    ("{ specs(where: {stack: {anyOf: []}}, first: 5000) { totalCount nodes { hash } } }", lambda held: False),
    ("{ specs(where: {stack: {noneOf: []}}, first: 5000) { totalCount nodes { hash } } }", lambda held: True),
]


@pytest.mark.parametrize(("query", "holds"), STACKS)
def test_a_filter_on_stacks_selects_what_a_plain_scan_selects(ask, release, query, holds):
    expected = [{"hash": h} for h in release.specs if holds(set(release.stacks_of(h)))]
    assert ask(query)["specs"] == {"totalCount": len(expected), "nodes": expected}


PACKAGES = [
    (
        '{ packages(where: {name: {eq: "hdf5"}}, first: 5000) { totalCount nodes { name } } }',
        lambda n, specs: n == "hdf5",
    ),
    (
        '{ packages(where: {name: {ne: "hdf5", startsWith: "h"}}, first: 5000) { totalCount nodes { name } } }',
        lambda n, specs: n.startswith("h") and n != "hdf5",
    ),
    (
        '{ packages(where: {name: {contains: "mpi", notIn: ["openmpi"]}}, first: 5000) { totalCount nodes { name } } }',
        lambda n, specs: "mpi" in n and n != "openmpi",
    ),
    (
        '{ packages(where: {name: {in: ["cmake", "no-such"]}}, first: 5000) { totalCount nodes { name } } }',
        lambda n, specs: n == "cmake",
    ),
    ("{ packages(where: {name: {in: []}}, first: 5000) { totalCount nodes { name } } }", lambda n, specs: False),
    (
        '{ packages(where: {hasSpec: {target: {eq: "aarch64"}}}, first: 5000) { totalCount nodes { name } } }',
        lambda n, specs: any(s.target == "aarch64" for s in specs),
    ),
    # one spec has both, not one each
    (
        """{ packages(where: {hasSpec: {target: {eq: "aarch64"}, version: {matches: "4:"}}}, first: 5000) {
          totalCount nodes { name }
        } }""",
        lambda n, specs: any(s.target == "aarch64" and at_least_4(s.version) for s in specs),
    ),
    ("{ packages(where: {hasSpec: {}}, first: 5000) { totalCount nodes { name } } }", lambda n, specs: True),
    ("{ packages(where: {hasSpec: {or: []}}, first: 5000) { totalCount nodes { name } } }", lambda n, specs: False),
    (
        """{ packages(where: {
          or: [{name: {startsWith: "lib"}}, {hasSpec: {external: true}}]
          and: [{not: {name: {eq: "gcc"}}}]
          not: {hasSpec: {variant: [{name: "shared"}]}}
        }, first: 5000) { totalCount nodes { name } } }""",
        lambda n, specs: (
            (n.startswith("lib") or any(s.external for s in specs))
            and n != "gcc"
            and not any("shared" in s.parameters for s in specs)
        ),
    ),
    ("{ packages(where: {or: []}, first: 5000) { totalCount nodes { name } } }", lambda n, specs: False),
    ("{ packages(where: {and: []}, first: 5000) { totalCount nodes { name } } }", lambda n, specs: True),
    ("{ packages(where: {not: {}}, first: 5000) { totalCount nodes { name } } }", lambda n, specs: False),
    (
        """{ packages(where: {and: null, or: null, not: null, name: null, hasSpec: null}, first: 5000) {
          totalCount nodes { name }
        } }""",
        lambda n, specs: True,
    ),
    ("{ packages(where: null, first: 5000) { totalCount nodes { name } } }", lambda n, specs: True),
]


def at_least_4(version):
    first = re.findall("[0-9]+|[a-zA-Z]+", version)[0]
    return int(first) >= 4 if first.isdigit() else first in ("develop", "main", "master")


@pytest.mark.parametrize(("query", "holds"), PACKAGES)
def test_a_filter_on_packages_selects_what_a_plain_scan_selects(ask, release, query, holds):
    specs: dict[str, list] = {}
    for spec in release.specs.values():
        specs.setdefault(spec.name, []).append(spec)
    expected = [{"name": name} for name in sorted(specs) if holds(name, specs[name])]
    assert ask(query)["packages"] == {"totalCount": len(expected), "nodes": expected}


def test_counts_equal_lists_at_every_holder_of_specs(ask, release):
    query = """{
      package(name: "cmake") { specs(where: {target: {eq: "x86_64_v3"}}, first: 5000) { totalCount nodes { hash } } }
      stack(name: "e4s") { specs(where: {package: {eq: "cmake"}}, first: 5000) { totalCount nodes { hash } } }
      target(name: "zen4") {
        specs(compatible: true, where: {package: {eq: "cmake"}}, first: 5000) { totalCount nodes { hash } }
      }
      operatingSystem(name: "ubuntu22.04") {
        specs(where: {package: {eq: "cmake"}}, first: 5000) { totalCount nodes { hash } }
      }
      compiler(name: "gcc@11.4.0") { specs(where: {package: {eq: "cmake"}}, first: 5000) { totalCount nodes { hash } } }
    }"""
    cmake = [spec for spec in release.specs.values() if spec.name == "cmake"]
    v3 = [s for s in cmake if s.target == "x86_64_v3"]
    expected = {
        "package": v3,
        "stack": [s for s in cmake if s.hash in release.stacks["e4s"]],
        "target": v3,
        "operatingSystem": [s for s in cmake if s.os == "ubuntu22.04"],
        "compiler": [s for s in cmake if s.compiler == "gcc@11.4.0"],
    }
    for holder, answer in ask(query).items():
        nodes = [{"hash": spec.hash} for spec in expected[holder]]
        assert nodes
        assert answer["specs"] == {"totalCount": len(nodes), "nodes": nodes}


# Spack's own answers

MATCHES = """query ($package: StringFilter, $matches: String!) {
  specs(where: {package: $package, version: {matches: $matches}}, first: 5000) { nodes { hash } }
}"""
VARIANTS = """query ($package: StringFilter, $variants: [VariantFilter!]) {
  specs(where: {package: $package, variant: $variants}, first: 5000) { nodes { hash } }
}"""


@pytest.fixture(scope="session")
def constraints(shared_data):
    """Spack's answers to constraints on the default snapshot, as (query, hashes)."""
    found = []
    for name in ("constraints.jsonl", "constraints_more.jsonl"):
        for text in (shared_data / "oracle" / name).read_text(encoding="utf-8").splitlines():
            line = json.loads(text)
            if "hashes" in line and (line["tag"], line["stack"]) == ("v2025.11.0", "root"):
                found.append((line["query"], {*line["hashes"], *line["hashes_not_in_buildcache"]}))
    return found


def test_versions_match_as_spack_says(ask, constraints, release):
    packages = {spec.name for spec in release.specs.values()}
    asked = 0
    for query, hashes in constraints:
        found = re.fullmatch(r"([a-z0-9-]*)@([^ @%^+~/]+)", query)
        if not found or found[1] not in {"", *packages}:
            continue
        package = {"eq": found[1]} if found[1] else None
        answer = ask(MATCHES, package=package, matches=found[2])["specs"]["nodes"]
        assert {node["hash"] for node in answer} == hashes, query
        asked += 1
    assert asked > 80


def test_boolean_variants_are_as_spack_says(ask, constraints, release):
    packages = {spec.name for spec in release.specs.values()}
    asked = 0
    for query, hashes in constraints:
        found = re.fullmatch(r"([a-z0-9-]*)((?:[+~][a-z0-9_]+)+)", query)
        if not found or found[1] not in {"", *packages}:
            continue
        package = {"eq": found[1]} if found[1] else None
        variants = [
            {"name": variant[1:], "enabled": variant[0] == "+"} for variant in re.findall("[+~][a-z0-9_]+", found[2])
        ]
        answer = ask(VARIANTS, package=package, variants=variants)["specs"]["nodes"]
        assert {node["hash"] for node in answer} == hashes, query
        asked += 1
    assert asked > 20


def test_values_of_variants_are_as_spack_says(ask, constraints, release):
    packages = {spec.name for spec in release.specs.values()}
    asked = 0
    for query, hashes in constraints:
        found = re.fullmatch(r"([a-z0-9-]+) ([a-z_]+)=([^ ,*'\"]+)", query)
        if (
            not found
            or found[1] not in packages
            or found[2] in ("os", "target", "platform", "arch", "namespace", "cflags")
        ):
            continue
        variants = [{"name": found[2], "value": found[3]}]
        answer = ask(VARIANTS, package={"eq": found[1]}, variants=variants)["specs"]["nodes"]
        assert {node["hash"] for node in answer} == hashes, query
        asked += 1
    assert asked > 3


def test_versions_that_spack_refuses_are_refused(ask_errors, shared_data):
    lines = map(json.loads, (shared_data / "oracle/versions.jsonl").read_text(encoding="utf-8").splitlines())
    refused = [line["text"] for line in lines if line["kind"] == "error" and line["context"] == "constraint"]
    assert len(refused) > 5
    for text in refused:
        data, (error,) = ask_errors(MATCHES, matches=text)
        assert data == {"specs": None}
        assert error["extensions"] == {"code": "SPEC_SYNTAX"}


@pytest.mark.parametrize(
    "query",
    [
        '{ specs(where: {version: {eq: "1.2!"}}) { totalCount } stacks { totalCount } }',
        '{ specs(where: {version: {in: ["1.2", "a b"]}}) { totalCount } stacks { totalCount } }',
        '{ specs(where: {not: {or: [{version: {matches: "1:2:3"}}]}}) { totalCount } stacks { totalCount } }',
    ],
)
def test_a_version_that_is_none_is_an_error_wherever_it_stands(ask_errors, query):
    data, (error,) = ask_errors(query)
    assert data == {"specs": None, "stacks": {"totalCount": 9}}
    assert error["extensions"] == {"code": "SPEC_SYNTAX"}
    assert error["path"] == ["specs"]


def test_what_an_unknown_machine_runs_cannot_be_told(ask_errors):
    query = '{ specs(where: {target: {runsOn: "pentium"}}) { totalCount } stacks { totalCount } }'
    data, (error,) = ask_errors(query)
    assert data == {"specs": None, "stacks": {"totalCount": 9}}
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert error["message"] == (
        "no target 'pentium'; ask for `targets`, or give a name that archspec knows, such as zen3"
    )


# Any filter at all

RUNS = {
    "zen3": {"zen3", "zen2", "zen", "x86_64_v3", "x86_64_v2", "x86_64"},
    "x86_64_v2": {"x86_64_v2", "x86_64"},
    "neoverse_v1": {
        *("neoverse_v1", "neoverse_n1", "armv8.4a", "cortex_a72", "armv8.3a"),
        *("armv8.2a", "armv8.1a", "aarch64"),
    },
}
FAMILY = {"x86_64_v3": "x86_64", "aarch64": "aarch64", "neoverse_v1": "aarch64"}


def text_holds(condition, text):
    return (
        ("eq" not in condition or text == condition["eq"])
        and ("ne" not in condition or text != condition["ne"])
        and ("in" not in condition or text in condition["in"])
        and ("notIn" not in condition or text not in condition["notIn"])
        and ("startsWith" not in condition or (text is not None and text.startswith(condition["startsWith"])))
        and ("contains" not in condition or (text is not None and condition["contains"] in text))
    )


def version_holds(condition, version, key):
    def within(text):
        lo, colon, hi = text.partition(":")
        # half-open: up to 1.4 is also 1.4.9, and 1.4 alone is 1.4:1.4
        hi = hi if colon else lo
        return (not lo or key(lo) <= key(version)) and (not hi or key(version)[: len(key(hi))] <= key(hi))

    return (
        ("eq" not in condition or key(version) == key(condition["eq"]))
        and ("in" not in condition or key(version) in map(key, condition["in"]))
        and ("matches" not in condition or within(condition["matches"]))
    )


def stack_holds(condition, held):
    return (
        ("allOf" not in condition or set(condition["allOf"]) <= held)
        and ("anyOf" not in condition or bool(set(condition["anyOf"]) & held))
        and ("noneOf" not in condition or not set(condition["noneOf"]) & held)
    )


def target_holds(condition, target):
    return (
        ("eq" not in condition or target == condition["eq"])
        and ("in" not in condition or target in condition["in"])
        and ("family" not in condition or FAMILY[target] == condition["family"])
        and ("runsOn" not in condition or target in RUNS[condition["runsOn"]])
    )


def variant_holds(condition, parameters):
    value = parameters.get(condition["name"])
    values = [] if isinstance(value, bool) else value if isinstance(value, list) else [value]
    return (
        condition["name"] in parameters
        and ("enabled" not in condition or value is condition["enabled"])
        and ("value" not in condition or condition["value"] in values)
    )


def spec_holds(where, spec, snapshot, key):
    """Evaluate a filter as clients write it on one raw spec."""

    def nested(other):
        return spec_holds(other, spec, snapshot, key)

    tests = {
        "and": lambda c: all(map(nested, c)),
        "or": lambda c: any(map(nested, c)),
        "not": lambda c: not nested(c),
        "package": lambda c: text_holds(c, spec.name),
        "hash": lambda c: text_holds(c, spec.hash),
        "version": lambda c: version_holds(c, spec.version, key),
        "stack": lambda c: stack_holds(c, set(snapshot.stacks_of(spec.hash))),
        "target": lambda c: target_holds(c, spec.target),
        "operatingSystem": lambda c: text_holds(c, spec.os),
        "platform": lambda c: text_holds(c, spec.platform),
        "compiler": lambda c: text_holds(c, spec.compiler),
        "variant": lambda c: all(variant_holds(one, spec.parameters) for one in c),
        "inBuildCache": lambda c: spec.in_build_cache == c,
        "external": lambda c: spec.external == c,
    }
    return all(tests[name](condition) for name, condition in where.items())


def some(*values):
    return st.sampled_from(values)


def lists(values):
    return st.lists(values, max_size=3)


def filters(fields):
    return st.fixed_dictionaries({}, optional=fields)


def text_filters(*values):
    text = some(*values, "no-such")
    part = some("", *(value[:3] for value in values))
    return filters(
        {"eq": text, "ne": text, "in": lists(text), "notIn": lists(text), "startsWith": part, "contains": part}
    )


VERSIONS = some("1.0", "3.31.9", "3-31_9", "2", "1.14.6", "develop", "11.4.0", "13.2.0", "2.9999")
RANGES = some(":", "1:", ":2", "1.2:1.4", "3.31:3.31", "1.14.6", "11:13", "1.5:develop", ":0.191")
STACK_NAMES = lists(some("root", "radiuss", "build_systems", "ml-linux-x86_64-cpu", "no-such"))
TARGETS = some("x86_64_v3", "aarch64", "neoverse_v1", "zen3")

LEAVES = filters(
    {
        "package": text_filters("hdf5", "cmake", "gcc", "py-pip", "zlib-ng", "glibc"),
        "hash": text_filters("pemy6dbksd55n2jllhe7cebrmcvnegmh", "z", "abc"),
        "version": filters({"eq": VERSIONS, "in": lists(VERSIONS), "matches": RANGES}),
        "stack": filters({"allOf": STACK_NAMES, "anyOf": STACK_NAMES, "noneOf": STACK_NAMES}),
        "target": filters({"eq": TARGETS, "in": lists(TARGETS), "family": TARGETS, "runsOn": some(*RUNS)}),
        "operatingSystem": text_filters("ubuntu22.04", "ubuntu24.04"),
        "platform": text_filters("linux", "darwin"),
        "compiler": text_filters("gcc@11.4.0", "gcc@13.2.0", "llvm@18.1.3"),
        "variant": lists(
            st.fixed_dictionaries(
                {"name": some("mpi", "shared", "build_type", "libs", "build_system", "patches", "no_such")},
                optional={"enabled": st.booleans(), "value": some("Release", "shared", "static", "cmake", "autotools")},
            )
        ),
        "inBuildCache": st.booleans(),
        "external": st.booleans(),
    }
)
FILTERS = st.recursive(
    # one or two conditions at a time, so that something is left
    LEAVES.filter(lambda where: len(where) <= 2),
    lambda inner: filters({"and": lists(inner), "or": lists(inner), "not": inner}),
    max_leaves=6,
)

WHERE = """query ($where: SpecFilter, $tag: String) {
  specs(where: $where, snapshot: $tag, first: 5000) { totalCount nodes { hash } }
  packages(where: {hasSpec: $where}, snapshot: $tag, first: 5000) { totalCount nodes { name } }
}"""


@given(where=FILTERS, tag=some("v2025.07.0", "develop-2025-10-05"))
@settings(max_examples=150)
def test_any_filter_selects_what_a_plain_scan_selects(ask, raw, where, tag):
    snapshot = raw[tag]
    found = [s for s in snapshot.specs.values() if spec_holds(where, s, snapshot, raw.version_key)]
    names = sorted({spec.name for spec in found})
    # an empty filter says nothing of packages, as one that all their specs pass
    assert ask(WHERE, where=where, tag=tag) == {
        "specs": {"totalCount": len(found), "nodes": [{"hash": spec.hash} for spec in found]},
        "packages": {"totalCount": len(names), "nodes": [{"name": name} for name in names]},
    }
