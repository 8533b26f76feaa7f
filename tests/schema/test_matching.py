"""Spack's spec constraints through every field that takes one, against Spack's own recorded answers."""

from __future__ import annotations

import hashlib
import json

import pytest

SPECS = """query ($matching: String, $where: SpecFilter) {
  specs(matching: $matching, where: $where, first: 5000) { nodes { hash inBuildCache } }
}"""

WHERE = "query ($matching: String) { specs(where: {matching: $matching}, first: 0) { totalCount } }"


def oracle(shared_data, name):
    """Return the recorded answers of one file."""
    return [json.loads(line) for line in (shared_data / "oracle" / name).read_text().splitlines()]


@pytest.mark.parametrize("name", ["constraints.jsonl", "constraints_more.jsonl"])
def test_specs_are_those_that_spack_finds_or_refuses(ask, shared_data, name):
    lines = oracle(shared_data, name)
    refused = 0
    for line in lines:
        data, errors = ask.errors(SPECS, matching=line["query"])
        if "error" in line:
            assert [error["extensions"]["code"] for error in errors] == [errors[0]["extensions"]["code"]], line["query"]
            assert errors[0]["extensions"]["code"] in ("SPEC_SYNTAX", "BAD_USER_INPUT"), line["query"]
            assert data == {"specs": None}
            refused += 1
            continue
        assert errors == [], line["query"]
        found = sorted(node["hash"] for node in data["specs"]["nodes"] if node["inBuildCache"])
        assert len(found) == line["count"], line["query"]
        assert hashlib.sha256("\n".join(found).encode()).hexdigest() == line["hashes_sha256"], line["query"]
        others = sorted(node["hash"] for node in data["specs"]["nodes"] if not node["inBuildCache"])
        assert others == sorted(line.get("hashes_not_in_buildcache", [])), line["query"]
    assert 0 < refused < len(lines)


def test_a_filter_takes_a_constraint_too(ask, shared_data):
    for line in oracle(shared_data, "constraints.jsonl")[::10]:
        if "error" not in line:
            expected = line["count"] + len(line.get("hashes_not_in_buildcache", []))
            assert ask(WHERE, matching=line["query"])["specs"]["totalCount"] == expected


CONSTRAINT = "hdf5@1.14: +mpi %gcc@11"


@pytest.mark.parametrize(
    "query",
    [
        'query ($m: String) { package(name: "hdf5") { specs(matching: $m) { nodes { hash } } } }',
        'query ($m: String) { stack(name: "root") { specs(matching: $m) { nodes { hash } } } }',
        'query ($m: String) { target(name: "zen3") { specs(compatible: true, matching: $m) { nodes { hash } } } }',
        'query ($m: String) { operatingSystem(name: "ubuntu22.04") { specs(matching: $m) { nodes { hash } } } }',
        'query ($m: String) { compiler(name: "gcc@11.4.0") { specs(matching: $m) { nodes { hash } } } }',
    ],
)
def test_the_specs_of_a_noun_are_those_of_the_noun_that_match(ask, query, release):
    (noun,) = ask(query, m=CONSTRAINT).values()
    found = {node["hash"] for node in noun["specs"]["nodes"]}
    everywhere = {node["hash"] for node in ask(SPECS, matching=CONSTRAINT)["specs"]["nodes"]}
    if "target" in query:
        everywhere = {dag for dag in everywhere if release.specs[dag].target.startswith("x86_64")}
    assert found == everywhere != set()


def test_a_constraint_and_a_filter_hold_together(ask, release):
    both = ask(SPECS, matching="hdf5", where={"stack": {"allOf": ["e4s"]}})["specs"]["nodes"]
    assert {n["hash"] for n in both} == {
        spec.hash for spec in release.specs.values() if spec.name == "hdf5" and spec.hash in release.stacks["e4s"]
    }


