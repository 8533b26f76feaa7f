"""Paths, impact, installability and the two diffs, against the raw data of the sample."""

from __future__ import annotations

import json
from collections import Counter

import networkx as nx
import pytest

from graph.build import build
from graph.sources.detect import read_sources
from graph.targets import ARCHSPEC
from schema.limits import Limits

ALL = ("build", "link", "run", "test")


def graph_of(release, deptypes=ALL):
    """Return the release's dependency edges of any of these types, as its indexes write them."""
    graph: nx.DiGraph = nx.DiGraph()
    graph.add_nodes_from(release.specs)
    for spec in release.specs.values():
        for edge in spec.edges:
            if set(edge["parameters"]["deptypes"]) & set(deptypes):
                graph.add_edge(spec.hash, edge["hash"])
    return graph


@pytest.fixture(scope="module")
def order(release):
    """The place of each hash in the default order."""
    return {dag_hash: place for place, dag_hash in enumerate(release.specs)}


@pytest.fixture(scope="module")
def hdf5(release):
    """A spec of hdf5 in e4s with mpi: it needs something in many ways."""
    return next(s.hash for s in release.specs.values() if s.name == "hdf5" and s.hash in release.stacks["e4s"])


# dependencyPaths


def shortest(graph, order, start, goals, most):
    """Return the first paths, shortest first, then in the default order, by trying every length."""
    found: list[tuple[str, ...]] = []
    length = 0
    while len(found) <= most and length < 12:
        paths = {
            tuple(path) for path in nx.all_simple_paths(graph, start, goals, cutoff=length) if len(path) - 1 == length
        }
        found += sorted(paths, key=lambda path: [order[h] for h in path])
        length += 1
    return found[:most], len(found) > most


@pytest.mark.parametrize("first", [1, 7])
@pytest.mark.parametrize("deptypes", [None, ["LINK"], ["LINK", "RUN"]])
def test_paths_to_a_package_are_the_shortest_ones(ask, release, order, hdf5, first, deptypes):
    answer = ask(
        """query ($from: String!, $to: String!, $first: Int, $deptypes: [DependencyType!]) {
          dependencyPaths(from: $from, to: $to, first: $first, deptypes: $deptypes) {
            reachable truncated paths { length nodes { hash } }
          }
        }""",
        **{"from": hdf5, "to": "zlib-ng", "first": first, "deptypes": deptypes},
    )["dependencyPaths"]
    graph = graph_of(release, ALL if deptypes is None else [t.lower() for t in deptypes])
    graph = graph.subgraph({hdf5, *nx.descendants(graph, hdf5)})
    goals = {h for h in graph if release.specs[h].name == "zlib-ng"}
    paths, more = shortest(graph, order, hdf5, goals, first)
    assert paths
    assert answer == {
        "reachable": True,
        "truncated": more,
        "paths": [{"length": len(path) - 1, "nodes": [{"hash": h} for h in path]} for path in paths],
    }


def test_one_path_is_given_unless_more_are_asked_for(ask, hdf5):
    query = 'query ($from: String!) { dependencyPaths(from: $from, to: "zlib-ng") { paths { length } truncated } }'
    answer = ask(query, **{"from": hdf5})["dependencyPaths"]
    assert len(answer["paths"]) == 1
    assert answer["truncated"] is True


def test_ends_may_be_prefixes_of_hashes(ask, release, hdf5):
    direct = release.specs[hdf5].edges[0]["hash"]
    query = """query ($from: String!, $to: String!) {
      dependencyPaths(from: $from, to: $to, snapshot: "v2025.11.0") { paths { nodes { hash } } }
    }"""
    answer = ask(query, **{"from": hdf5[:12], "to": direct[:12]})["dependencyPaths"]
    assert answer == {"paths": [{"nodes": [{"hash": hdf5}, {"hash": direct}]}]}


def test_a_spec_leads_to_itself_without_an_edge(ask, hdf5):
    query = """query ($h: String!) {
      dependencyPaths(from: $h, to: $h, first: 5) { reachable truncated paths { length nodes { hash } } }
    }"""
    assert ask(query, h=hdf5)["dependencyPaths"] == {
        "reachable": True,
        "truncated": False,
        "paths": [{"length": 0, "nodes": [{"hash": hdf5}]}],
    }


def test_what_is_not_reached_has_no_path(ask, release):
    leaf = next(s.hash for s in release.specs.values() if not s.edges)
    query = """query ($from: String!) {
      dependencyPaths(from: $from, to: "zlib-ng", first: null) { reachable truncated paths { length } }
    }"""
    assert ask(query, **{"from": leaf})["dependencyPaths"] == {"reachable": False, "truncated": False, "paths": []}


