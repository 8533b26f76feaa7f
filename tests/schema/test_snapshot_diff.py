"""What changed between two snapshots, against the raw data; and set algebra over stacks."""

from __future__ import annotations

import json
from collections import Counter

import pytest

SNAPSHOT_DIFF = """query ($from: String!, $to: String!, $where: SpecFilter) {
  snapshotDiff(from: $from, to: $to, where: $where) {
    from { name }
    to { name default }
    unchangedCount
    added(first: 5000) { totalCount nodes { hash snapshot { name } } }
    removed(first: 5000) { totalCount nodes { hash snapshot { name } } }
    packages { package change fromVersions toVersions addedCount removedCount }
    rootCauses { package change }
  }
}"""


def held(snapshot, stack):
    return {h: s for h, s in snapshot.specs.items() if stack is None or h in snapshot.stacks.get(stack, ())}


def expected_packages(raw, before, after):
    found = []
    for package in sorted({s.name for s in (*before.values(), *after.values())}):
        old, new = ({h: s for h, s in side.items() if s.name == package} for side in (before, after))
        targets = [{s.target for s in side.values()} for side in (old, new)]
        versions = [raw.newest_first(s.version for s in side.values()) for side in (old, new)]
        remaining = [{h for h, s in side.items() if s.target in targets[0] & targets[1]} for side in (old, new)]
        if not old or not new:
            kinds = ["REMOVED" if old else "ADDED"]
        else:
            kinds = ["VERSION_CHANGED"] if versions[0] != versions[1] else []
            kinds += ["REBUILT"] if not kinds and remaining[0] != remaining[1] else []
            kinds += ["TARGET_GAINED"] if targets[1] - targets[0] else []
            kinds += ["TARGET_LOST"] if targets[0] - targets[1] else []
        found += [
            {
                "package": package,
                "change": kind,
                "fromVersions": versions[0],
                "toVersions": versions[1],
                "addedCount": len(new.keys() - old.keys()),
                "removedCount": len(old.keys() - new.keys()),
            }
            for kind in kinds
        ]
    return found


def raw_installs(files, tag):
    path = f"binaries/{tag}/build_cache/index.json"
    return {h: install["spec"] for h, install in json.loads(files[path])["database"]["installs"].items()}


@pytest.mark.parametrize("stack", [None, "ml-linux-x86_64-cpu", "radiuss", "build_systems", "e4s"])
@pytest.mark.parametrize(("before", "after"), [("v2025.07.0", "v2025.11.0"), ("v2025.11.0", "develop-2025-10-05")])
def test_snapshots_differ_as_the_raw_ones_do(ask, raw, sample_files, before, after, stack):
    where = None if stack is None else {"stack": {"allOf": [stack]}}
    answer = ask(SNAPSHOT_DIFF, **{"from": before, "to": after, "where": where})["snapshotDiff"]
    old, new = held(raw[before], stack), held(raw[after], stack)
    assert answer["from"] == {"name": before}
    assert answer["to"] == {"name": after, "default": after == "v2025.11.0"}
    assert answer["unchangedCount"] == len(old.keys() & new.keys())
    for side, tag, hashes in (
        ("added", after, [h for h in new if h not in old]),
        ("removed", before, [h for h in old if h not in new]),
    ):
        assert answer[side] == {
            "totalCount": len(hashes),
            "nodes": [{"hash": h, "snapshot": {"name": tag}} for h in hashes],
        }
    assert answer["packages"] == expected_packages(raw, old, new)
    assert sum(c["addedCount"] for c in {c["package"]: c for c in answer["packages"]}.values()) == len(new.keys() - old)
    own: list[Counter] = [Counter(), Counter()]
    for counter, specs, tag in ((own[0], old, before), (own[1], new, after)):
        written = raw_installs(sample_files, tag)
        for h, spec in specs.items():
            kept = ("version", "arch", "parameters", "external", "package_hash")
            counter[spec.name, spec.compiler, json.dumps({k: written[h].get(k) for k in kept}, sort_keys=True)] += 1
    causes = {key[0] for key in own[0].keys() ^ own[1].keys()}
    assert answer["rootCauses"] == [
        {"package": c["package"], "change": c["change"]} for c in answer["packages"] if c["package"] in causes
    ]


