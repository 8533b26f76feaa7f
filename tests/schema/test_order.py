"""Orders: every field both ways, and what decides between equals."""

from __future__ import annotations

import json

import pytest

from graph.build import build
from graph.sources.detect import read_sources

DOCUMENTS = {
    "PACKAGE": "{ specs(orderBy: {field: PACKAGE}, first: 5000) { nodes { hash } } }",
    "PACKAGE ASC": "{ specs(orderBy: {field: PACKAGE, direction: ASC}, first: 5000) { nodes { hash } } }",
    "PACKAGE DESC": "{ specs(orderBy: {field: PACKAGE, direction: DESC}, first: 5000) { nodes { hash } } }",
    "VERSION ASC": "{ specs(orderBy: {field: VERSION, direction: ASC}, first: 5000) { nodes { hash } } }",
    "VERSION DESC": "{ specs(orderBy: {field: VERSION, direction: DESC}, first: 5000) { nodes { hash } } }",
    "HASH ASC": "{ specs(orderBy: {field: HASH}, first: 5000) { nodes { hash } } }",
    "HASH DESC": "{ specs(orderBy: {field: HASH, direction: DESC}, first: 5000) { nodes { hash } } }",
    # no size is recorded here: all are equal
    "SIZE ASC": "{ specs(orderBy: {field: SIZE}, first: 5000) { nodes { hash } } }",
    "SIZE DESC": "{ specs(orderBy: {field: SIZE, direction: DESC}, first: 5000) { nodes { hash } } }",
    "null": "{ specs(orderBy: null, first: 5000) { nodes { hash } } }",
}


@pytest.mark.parametrize("order", DOCUMENTS)
def test_specs_of_a_field_are_in_its_order_and_equals_in_the_default_one(ask, raw, release, order):
    specs = list(release.specs.values())  # the default order; sorts below keep it among equals
    field, _, direction = order.partition(" ")
    if field == "VERSION":
        specs.sort(key=lambda s: raw.version_key(s.version), reverse=direction == "DESC")
    elif field in ("PACKAGE", "HASH"):
        specs.sort(key=lambda s: s.name if field == "PACKAGE" else s.hash, reverse=direction == "DESC")
    assert ask(DOCUMENTS[order])["specs"]["nodes"] == [{"hash": spec.hash} for spec in specs]


def test_versions_are_in_spacks_order(ask):
    query = """{ specs(
      where: {package: {in: ["mfem", "swig", "gcc-runtime"]}}, orderBy: {field: VERSION}, first: 5000
    ) { nodes { version } } }"""
    found = [node["version"] for node in ask(query)["specs"]["nodes"]]
    assert list(dict.fromkeys(found)) == [
        *("4.0.2-fortran", "4.1.dev1-fortran", "4.1.1", "4.7.0", "4.8.0"),
        *("10.5.0", "11.4.0", "13.2.0", "develop"),
    ]


PACKAGES = {
    "NAME": "{ packages(orderBy: {field: NAME}, first: 5000) { nodes { name specCount } } }",
    "NAME DESC": "{ packages(orderBy: {field: NAME, direction: DESC}, first: 5000) { nodes { name specCount } } }",
    "SPEC_COUNT": "{ packages(orderBy: {field: SPEC_COUNT}, first: 5000) { nodes { name specCount } } }",
    "SPEC_COUNT DESC": """{ packages(orderBy: {field: SPEC_COUNT, direction: DESC}, first: 5000) {
      nodes { name specCount }
    } }""",
    "null": "{ packages(orderBy: null, first: 5000) { nodes { name specCount } } }",
}


@pytest.mark.parametrize("order", PACKAGES)
def test_packages_are_in_order_and_equals_by_name(ask, release, order):
    counts: dict[str, int] = {}
    for spec in release.specs.values():
        counts[spec.name] = counts.get(spec.name, 0) + 1
    names = sorted(counts)
    field, _, direction = order.partition(" ")
    if field != "null":
        names.sort(key=counts.__getitem__ if field == "SPEC_COUNT" else str, reverse=direction == "DESC")
    assert ask(PACKAGES[order])["packages"]["nodes"] == [{"name": n, "specCount": counts[n]} for n in names]