@pytest.mark.parametrize(
    ("start", "goal", "code", "message"),
    [
        ("nothing", "zlib-ng", "BAD_USER_INPUT", "no spec 'nothing' in the snapshot 'v2025.11.0'"),
        (None, "zlibng", "BAD_USER_INPUT", "'zlibng' is neither a package nor a spec's hash"),
        (None, "mpi", "BAD_USER_INPUT", "'mpi' is neither a package nor a spec's hash"),
        ("abc", "zlib-ng", "BAD_USER_INPUT", "at least 4 characters"),
    ],
)
def test_an_end_that_is_not_there_is_named(ask_errors, hdf5, start, goal, code, message):
    query = "query ($from: String!, $to: String!) { dependencyPaths(from: $from, to: $to) { reachable } }"
    data, (error,) = ask_errors(query, **{"from": start or hdf5, "to": goal})
    assert data == {"dependencyPaths": None}
    assert error["extensions"]["code"] == code
    assert message in error["message"]


def test_more_paths_than_the_server_gives_are_refused(ask_errors, hdf5):
    query = """query ($from: String!) { dependencyPaths(from: $from, to: "zlib-ng", first: 1001) { reachable } }"""
    data, (error,) = ask_errors(query, **{"from": hdf5})
    assert data == {"dependencyPaths": None}
    assert (error["extensions"]["code"], error["message"]) == ("PAGE_TOO_LARGE", "first is 1001; give 0 to 1000")


# impact


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


# installable


def own_reason(spec, target, system, platform):
    if spec.platform != platform:
        return "PLATFORM_MISMATCH"
    if spec.os != system:
        return "OPERATING_SYSTEM_MISMATCH"
    if spec.target not in ARCHSPEC.runs(target):
        return "TARGET_INCOMPATIBLE"
    return "INSTALLABLE" if spec.in_build_cache or spec.external else "MISSING_BINARY"