def test_one_low_level_change_rebuilds_nearly_everything_and_few_are_its_cause(ask):
    """FORMATS.md: 3 hashes of 326 survive, 115 packages changed version."""
    answer = ask(
        SNAPSHOT_DIFF,
        **{"from": "v2025.07.0", "to": "v2025.11.0", "where": {"stack": {"allOf": ["ml-linux-x86_64-cpu"]}}},
    )["snapshotDiff"]
    kinds = Counter(change["change"] for change in answer["packages"])
    assert (answer["unchangedCount"], answer["removed"]["totalCount"], kinds["VERSION_CHANGED"]) == (3, 323, 115)
    causes = Counter(change["change"] for change in answer["rootCauses"])
    assert causes["VERSION_CHANGED"] == 115
    assert 0 < causes["REBUILT"] < kinds["REBUILT"]


def test_a_diff_pages_both_ways(ask):
    query = """query ($after: String, $before: String) {
      snapshotDiff(from: "v2025.07.0", to: "v2025.11.0") {
        added(first: 3, after: $after) { nodes { hash } pageInfo { endCursor } }
        removed(first: 3, after: $after) { nodes { hash } pageInfo { endCursor } }
        lastAdded: added(last: 3, before: $before) { nodes { hash } pageInfo { startCursor } }
        lastRemoved: removed(last: 3, before: $before) { nodes { hash } pageInfo { startCursor } }
      }
    }"""
    whole = ask(SNAPSHOT_DIFF, **{"from": "v2025.07.0", "to": "v2025.11.0"})["snapshotDiff"]
    hashes = {side: [node["hash"] for node in whole[side]["nodes"]] for side in ("added", "removed")}
    answer = ask(query)["snapshotDiff"]
    found = {name: [node["hash"] for node in connection["nodes"]] for name, connection in answer.items()}
    assert found == {
        "added": hashes["added"][:3],
        "removed": hashes["removed"][:3],
        "lastAdded": hashes["added"][-3:],
        "lastRemoved": hashes["removed"][-3:],
    }
    one_side = """query ($after: String) {
      snapshotDiff(from: "v2025.07.0", to: "v2025.11.0") { added(first: 3, after: $after) { nodes { hash } } }
    }"""
    second = ask(one_side, after=answer["added"]["pageInfo"]["endCursor"])["snapshotDiff"]["added"]["nodes"]
    assert [node["hash"] for node in second] == hashes["added"][3:6]


def test_a_snapshot_does_not_differ_from_itself(ask, release):
    answer = ask(SNAPSHOT_DIFF, **{"from": "v2025.11.0", "to": "v2025.11.0"})["snapshotDiff"]
    empty = {"totalCount": 0, "nodes": []}
    assert (answer["added"], answer["removed"], answer["packages"], answer["rootCauses"]) == (empty, empty, [], [])
    assert answer["unchangedCount"] == len(release.specs)


def test_an_unknown_snapshot_is_named(ask_errors):
    data, (error,) = ask_errors('{ snapshotDiff(from: "v1", to: "v2025.11.0") { unchangedCount } }')
    assert data == {"snapshotDiff": None}
    assert error["extensions"]["code"] == "UNKNOWN_SNAPSHOT"


def test_packages_that_one_stack_has_and_another_lacks(ask, release):
    """Which packages of e4s does e4s-neoverse_v1 lack, and which specs of e4s are in no other stack?"""
    answer = ask(
        """{
          packages(
            where: {hasSpec: {stack: {anyOf: ["e4s"]}}, not: {hasSpec: {stack: {anyOf: ["e4s-neoverse_v1"]}}}}
            first: 5000
          ) { totalCount nodes { name } }
          shared: packages(
            where: {and: [{hasSpec: {stack: {anyOf: ["e4s"]}}}, {hasSpec: {stack: {anyOf: ["e4s-neoverse_v1"]}}}]}
          ) { totalCount }
          specs(where: {stack: {allOf: ["e4s", "root"], noneOf: ["radiuss", "tutorial", "build_systems"]}}) {
            totalCount
          }
        }"""
    )
    names = [{release.specs[h].name for h in release.stacks[stack]} for stack in ("e4s", "e4s-neoverse_v1")]
    lacking = sorted(names[0] - names[1])
    assert lacking
    assert answer["packages"] == {"totalCount": len(lacking), "nodes": [{"name": name} for name in lacking]}
    assert answer["shared"]["totalCount"] == len(names[0] & names[1])
    others = set().union(*(release.stacks[stack] for stack in ("radiuss", "tutorial", "build_systems")))
    assert answer["specs"]["totalCount"] == len((release.stacks["e4s"] & release.stacks["root"]) - others)
