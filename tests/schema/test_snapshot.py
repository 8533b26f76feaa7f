"""Snapshots: their counts, the default one, their digests, and that objects stay in theirs."""

from __future__ import annotations

import pytest

from graph.build import build
from graph.sources.detect import read_sources

COUNTS = """
{ snapshots { name default packageCount specCount stackCount dependencyCount binaryCount } }
"""


def test_the_counts_are_those_of_the_raw_data(ask, raw):
    def expected(tag):
        specs = raw[tag].specs.values()
        return {
            "name": tag,
            "default": tag == "v2025.11.0",
            "packageCount": len({spec.name for spec in specs}),
            "specCount": len(specs),
            "stackCount": len(raw[tag].stacks),
            "dependencyCount": sum(len(spec.edges) for spec in specs),
            "binaryCount": sum(spec.in_build_cache for spec in specs),
        }

    assert ask(COUNTS)["snapshots"] == [expected(tag) for tag in sorted(raw)]


def test_the_counts_are_those_that_the_data_are_known_for(ask):
    answer = ask(COUNTS)["snapshots"]
    assert [list(snapshot.values()) for snapshot in answer] == [
        ["develop", False, 1, 24, 8, 0, 24],
        ["develop-2025-10-05", False, 245, 353, 3, 2604, 349],
        ["v2025.07.0", False, 396, 610, 4, 4861, 605],
        ["v2025.11.0", True, 859, 3202, 9, 27018, 3192],
    ]


def test_a_snapshot_that_is_not_named_is_the_default_one(ask):
    query = """query ($none: String) {
      left_out: snapshot { name default }
      null: snapshot(name: null) { name }
      by_variable: snapshot(name: $none) { name }
      named: snapshot(name: "develop") { name default }
    }"""
    assert ask(query, none=None) == {
        "left_out": {"name": "v2025.11.0", "default": True},
        "null": {"name": "v2025.11.0"},
        "by_variable": {"name": "v2025.11.0"},
        "named": {"name": "develop", "default": False},
    }


def test_an_unknown_snapshot_is_null(ask):
    assert ask('{ a: snapshot(name: "v9") { name } b: snapshot(name: "") { name } }') == {"a": None, "b": None}


def test_sources_are_the_files_as_they_were_named(ask):
    answer = ask("{ snapshots { name sources } }")["snapshots"]
    assert {snapshot["name"]: snapshot["sources"] for snapshot in answer} == {
        "develop": ["sample.tar.xz/_cache/develop/py-build/specs.md"],
        "develop-2025-10-05": [
            "sample.tar.xz/binaries/develop-2025-10-05/build_cache/index.json",
            "sample.tar.xz/binaries/develop-2025-10-05/build_systems/build_cache/index.json",
            "sample.tar.xz/binaries/develop-2025-10-05/radiuss/build_cache/index.json",
        ],
        "v2025.07.0": [
            "sample.tar.xz/binaries/v2025.07.0/build_cache/index.json",
            "sample.tar.xz/binaries/v2025.07.0/build_systems/build_cache/index.json",
            "sample.tar.xz/binaries/v2025.07.0/ml-linux-x86_64-cpu/build_cache/index.json",
            "sample.tar.xz/binaries/v2025.07.0/radiuss/build_cache/index.json",
        ],
        "v2025.11.0": [
            "sample.tar.xz/binaries/v2025.11.0/build_cache/index.json",
            "sample.tar.xz/binaries/v2025.11.0/build_systems/build_cache/index.json",
            "sample.tar.xz/binaries/v2025.11.0/e4s-neoverse_v1/build_cache/index.json",
            "sample.tar.xz/binaries/v2025.11.0/e4s/build_cache/index.json",
            "sample.tar.xz/binaries/v2025.11.0/ml-linux-aarch64-cpu/build_cache/index.json",
            "sample.tar.xz/binaries/v2025.11.0/ml-linux-x86_64-cpu/build_cache/index.json",
            "sample.tar.xz/binaries/v2025.11.0/ml-linux-x86_64-cuda/build_cache/index.json",
            "sample.tar.xz/binaries/v2025.11.0/radiuss/build_cache/index.json",
            "sample.tar.xz/binaries/v2025.11.0/tutorial/build_cache/index.json",
        ],
    }


def test_the_time_of_ingestion_is_in_utc(ask):
    assert ask("{ snapshot { ingestedAt } }") == {"snapshot": {"ingestedAt": "2025-11-22T12:00:00+00:00"}}


def test_a_digest_is_of_the_content_alone(ask, tmp_path, sample_files):
    query = "{ snapshots { name digest } }"
    before = {snapshot["name"]: snapshot["digest"] for snapshot in ask(query)["snapshots"]}
    for name, content in sample_files.items():
        path = tmp_path / "elsewhere" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    readings = [*read_sources([tmp_path / "elsewhere"])]
    again = build(reversed(readings), default="develop").catalogue
    after = {snapshot["name"]: snapshot["digest"] for snapshot in ask.about(again)(query)["snapshots"]}
    assert after == before
    assert len(set(before.values())) == len(before)
    assert all(len(digest) == 64 for digest in before.values())


def test_a_digest_changes_with_one_spec(ask, built, sample_files, tmp_path):
    page = sample_files["_cache/develop/py-build/specs.md"].decode()
    (tmp_path / "specs.md").write_text(page.replace("~virtualenv", "+virtualenv", 1), encoding="utf-8")
    changed = build(read_sources([tmp_path])).catalogue
    query = '{ snapshot(name: "develop") { digest } }'
    assert ask.about(changed)(query) != ask(query)


@pytest.mark.parametrize("tag", ["v2025.11.0", "v2025.07.0"])
def test_objects_stay_in_the_snapshot_in_which_they_were_reached(ask, tag):
    query = """query ($tag: String) {
      package(name: "zlib-ng", snapshot: $tag) {
        snapshot { name }
        specs(first: 1) { nodes {
          snapshot { name }
          package { snapshot { name } }
          dependencies(first: 1) { nodes { snapshot { name } } }
          dependents(first: 1) { nodes { snapshot { name } } }
        } }
      }
      stack(name: "root", snapshot: $tag) { snapshot { name } packages(first: 1) { nodes { snapshot { name } } } }
      target(name: "zen3", snapshot: $tag) { snapshot { name } parents { snapshot { name } } }
      operatingSystem(name: "ubuntu22.04", snapshot: $tag) { snapshot { name } }
      compiler(name: "gcc@11.4.0", snapshot: $tag) { snapshot { name } }
    }"""
    here = {"snapshot": {"name": tag}}
    spec = here | {"package": here, "dependencies": {"nodes": [here]}, "dependents": {"nodes": [here]}}
    assert ask(query, tag=tag) == {
        "package": here | {"specs": {"nodes": [spec]}},
        "stack": here | {"packages": {"nodes": [here]}},
        "target": here | {"parents": [here]},
        "operatingSystem": here,
        "compiler": here,
    }


def test_the_default_is_told_from_the_others_wherever_it_is_reached(ask):
    query = """{
      package(name: "zlib-ng") { snapshot { default } }
      other: package(name: "zlib-ng", snapshot: "v2025.07.0") { snapshot { default } }
    }"""
    assert ask(query) == {
        "package": {"snapshot": {"default": True}},
        "other": {"snapshot": {"default": False}},
    }