INSTALLABLE = """query ($host: HostInput!, $where: SpecFilter, $snapshot: String, $first: Int, $after: String) {
  installable(host: $host, where: $where, snapshot: $snapshot, first: $first, after: $after) {
    totalCount
    installableCount
    nodes { hash }
    edges { cursor verdict closureRecorded truncated node { hash } blockedBy { hash } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


@pytest.mark.parametrize(
    ("target", "system"),
    [("zen3", "ubuntu22.04"), ("neoverse_v1", "ubuntu22.04"), ("power9le", "ubuntu24.04"), ("x86_64", "ubuntu22.04")],
)
@pytest.mark.parametrize("tag", ["v2025.11.0", "v2025.07.0"])
def test_verdicts_are_those_of_the_raw_closures(ask, raw, tag, target, system):
    release = raw[tag]
    order = {dag_hash: place for place, dag_hash in enumerate(release.specs)}
    host = {"target": target, "operatingSystem": system}
    answer = ask(INSTALLABLE, host=host, snapshot=tag, first=5000)["installable"]
    graph = graph_of(release, ("link", "run"))
    own = {s.hash: own_reason(s, target, system, "linux") for s in release.specs.values()}
    expected = {}
    for dag_hash, verdict in own.items():
        closure = nx.descendants(graph, dag_hash)
        blocking = [h for h in closure if own[h] != "INSTALLABLE" and not release.specs[h].external]
        if verdict == "INSTALLABLE" and blocking:
            verdict = "DEPENDENCY_BLOCKED"
        expected[dag_hash] = (verdict, sorted(blocking, key=order.__getitem__))
    distances = ARCHSPEC.distances(target)
    ranked = sorted(order, key=lambda h: (distances.get(release.specs[h].target, 99), order[h]))
    assert answer["totalCount"] == len(release.specs)
    assert answer["installableCount"] == sum(verdict == "INSTALLABLE" for verdict, _ in expected.values())
    assert [node["hash"] for node in answer["nodes"]] == ranked
    assert [
        (edge["node"]["hash"], edge["verdict"], [node["hash"] for node in edge["blockedBy"]])
        for edge in answer["edges"]
    ] == [(h, *expected[h]) for h in ranked]
    assert {(edge["closureRecorded"], edge["truncated"]) for edge in answer["edges"]} == {(True, False)}


def test_counts_are_of_the_filtered_specs_and_pages_of_them_follow(ask, release):
    where = {"package": {"eq": "hdf5"}}
    host = {"target": "zen3", "operatingSystem": "ubuntu22.04", "platform": "linux"}
    whole = ask(INSTALLABLE, host=host, where=where, first=50)["installable"]
    assert whole["totalCount"] == sum(s.name == "hdf5" for s in release.specs.values())
    assert whole["installableCount"] == sum(edge["verdict"] == "INSTALLABLE" for edge in whole["edges"])
    cursor, pages = None, []
    for _ in range(whole["totalCount"]):
        page = ask(INSTALLABLE, host=host, where=where, first=1, after=cursor)["installable"]
        pages += page["edges"]
        cursor = page["pageInfo"]["endCursor"]
    assert pages == whole["edges"]
    assert page["pageInfo"]["hasNextPage"] is False


def test_a_host_of_another_platform_can_use_nothing_and_no_platform_is_linux(ask):
    query = """query ($platform: String) {
      installable(host: {target: "zen3", operatingSystem: "ubuntu22.04", platform: $platform}, first: 1) {
        installableCount edges { verdict }
      }
    }"""
    assert ask(query, platform="darwin")["installable"] == {
        "installableCount": 0,
        "edges": [{"verdict": "PLATFORM_MISMATCH"}],
    }
    linux = ask('{ installable(host: {target: "zen3", operatingSystem: "ubuntu22.04"}) { installableCount } }')
    assert ask(query, platform=None)["installable"]["installableCount"] == linux["installable"]["installableCount"] > 0


def test_pages_record_no_dependencies_and_their_verdicts_say_so(ask):
    query = """{
      installable(host: {target: "zen3", operatingSystem: "ubuntu22.04"}, snapshot: "develop", first: 24) {
        edges { verdict closureRecorded blockedBy { hash } }
      }
    }"""
    edges = ask(query)["installable"]["edges"]
    assert len(edges) == 24
    assert not any(edge["closureRecorded"] or edge["blockedBy"] for edge in edges)


def test_a_missing_binary_blocks_what_needs_it(ask, sample_files, tmp_path, release):
    """The same indexes, but for one zlib-ng that is not in the build cache."""
    path = "binaries/v2025.11.0/build_cache/index.json"
    index = json.loads(sample_files[path])
    installs = index["database"]["installs"]
    gone = next(h for h, i in installs.items() if i["spec"]["name"] == "zlib-ng" and h in release.stacks["e4s"])
    installs[gone]["in_buildcache"] = False
    (tmp_path / "index.json").write_text(json.dumps(index), encoding="utf-8")
    changed = ask.about(build(read_sources([tmp_path])).catalogue)
    answer = changed(
        """query ($host: HostInput!) {
          installable(host: $host, first: 5000) { edges { verdict node { hash } blockedBy { hash } } }
        }""",
        host={"target": "x86_64_v3", "operatingSystem": release.specs[gone].os},
    )["installable"]
    blocked = {e["node"]["hash"] for e in answer["edges"] if {"hash": gone} in e["blockedBy"]}
    needing = nx.ancestors(graph_of(release, ("link", "run")), gone)
    assert blocked == needing
    assert {e["verdict"] for e in answer["edges"] if e["node"]["hash"] in needing} == {"DEPENDENCY_BLOCKED"}
    assert [e["verdict"] for e in answer["edges"] if e["node"]["hash"] == gone] == ["MISSING_BINARY"]


def test_an_unknown_target_is_refused_with_what_is_near(ask_errors):
    query = '{ installable(host: {target: "zenn3", operatingSystem: "ubuntu22.04"}) { totalCount } }'
    data, (error,) = ask_errors(query)
    assert data == {"installable": None}
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"].startswith("no target 'zenn3'; near it: zen3, ")


def test_a_constraint_selects_what_is_judged_and_what_is_compared(ask):
    query = """query ($matching: String, $where: SpecFilter) {
      installable(host: {target: "zen3", operatingSystem: "ubuntu22.04"}, matching: $matching, where: $where) {
        totalCount installableCount nodes { hash }
      }
      snapshotDiff(from: "v2025.07.0", to: "v2025.11.0", matching: $matching, where: $where) {
        unchangedCount added { totalCount } removed { totalCount } packages { package change }
      }
    }"""
    filtered = ask(query, where={"package": {"eq": "hdf5"}, "target": {"eq": "x86_64_v3"}})
    assert filtered["installable"]["totalCount"] > 0
    assert ask(query, matching="hdf5 target=x86_64_v3") == filtered
    assert ask(query, matching="hdf5", where={"target": {"eq": "x86_64_v3"}}) == filtered


# specDiff


SPEC_DIFF = """query ($left: String!, $right: String!) {
  specDiff(left: $left, right: $right, snapshot: "v2025.11.0") {
    left { hash }
    right { hash }
    equal
    differences { attribute left right }
    dependencies { package left { hash } right { hash } }
  }
}"""


def attributes_of(spec):
    """Return a raw spec's attributes by the names that differences have; variants by their raw values."""
    flags = {"cflags", "cxxflags", "fflags", "cppflags", "ldflags", "ldlibs"}
    variants = {f"variant {k}": v for k, v in spec.parameters.items() if k not in flags}
    own = {
        "package": spec.name,
        "version": spec.version,
        "namespace": spec.namespace,
        "compiler": spec.compiler,
        "platform": spec.platform,
        "operating_system": spec.os,
        "target": spec.target,
        "external": str(spec.external).lower(),
    }
    return own, variants, {f"flag {k}": " ".join(spec.parameters[k]) or None for k in flags}


