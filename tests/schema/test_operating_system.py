"""Operating systems: the specs built under them and the stacks that hold those."""

from __future__ import annotations

import pytest

ALL = """query ($tag: String) {
  operatingSystems(snapshot: $tag) { totalCount nodes {
    name specCount
    stacks { totalCount edges { specCount node { name } } }
    specs(first: 5000) { totalCount nodes { hash } }
  } }
}"""


@pytest.mark.parametrize("tag", ["develop", "develop-2025-10-05", "v2025.07.0", "v2025.11.0"])
def test_every_operating_system_is_what_its_specs_are(ask, raw, tag):
    snapshot = raw[tag]
    nodes = []
    for name in sorted({spec.os for spec in snapshot.specs.values()}):
        specs = [spec.hash for spec in snapshot.specs.values() if spec.os == name]
        stacks = snapshot.count_by_stack(set(specs))
        nodes.append(
            {
                "name": name,
                "specCount": len(specs),
                "stacks": {
                    "totalCount": len(stacks),
                    "edges": [{"specCount": count, "node": {"name": stack}} for stack, count in stacks.items()],
                },
                "specs": {"totalCount": len(specs), "nodes": [{"hash": dag_hash} for dag_hash in specs]},
            }
        )
    assert ask(ALL, tag=tag)["operatingSystems"] == {"totalCount": len(nodes), "nodes": nodes}


def test_the_default_snapshots_operating_systems(ask):
    answer = ask("{ operatingSystems { nodes { name specCount } } }")["operatingSystems"]["nodes"]
    assert answer == [{"name": "ubuntu22.04", "specCount": 2056}, {"name": "ubuntu24.04", "specCount": 1146}]


def test_an_operating_system_is_found_where_a_spec_is_built_under_it(ask):
    query = """{
      here: operatingSystem(name: "ubuntu24.04") { name specCount }
      nowhere: operatingSystem(name: "rhel8") { name }
      upper: operatingSystem(name: "Ubuntu24.04") { name }
    }"""
    assert ask(query) == {"here": {"name": "ubuntu24.04", "specCount": 1146}, "nowhere": None, "upper": None}


def test_specs_of_an_operating_system_are_filtered_and_ordered(ask, release):
    query = """{ operatingSystem(name: "ubuntu22.04") {
      specs(where: {package: {eq: "python"}}, orderBy: {field: HASH}) { nodes { hash } }
    } }"""
    found = sorted(s.hash for s in release.specs.values() if s.name == "python" and s.os == "ubuntu22.04")
    assert ask(query)["operatingSystem"]["specs"]["nodes"] == [{"hash": dag_hash} for dag_hash in found]