def test_a_coverage_counts_what_matches(ask, release):
    answer = ask('{ coverage(rows: STACK, columns: TARGET, matching: "zlib-ng") { rows columns counts total } }')[
        "coverage"
    ]
    specs = [spec for spec in release.specs.values() if spec.name == "zlib-ng"]
    assert answer["total"] == len(specs)
    assert answer["counts"] == [
        [
            sum(spec.target == column and spec.hash in release.stacks[row] for spec in specs)
            for column in answer["columns"]
        ]
        for row in answer["rows"]
    ]


DEPENDS = "query ($on: DependencyFilter!) { specs(where: {dependsOn: $on}, first: 5000) { nodes { hash } } }"
TYPES = ["BUILD", "LINK", "RUN", "TEST"]


def dependents(release, wanted, deptypes, *, transitive):
    """Return the hashes of the specs that depend on the wanted ones, by plain loops over the raw edges."""
    types = {name.lower() for name in deptypes}
    found: set[str] = set()
    while True:
        goals = wanted | (found if transitive else set())
        more = {
            spec.hash
            for spec in release.specs.values()
            for edge in spec.edges
            if edge["hash"] in goals and types & set(edge["parameters"]["deptypes"])
        }
        if more <= found:
            return found
        found |= more


@pytest.mark.parametrize("transitive", [True, False, None])
@pytest.mark.parametrize("deptypes", [None, ["LINK"], ["BUILD"], ["LINK", "RUN"], []])
def test_a_dependency_filter_finds_what_depends_on_a_package(ask, release, deptypes, transitive):
    condition = {"package": "zlib-ng", "deptypes": deptypes}
    if transitive is not None:
        condition["transitive"] = transitive
    wanted = {spec.hash for spec in release.specs.values() if spec.name == "zlib-ng"}
    found = {node["hash"] for node in ask(DEPENDS, on=condition)["specs"]["nodes"]}
    types = TYPES if deptypes is None else deptypes
    assert found == dependents(release, wanted, types, transitive=transitive is not False)


def test_a_dependency_filter_takes_a_constraint_and_a_package_together(ask, release):
    def names(**condition):
        return {node["hash"] for node in ask(DEPENDS, on=condition)["specs"]["nodes"]}

    wanted = {spec.hash for spec in release.specs.values() if spec.name == "hdf5" and spec.version == "1.14.6"}
    expected = dependents(release, wanted, TYPES, transitive=True)
    assert names(package="hdf5", matching="@1.14.6") == expected == names(matching="hdf5@=1.14.6") != set()
    assert names(package="zlib-ng", matching="hdf5") == set()
    assert names(package="nothing") == set()


def test_a_dependency_filter_that_names_nothing_asks_for_any_dependency(ask, release):
    found = {node["hash"] for node in ask(DEPENDS, on={"transitive": False})["specs"]["nodes"]}
    assert found == {spec.hash for spec in release.specs.values() if spec.edges}


def test_every_part_of_a_dependency_filter_holds(ask, release):
    answer = ask(
        """{ specs(first: 5000, where: {dependsOn: {
          package: "zlib-ng", matching: "+opt", deptypes: [LINK], transitive: false
        }}) { nodes { hash } } }"""
    )
    wanted = {s.hash for s in release.specs.values() if s.name == "zlib-ng" and s.parameters.get("opt") is True}
    expected = dependents(release, wanted, ["LINK"], transitive=False)
    assert {node["hash"] for node in answer["specs"]["nodes"]} == expected != set()


def test_what_a_machine_can_install_is_narrowed_by_a_constraint(ask, release):
    answer = ask(
        """{ installable(
          host: {target: "zen3", operatingSystem: "ubuntu22.04"}, matching: "hdf5@1.14: +mpi", first: 100
        ) {
          totalCount nodes { hash }
        } }"""
    )["installable"]
    expected = {node["hash"] for node in ask(SPECS, matching="hdf5@1.14: +mpi")["specs"]["nodes"]}
    assert {node["hash"] for node in answer["nodes"]} == expected
    assert answer["totalCount"] == len(expected) > 0


