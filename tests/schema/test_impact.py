"""Impact, against what networkx finds in the raw data."""

from __future__ import annotations

from collections import Counter

import networkx as nx
import pytest

from schema.limits import Limits
from tests.schema.raw_graph import ALL, graph_of


def impact_of(release, changed, deptypes):
    graph = graph_of(release, deptypes)
    affected = set().union(*(nx.ancestors(graph, h) for h in changed)) - set(changed)
    wave: dict[str, int] = {}
    for dag_hash in reversed(list(nx.topological_sort(graph))):
        if dag_hash in affected or dag_hash in changed:
            below = max((wave[h] for h in graph.successors(dag_hash) if h in wave), default=0)
            wave[dag_hash] = below + (dag_hash in affected)
    counts = Counter(wave[h] for h in affected)
    return affected, [counts[n] for n in range(1, len(counts) + 1)]


def most_first(counts):
    return [
        {"value": value, "count": count}
        for value, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


@pytest.mark.parametrize("deptypes", [None, ["BUILD"], ["LINK", "RUN"], []])
@pytest.mark.parametrize("package", ["zlib-ng", "cmake", "hdf5"])
def test_an_impact_is_what_depends_on_the_package(ask, release, order, package, deptypes):
    answer = ask(
        """query ($package: String!, $deptypes: [DependencyType!]) {
          impact(packages: [$package], deptypes: $deptypes, snapshot: "v2025.11.0") {
            changed { hash }
            affectedCount
            truncated
            waves { index specCount }
            affected(first: 5000) { totalCount nodes { hash } }
            byStack { value count }
            byTarget { value count }
          }
        }""",
        package=package,
        deptypes=deptypes,
    )["impact"]
    changed = [s.hash for s in release.specs.values() if s.name == package]
    affected, waves = impact_of(release, changed, ALL if deptypes is None else [t.lower() for t in deptypes])
    assert answer == {
        "changed": [{"hash": h} for h in changed],
        "affectedCount": len(affected),
        "truncated": False,
        "waves": [{"index": index, "specCount": count} for index, count in enumerate(waves)],
        "affected": {
            "totalCount": len(affected),
            "nodes": [{"hash": h} for h in sorted(affected, key=order.__getitem__)],
        },
        "byStack": most_first(release.count_by_stack(affected)),
        "byTarget": most_first(Counter(release.specs[h].target for h in affected)),
    }


def test_packages_and_hashes_change_together_and_pages_follow(ask, release, order, hdf5):
    query = """query ($hash: String!, $after: String) {
      impact(packages: ["cmake"], hashes: [$hash]) {
        changed { hash }
        affected(first: 7, after: $after) { nodes { hash } pageInfo { endCursor hasNextPage } }
      }
    }"""
    changed = [s.hash for s in release.specs.values() if s.name == "cmake"] + [hdf5]
    affected = sorted(impact_of(release, changed, ALL)[0], key=order.__getitem__)
    first = ask(query, hash=hdf5)["impact"]
    assert [node["hash"] for node in first["changed"]] == sorted(changed, key=order.__getitem__)
    second = ask(query, hash=hdf5, after=first["affected"]["pageInfo"]["endCursor"])["impact"]
    pages = [node["hash"] for page in (first, second) for node in page["affected"]["nodes"]]
    assert pages == affected[:14]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('packages: ["zlibb-ng"]', "no package 'zlibb-ng' in the snapshot 'v2025.11.0'; near it: zlib-ng"),
        ('hashes: ["nothing"]', "no spec 'nothing' in the snapshot 'v2025.11.0'"),
        ('snapshot: "v2025.11.0"', "what changes?"),
        ("packages: null, hashes: null", "what changes?"),
    ],
)
def test_what_changes_must_be_there(ask_errors, arguments, message):
    data, (error,) = ask_errors(f"{{ impact({arguments}) {{ affectedCount }} }}")
    assert data == {"impact": None}
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert message in error["message"]


def test_nothing_changed_affects_nothing(ask):
    answer = ask("{ impact(packages: [], hashes: []) { affectedCount changed { hash } waves { index } } }")
    assert answer == {"impact": {"affectedCount": 0, "changed": [], "waves": []}}


def test_the_bounds_of_an_impact(ask):
    small = ask.within(Limits(max_impact_nodes=3, max_names=1, max_page_size=2))
    answer = small('{ impact(packages: ["zlib-ng"]) { affectedCount truncated } }')
    assert answer == {"impact": {"affectedCount": 3, "truncated": True}}
    data, (error,) = small.errors('{ impact(packages: ["zlib-ng", "cmake"]) { affectedCount } }')
    assert data == {"impact": None}
    assert (error["extensions"]["code"], error["message"]) == ("PAGE_TOO_LARGE", "2 packages; give at most 1 at once")
    data, (error,) = small.errors('{ impact(packages: ["zlib-ng"]) { changed { hash } } }')
    assert error["extensions"]["code"] == "PAGE_TOO_LARGE"
