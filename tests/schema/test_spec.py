"""Specs: every field of every spec against its source, and how a spec is found by its hash."""

from __future__ import annotations

import pytest

from graph.build import build
from graph.sources.detect import read_sources

ALL = """query ($tag: String) {
  specs(snapshot: $tag, first: 5000) {
    totalCount
    nodes {
      hash version namespace platform size tarball inBuildCache external text installCommand
      package { name } compiler { name } operatingSystem { name } target { name }
      variants { name enabled values text }
      stacks { totalCount edges { specCount node { name } } }
    }
  }
}"""

FLAGS = ["cflags", "cppflags", "cxxflags", "fflags", "ldflags", "ldlibs"]


def expected_variants(spec):
    variants = []
    for name, value in sorted(spec.parameters.items()):
        if name in FLAGS:
            continue
        if isinstance(value, bool):
            sign = "+" if value else "~"
            variants.append({"name": name, "enabled": value, "values": [], "text": sign + name})
        elif isinstance(value, list):
            shown = ",".join(v[:7] if name == "patches" else v for v in sorted(value))
            variants.append(
                {"name": name, "enabled": None, "values": sorted(value), "text": f"{name}:={in_quotes(shown)}"}
            )
        else:
            variants.append({"name": name, "enabled": None, "values": [value], "text": f"{name}={in_quotes(value)}"})
    return variants


def in_quotes(value):
    """Quote as Spack does a value that its parser would not take bare."""
    bare = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789,/_.-[]")
    return value if value and set(value) <= bare else f"'{value}'"


def expected_text(spec):
    variants = expected_variants(spec)
    text = f"{spec.name}@{spec.version}"
    if spec.compiler:
        text += f"%{spec.compiler}"
    flags = [f" {name}={in_quotes(' '.join(spec.parameters[name]))}" for name in FLAGS if spec.parameters[name]]
    switches = "".join(variant["text"] for variant in variants if variant["enabled"] is not None)
    text += "".join(flags) + (" " if flags and switches else "") + switches
    text += "".join(" " + variant["text"] for variant in variants if variant["enabled"] is None)
    return f"{text} arch={spec.platform}-{spec.os}-{spec.target}"


def expected_spec(snapshot, spec):
    stacks = snapshot.stacks_of(spec.hash)
    return {
        "hash": spec.hash,
        "version": spec.version,
        "namespace": spec.namespace,
        "platform": spec.platform,
        "size": None,
        "tarball": None,
        "inBuildCache": spec.in_build_cache,
        "external": spec.external,
        "text": expected_text(spec),
        "installCommand": f"spack install /{spec.hash}",
        "package": {"name": spec.name},
        "compiler": {"name": spec.compiler} if spec.compiler else None,
        "operatingSystem": {"name": spec.os},
        "target": {"name": spec.target},
        "variants": expected_variants(spec),
        "stacks": {
            "totalCount": len(stacks),
            "edges": [{"specCount": 1, "node": {"name": stack}} for stack in stacks],
        },
    }


@pytest.mark.parametrize("tag", ["develop-2025-10-05", "v2025.07.0", "v2025.11.0"])
def test_every_field_of_every_spec_is_what_its_index_records(ask, raw, tag):
    snapshot = raw[tag]
    answer = ask(ALL, tag=tag)["specs"]
    assert answer["totalCount"] == len(snapshot.specs)
    assert answer["nodes"] == [expected_spec(snapshot, spec) for spec in snapshot.specs.values()]


def test_a_spec_of_a_page_is_what_the_page_prints(ask):
    query = """{ spec(hash: "2viyxlmuaf7azutxvctzoall2qjibgei", snapshot: "develop") {
      version namespace platform size tarball inBuildCache external text installCommand
      package { name specCount } compiler { name } operatingSystem { name } target { name }
      variants { name enabled values text } stacks { nodes { name } }
      dependencies { totalCount } dependents { totalCount }
    } }"""
    assert ask(query)["spec"] == {
        "version": "1.2.2",
        "namespace": None,
        "platform": "linux",
        "size": None,
        "tarball": None,
        "inBuildCache": True,
        "external": False,
        "text": "py-build@1.2.2~virtualenv build_system=python_pip arch=linux-ubuntu24.04-aarch64",
        "installCommand": "spack install /2viyxlmuaf7azutxvctzoall2qjibgei",
        "package": {"name": "py-build", "specCount": 24},
        "compiler": None,
        "operatingSystem": {"name": "ubuntu24.04"},
        "target": {"name": "aarch64"},
        "variants": [
            {"name": "build_system", "enabled": None, "values": ["python_pip"], "text": "build_system=python_pip"},
            {"name": "virtualenv", "enabled": False, "values": [], "text": "~virtualenv"},
        ],
        "stacks": {"nodes": [{"name": "ml-linux-aarch64-cpu"}, {"name": "ml-linux-aarch64-cuda"}, {"name": "root"}]},
        "dependencies": {"totalCount": 0},
        "dependents": {"totalCount": 0},
    }


