"""Facets: counts of a list of specs by value, over the whole list and not the page."""

from __future__ import annotations

import pytest
from archspec.cpu.schema import TARGETS_JSON

FACETS = ["PACKAGE", "VERSION", "STACK", "TARGET", "TARGET_FAMILY", "OPERATING_SYSTEM", "PLATFORM", "COMPILER"]


def family(target):
    """Return the target that a target descends from first of all."""
    while TARGETS_JSON["microarchitectures"][target]["from"]:
        target = TARGETS_JSON["microarchitectures"][target]["from"][0]
    return target


def values_of(snapshot, spec, facet):
    return {
        "PACKAGE": [spec.name],
        "VERSION": [spec.version],
        "STACK": snapshot.stacks_of(spec.hash),
        "TARGET": [spec.target],
        "TARGET_FAMILY": [family(spec.target)],
        "OPERATING_SYSTEM": [spec.os],
        "PLATFORM": [spec.platform],
        "COMPILER": [spec.compiler] if spec.compiler else [],
    }[facet]


def expected_facet(snapshot, specs, facet, limit):
    counts: dict[str, int] = {}
    for spec in specs:
        for value in values_of(snapshot, spec, facet):
            counts[value] = counts.get(value, 0) + 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {
        "facet": facet,
        "values": [{"value": value, "count": count} for value, count in ranked[:limit]],
        "otherCount": sum(count for _, count in ranked[limit:]),
    }


ALL = """query ($by: [Facet!]!, $limit: Int, $where: SpecFilter, $tag: String) {
  specs(snapshot: $tag, where: $where, first: 1) {
    totalCount facets(by: $by, limit: $limit) { facet values { value count } otherCount }
  }
}"""


@pytest.mark.parametrize("tag", ["develop", "v2025.07.0", "v2025.11.0"])
@pytest.mark.parametrize("limit", [0, 1, 7, 50, 5000])
def test_every_facet_counts_the_whole_list(ask, raw, tag, limit):
    snapshot = raw[tag]
    answer = ask(ALL, by=FACETS, limit=limit, tag=tag)["specs"]
    specs = snapshot.specs.values()
    assert answer["facets"] == [expected_facet(snapshot, specs, facet, limit) for facet in FACETS]


def test_facets_are_of_the_filtered_list(ask, release):
    cmake = [spec for spec in release.specs.values() if spec.name == "cmake"]
    answer = ask(ALL, by=FACETS, limit=50, where={"package": {"eq": "cmake"}})["specs"]
    assert answer == {"totalCount": 19, "facets": [expected_facet(release, cmake, facet, 50) for facet in FACETS]}


def test_facets_stand_on_every_list_of_specs(ask, release):
    query = """{
      package(name: "cmake") { specs(first: 0) { facets(by: [STACK]) { facet values { value count } otherCount } } }
      stack(name: "tutorial") { specs { facets(by: [COMPILER]) { facet values { value count } otherCount } } }
      target(name: "zen3") {
        specs(compatible: true) { facets(by: [TARGET, TARGET]) { facet values { value count } otherCount } }
      }
      compiler(name: "llvm@18.1.3") {
        specs(orderBy: {field: HASH}) { facets(by: [PACKAGE], limit: 3) { facet values { value count } otherCount } }
      }
      operatingSystem(name: "ubuntu22.04") {
        specs(last: 1) { facets(by: [], limit: null) { facet values { value count } otherCount } }
      }
    }"""
    specs = release.specs.values()
    target = expected_facet(release, [s for s in specs if s.target == "x86_64_v3"], "TARGET", 50)
    tutorial = [s for s in specs if s.hash in release.stacks["tutorial"]]
    llvm = [s for s in specs if s.compiler == "llvm@18.1.3"]
    expected = {
        "package": [expected_facet(release, [s for s in specs if s.name == "cmake"], "STACK", 50)],
        "stack": [expected_facet(release, tutorial, "COMPILER", 50)],
        "target": [target, target],
        "compiler": [expected_facet(release, llvm, "PACKAGE", 3)],
        "operatingSystem": [],
    }
    assert ask(query) == {holder: {"specs": {"facets": facets}} for holder, facets in expected.items()}


def test_a_facet_counts_what_the_filter_by_its_value_lists(ask):
    query = "query ($where: SpecFilter) { specs(where: $where, first: 0) { totalCount } }"
    ways = {
        "PACKAGE": lambda value: {"package": {"eq": value}},
        "STACK": lambda value: {"stack": {"anyOf": [value]}},
        "TARGET": lambda value: {"target": {"eq": value}},
        "TARGET_FAMILY": lambda value: {"target": {"family": value}},
        "OPERATING_SYSTEM": lambda value: {"operatingSystem": {"eq": value}},
        "PLATFORM": lambda value: {"platform": {"eq": value}},
        "COMPILER": lambda value: {"compiler": {"eq": value}},
    }
    for facet in ask(ALL, by=[*ways], limit=20)["specs"]["facets"]:
        for value in facet["values"]:
            answer = ask(query, where=ways[facet["facet"]](value["value"]))
            assert answer["specs"]["totalCount"] == value["count"]


@pytest.mark.parametrize(("limit", "code"), [(5001, "PAGE_TOO_LARGE"), (-1, "BAD_USER_INPUT")])
def test_a_limit_out_of_bounds_is_refused(ask_errors, limit, code):
    data, (error,) = ask_errors(ALL, by=["TARGET"], limit=limit)
    assert data == {"specs": None}
    assert error["message"] == f"limit is {limit}; give 0 to 5000"
    assert error["extensions"] == {"code": code}