def test_a_count_is_of_the_snapshot_and_not_of_the_filter(ask, release):
    query = """{ packages(
      where: {hasSpec: {target: {eq: "aarch64"}}}, orderBy: {field: SPEC_COUNT, direction: DESC}, first: 5000
    ) { nodes { name specCount } } }"""
    names = {spec.name for spec in release.specs.values() if spec.target == "aarch64"}
    counts = {name: sum(spec.name == name for spec in release.specs.values()) for name in names}
    expected = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    assert ask(query)["packages"]["nodes"] == [{"name": name, "specCount": count} for name, count in expected]


SIZES = {"a": "10", "b": "-", "c": "2 KiB", "d": "10", "e": 5_000_000_000, "f": "-", "g": 0}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ specs(orderBy: {field: SIZE}) { nodes { hash size } } }", "gadcebf"),
        ("{ specs(orderBy: {field: SIZE, direction: DESC}) { nodes { hash size } } }", "ecadgbf"),
    ],
)
def test_unknown_sizes_come_last_whichever_way(ask, tmp_path, query, expected):
    rows = [
        {
            "hash": label * 32,
            "compiler": "none",
            "versions": ["1.0"],
            "os": "rhel8",
            "platform": "linux",
            "target": "zen3",
            "variants": [],
            "stacks": [],
            "size": size,
        }
        for label, size in SIZES.items()
    ]
    meta = {"versions": ["1.0"], "compilers": ["none"]}
    lines = ["---", 'title: "x"', "layout: cache", "categories: [package, v1]"]
    lines += [f"meta: {json.dumps(meta)}", f"spec_details: {json.dumps(rows)}", "---"]
    (tmp_path / "specs.md").write_text("\n".join(lines), encoding="utf-8")
    small = ask.about(build(read_sources([tmp_path])).catalogue)
    known = {"a": 10, "c": 2048, "d": 10, "e": 5_000_000_000, "g": 0}
    assert small(query)["specs"]["nodes"] == [{"hash": label * 32, "size": known.get(label)} for label in expected]


def test_two_texts_of_one_version_are_equals_that_the_text_orders(ask, tmp_path):
    rows = [
        {
            "hash": label * 32,
            "compiler": "none",
            "versions": [version],
            "os": "rhel8",
            "platform": "linux",
            "target": "zen3",
            "variants": [],
            "stacks": [],
            "size": "-",
        }
        for label, version in {"a": "1.5", "b": "1-5", "c": "1.5.0", "d": "1.4"}.items()
    ]
    lines = ["---", 'title: "x"', "layout: cache", "categories: [package, v1]"]
    lines += [f"spec_details: {json.dumps(rows)}", "---"]
    (tmp_path / "specs.md").write_text("\n".join(lines), encoding="utf-8")
    small = ask.about(build(read_sources([tmp_path])).catalogue)
    query = """{
      ascending: specs(orderBy: {field: VERSION}) { nodes { version } }
      default: specs { nodes { version } }
      package(name: "x") { versions latestVersion }
      equal: specs(where: {version: {eq: "1_5"}}) { nodes { version } }
    }"""
    assert small(query) == {
        "ascending": {"nodes": [{"version": v} for v in ("1.4", "1.5", "1-5", "1.5.0")]},
        "default": {"nodes": [{"version": v} for v in ("1.5.0", "1.5", "1-5", "1.4")]},
        "package": {"versions": ["1.5.0", "1.5", "1-5", "1.4"], "latestVersion": "1.5.0"},
        "equal": {"nodes": [{"version": "1.5"}, {"version": "1-5"}]},
    }