def printed(name, value):
    if value is None:
        return None
    if isinstance(value, bool):
        return f"{'+' if value else '~'}{name}"
    return f"{name}={value}" if isinstance(value, str) else f"{name}:={','.join(value)}"


def some_pairs(release):
    """Return pairs of specs: all of hdf5, and neighbours in the list that are of two packages or of one."""
    hashes = list(release.specs)
    hdf5 = [s.hash for s in release.specs.values() if s.name == "hdf5"]
    return [(a, b) for a in hdf5 for b in hdf5] + [(hashes[i], hashes[i + 1]) for i in range(0, len(hashes) - 1, 40)]


def test_specs_differ_as_the_raw_ones_do(ask, release, order):
    for left, right in some_pairs(release):
        answer = ask(SPEC_DIFF, left=left, right=right)["specDiff"]
        one, other = release.specs[left], release.specs[right]
        (mine, my_variants, my_flags), (theirs, their_variants, their_flags) = attributes_of(one), attributes_of(other)
        expected = [(k, mine[k], theirs[k]) for k in mine if mine[k] != theirs[k]]
        found = [(d["attribute"], d["left"], d["right"]) for d in answer["differences"]]
        by_kind = [[d for d in found if d[0].startswith(kind)] for kind in ("variant ", "flag ")]
        assert [d for d in found if d not in by_kind[0] + by_kind[1] and d[0] != "package_hash"] == expected
        names = sorted(k for k in {*my_variants, *their_variants} if my_variants.get(k) != their_variants.get(k))
        assert [d[0] for d in by_kind[0]] == names
        for name, shown, shown_right in by_kind[0]:
            bare = name.removeprefix("variant ")
            if bare != "patches" and "'" not in f"{shown}{shown_right}":
                assert shown == printed(bare, my_variants.get(name))
                assert shown_right == printed(bare, their_variants.get(name))
        assert by_kind[1] == sorted((k, my_flags[k], their_flags[k]) for k in my_flags if my_flags[k] != their_flags[k])
        assert (answer["left"], answer["right"]) == ({"hash": left}, {"hash": right})
        assert answer["equal"] == (left == right)
        heads, other_heads = ({e["hash"] for e in spec.edges} for spec in (one, other))
        sides = [[d[side]["hash"] for d in answer["dependencies"] if d[side]] for side in ("left", "right")]
        assert sorted(sides[0]) == sorted(heads - other_heads)
        assert sorted(sides[1]) == sorted(other_heads - heads)
        for difference in answer["dependencies"]:
            for side in ("left", "right"):
                if difference[side]:
                    assert release.specs[difference[side]["hash"]].name == difference["package"]
        assert [d["package"] for d in answer["dependencies"]] == sorted(d["package"] for d in answer["dependencies"])


def test_recipes_are_compared_where_both_record_them(ask, release, sample_files):
    index = json.loads(sample_files["binaries/v2025.11.0/build_cache/index.json"])
    recipe = {h: i["spec"].get("package_hash") for h, i in index["database"]["installs"].items()}
    for left, right in some_pairs(release)[::7]:
        differences = ask(SPEC_DIFF, left=left, right=right)["specDiff"]["differences"]
        found = [(d["left"], d["right"]) for d in differences if d["attribute"] == "package_hash"]
        both = (recipe[left], recipe[right])
        assert found == ([both] if None not in both and both[0] != both[1] else [])


def test_a_side_that_is_not_there_is_named(ask_errors, hdf5):
    data, (error,) = ask_errors(SPEC_DIFF, left=hdf5, right="nothing")
    assert data == {"specDiff": None}
    assert (error["extensions"]["code"], error["message"]) == (
        "BAD_USER_INPUT",
        "no spec 'nothing' in the snapshot 'v2025.11.0'",
    )


# snapshotDiff


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


# Set algebra over stacks


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