def test_two_snapshots_are_compared_in_what_a_constraint_matches(ask, raw):
    answer = ask(
        """{ snapshotDiff(from: "v2025.07.0", to: "v2025.11.0", matching: "zlib-ng") {
          added(first: 100) { nodes { hash } } removed(first: 100) { nodes { hash } } unchangedCount
        } }"""
    )["snapshotDiff"]
    before, after = (
        {spec.hash for spec in raw[tag].specs.values() if spec.name == "zlib-ng"}
        for tag in ("v2025.07.0", "v2025.11.0")
    )
    assert {node["hash"] for node in answer["added"]["nodes"]} == after - before
    assert {node["hash"] for node in answer["removed"]["nodes"]} == before - after
    assert answer["unchangedCount"] == len(before & after)


PARSED = """query ($text: String!) { parseSpec(text: $text) {
  text name namespace versions hash compiler platform operatingSystem target variants { name enabled values text } flags
  dependencies { text name versions variants { text } dependencies { text } }
} }"""


def test_a_constraint_is_taken_apart(ask):
    text = (
        "builtin.hdf5@1.14:+mpi~shared libs=a,b cflags='-O3 -g' platform=linux os=rhel8 target=x86_64_v3: "
        "%gcc@11 ^[virtuals=mpi] openmpi@4 +x"
    )
    assert ask(PARSED, text=text)["parseSpec"] == {
        "text": "builtin.hdf5@1.14:+mpi~shared libs=a,b cflags='-O3 -g' platform=linux os=rhel8 target=x86_64_v3: "
        "%gcc@11 ^mpi=openmpi@4+x",
        "name": "hdf5",
        "namespace": "builtin",
        "versions": "1.14:",
        "hash": None,
        "compiler": "gcc@11",
        "platform": "linux",
        "operatingSystem": "rhel8",
        "target": "x86_64_v3:",
        "variants": [
            {"name": "libs", "enabled": None, "values": ["a", "b"], "text": "libs=a,b"},
            {"name": "mpi", "enabled": True, "values": [], "text": "+mpi"},
            {"name": "shared", "enabled": False, "values": [], "text": "~shared"},
        ],
        "flags": ["cflags='-O3 -g'"],
        "dependencies": [
            {
                "text": "^mpi=openmpi@4+x",
                "name": "openmpi",
                "versions": "4",
                "variants": [{"text": "+x"}],
                "dependencies": [],
            }
        ],
    }


def test_an_empty_constraint_says_nothing(ask):
    assert ask(PARSED, text="")["parseSpec"] == {
        **dict.fromkeys(["name", "namespace", "versions", "hash", "compiler", "platform", "operatingSystem", "target"]),
        "text": "",
        "variants": [],
        "flags": [],
        "dependencies": [],
    }


def test_a_hash_is_a_constraint(ask):
    assert ask(PARSED, text="hdf5/336fe57")["parseSpec"]["hash"] == "336fe57"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "hdf5@1.14: +",
            "unexpected '+': expected the name of a variant right after its sign\n  hdf5@1.14: +\n             ^",
        ),
    ],
)
def test_a_constraint_that_spack_refuses_is_an_error_with_its_place(ask, text, message):
    data, (error,) = ask.errors(PARSED, text=text)
    assert data == {"parseSpec": None}
    assert error["message"] == message
    assert error["extensions"] == {"code": "SPEC_SYNTAX"}


def test_an_error_in_one_constraint_leaves_the_others_whole(ask):
    query = '{ bad: specs(matching: "hdf5@") { totalCount } good: specs(matching: "hdf5", first: 0) { totalCount } }'
    data, (error,) = ask.errors(query)
    assert (data["bad"], error["path"]) == (None, ["bad"])
    assert data["good"]["totalCount"] > 0


def test_a_constraint_that_is_too_long_is_refused(ask):
    _, (error,) = ask.errors(PARSED, text="a" * 100_000)
    assert error["extensions"]["code"] == "SPEC_SYNTAX"
