"""The embedded sample: the real data as they are, and the numbers that they are known for."""

from __future__ import annotations

import json

import pytest

from graph.build import build
from graph.sources.detect import read_sources


def test_the_sample_is_the_real_data_byte_for_byte(sample_files, shared_data):
    expected = {
        str(path.relative_to(shared_data)): path.read_bytes()
        for path in (shared_data / "binaries").rglob("*")
        if path.is_file()
    }
    page = "_cache/develop/py-build/specs.md"
    expected[page] = (shared_data / "pages" / page).read_bytes()
    assert sample_files == expected


def test_nothing_in_the_sample_is_a_problem(built):
    assert built.problems == ()


def test_py_build_of_develop_is_what_its_page_says(ask):
    query = """{ package(name: "py-build", snapshot: "develop") {
      specCount binaryCount versions platforms
      compilers { name } operatingSystems { name } targets { name }
      stacks { totalCount edges { specCount node { name root } } }
    } }"""
    stacks = {
        "e4s": 8,
        "e4s-neoverse_v1": 3,
        "ml-linux-aarch64-cpu": 4,
        "ml-linux-aarch64-cuda": 4,
        "ml-linux-x86_64-cpu": 6,
        "ml-linux-x86_64-cuda": 3,
        "ml-linux-x86_64-rocm": 5,
        "root": 24,
    }
    assert ask(query)["package"] == {
        "specCount": 24,
        "binaryCount": 24,
        "versions": ["1.2.2", "1.2.1"],
        "platforms": ["linux"],
        "compilers": [{"name": "gcc@11.4.0"}],
        "operatingSystems": [{"name": "ubuntu22.04"}, {"name": "ubuntu24.04"}],
        "targets": [{"name": "aarch64"}, {"name": "neoverse_v1"}, {"name": "x86_64_v3"}],
        "stacks": {
            "totalCount": 8,
            "edges": [
                {"specCount": count, "node": {"name": name, "root": name == "root"}} for name, count in stacks.items()
            ],
        },
    }


def test_the_stacks_that_cover_neoverse_v1_in_develop(ask):
    query = """{ target(name: "neoverse_v1", snapshot: "develop") {
      specCount stacks { edges { specCount node { name } } }
    } }"""
    assert ask(query)["target"] == {
        "specCount": 3,
        "stacks": {
            "edges": [
                {"specCount": 3, "node": {"name": "e4s-neoverse_v1"}},
                {"specCount": 3, "node": {"name": "root"}},
            ]
        },
    }


def test_the_default_snapshot_is_the_one_asked_for_else_develop(ask, sample_files, tmp_path):
    query = "{ snapshot { name default } snapshots { name default } }"
    names = ["develop", "develop-2025-10-05", "v2025.07.0", "v2025.11.0"]

    def expected(default):
        every = [{"name": name, "default": name == default} for name in names]
        return {"snapshot": {"name": default, "default": True}, "snapshots": every}

    assert ask(query) == expected("v2025.11.0")
    for name, content in sample_files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert ask.about(build(read_sources([tmp_path])).catalogue)(query) == expected("develop")
    # without develop: the newest release, and not the newest date
    only_indexes = ask.about(build(read_sources([tmp_path / "binaries"])).catalogue)
    assert only_indexes("{ snapshot { name } }") == {"snapshot": {"name": "v2025.11.0"}}


STACK = """query ($tag: String, $name: String!) {
  stack(name: $name, snapshot: $tag) {
    specCount binaryCount packageCount
    specs(where: {external: true}) { totalCount }
    all: specs(first: 5000) { nodes { dependencies { totalCount } } }
  }
}"""


@pytest.mark.parametrize("tag", ["v2025.11.0", "v2025.07.0", "develop-2025-10-05"])
def test_every_index_has_the_specs_packages_and_edges_that_are_known(ask, shared_data, tag):
    stats = json.loads((shared_data / "stats.json").read_text(encoding="utf-8"))
    for name, known in stats[tag].items():
        stack = ask(STACK, tag=tag, name=name)["stack"]
        assert {
            "specs": stack["specCount"],
            "external": stack["specs"]["totalCount"],
            "distinct_names": stack["packageCount"],
            # every stack holds all that its specs depend on
            "edges": sum(node["dependencies"]["totalCount"] for node in stack["all"]["nodes"]),
        } == {key: known[key] for key in ("specs", "external", "distinct_names", "edges")}
        assert stack["binaryCount"] == known["specs"] - known["external"]
    assert ask("query ($tag: String) { snapshot(name: $tag) { stackCount dependencyCount } }", tag=tag)["snapshot"] == {
        "stackCount": len(stats[tag]),
        "dependencyCount": stats[tag]["root"]["edges"],
    }
    assert sorted(stats) == ["develop-2025-10-05", "v2025.07.0", "v2025.11.0"]