def test_texts_are_as_spack_prints_them(ask, release):
    def text(name, **attributes):
        found = [
            s.hash
            for s in release.specs.values()
            if s.name == name and all(getattr(s, key) == value for key, value in attributes.items())
        ]
        return ask("query ($hash: String!) { spec(hash: $hash) { text } }", hash=found[0])["spec"]["text"]

    flagged = next(s for s in release.specs.values() if s.parameters["cflags"])
    assert text("zlib-ng", hash=flagged.hash) == (
        f"zlib-ng@{flagged.version}%{flagged.compiler} cflags=-O3 +compat+new_strategies+opt+pic+shared "
        f"build_system=autotools arch=linux-{flagged.os}-{flagged.target}"
    )
    assert text("compiler-wrapper", os="ubuntu24.04", target="aarch64") == (
        "compiler-wrapper@1.0 build_system=generic arch=linux-ubuntu24.04-aarch64"
    )


PAGE = """---
title: "made-up"
layout: cache
categories: [package, v1]
meta: {"versions": ["1.0"], "compilers": ["gcc@=11.4.0"], "stacks": []}
spec_details: [{"hash": "aaaabbbbccccddddeeeeffffgggghhhh", "compiler": "gcc@=11.4.0", "versions": ["1.0"], \
"os": "rhel8", "platform": "linux", "target": "zen3", \
"variants": ["+mpi", "languages='c,c++,fortran'", "commit=0123456789abcdef0123456789abcdef01234567"], \
"stacks": [], "size": "3 GiB", "tarball": "https://binaries.spack.io/v1/made-up.spack"}]
---"""


def test_size_and_tarball_are_the_pages_and_a_size_may_pass_32_bits(ask, tmp_path):
    (tmp_path / "specs.md").write_text(PAGE, encoding="utf-8")
    page = ask.about(build(read_sources([tmp_path])).catalogue)
    query = """{ specs { totalCount nodes {
      size tarball text stacks { totalCount } compiler { name version } variants { name values }
    } } }"""
    assert page(query)["specs"] == {
        "totalCount": 1,
        "nodes": [
            {
                "size": 3 * 1024**3,
                "tarball": "https://binaries.spack.io/v1/made-up.spack",
                "text": "made-up@1.0%gcc@11.4.0+mpi commit=0123456789abcdef0123456789abcdef01234567 "
                "languages='c,c++,fortran' arch=linux-rhel8-zen3",
                "stacks": {"totalCount": 0},
                "compiler": {"name": "gcc@11.4.0", "version": "11.4.0"},
                "variants": [
                    {"name": "commit", "values": ["0123456789abcdef0123456789abcdef01234567"]},
                    {"name": "languages", "values": ["c", "c++", "fortran"]},
                    {"name": "mpi", "values": []},
                ],
            }
        ],
    }


FIND = "query ($hash: String!, $tag: String) { spec(hash: $hash, snapshot: $tag) { hash } }"


def test_a_spec_is_found_by_every_prefix_that_it_alone_has(ask, release):
    hashes = sorted(release.specs)
    for dag_hash in hashes[::200]:
        for length in (32, 31, 12, 8):
            alone = sum(other.startswith(dag_hash[:length]) for other in hashes) == 1
            assert alone
            assert ask(FIND, hash=dag_hash[:length]) == {"spec": {"hash": dag_hash}}


def test_a_prefix_that_several_specs_have_is_ambiguous(ask_errors, release):
    shared = sorted(dag_hash for dag_hash in release.specs if dag_hash.startswith("pemy"))
    assert len(shared) == 2
    data, errors = ask_errors(FIND, hash="pemy")
    assert data == {"spec": None}
    assert errors == [
        {
            "message": f"2 specs begin with 'pemy': {shared[0]}, {shared[1]}; give more characters",
            "locations": [{"line": 1, "column": 40}],
            "path": ["spec"],
            "extensions": {"code": "AMBIGUOUS_HASH"},
        }
    ]


def test_a_prefix_is_ambiguous_in_its_own_snapshot_only(ask, raw):
    ambiguous = {"pemy"}
    elsewhere = [h for h in raw["v2025.07.0"].specs if h[:4] in ambiguous]
    assert elsewhere == []
    assert ask(FIND, hash="pemy", tag="v2025.07.0") == {"spec": None}


@pytest.mark.parametrize("prefix", ["", "p", "pem"])
def test_a_prefix_of_fewer_than_four_characters_is_refused(ask_errors, prefix):
    data, (error,) = ask_errors(FIND, hash=prefix)
    assert data == {"spec": None}
    assert error["message"] == f"the hash prefix {prefix!r} is too short: give at least 4 characters"
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


def test_a_hash_that_no_spec_has_is_null(ask, raw):
    known = next(iter(raw["develop"].specs))
    assert ask(FIND, hash="z" * 32) == {"spec": None}
    assert ask(FIND, hash="zzzz") == {"spec": None}
    assert ask(FIND, hash=known) == {"spec": None}
    assert ask(FIND, hash=known, tag="develop") == {"spec": {"hash": known}}
    assert ask(FIND, hash=known + "a", tag="develop") == {"spec": None}


def test_hashes_are_case_sensitive(ask, release):
    assert ask(FIND, hash=next(iter(release.specs)).upper()) == {"spec": None}
