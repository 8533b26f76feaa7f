"""Snapshot differences: each kind of change, root causes, and the real releases against their JSON."""

from __future__ import annotations

import json
import tarfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import FrozenBitMap

from graph.build import build
from graph.changes import SnapshotChange, SnapshotDifference
from graph.filters import SpecFilter, StackFilter
from graph.model import Compiler, Dependency, Flags, Variant
from graph.select import spec_rows
from graph.snapshot import Catalogue, Snapshot
from graph.sources.records import SpecRecord
from graph.versions import sort_key
from tests.graph.conftest import SAMPLE
from tests.graph.small_graphs import NOON, dag_hash, records, spec_record


def difference(before: Sequence[Mapping[str, object]], after: Sequence[Mapping[str, object]]) -> SnapshotDifference:
    """Compare two snapshots of specs that are the package `p` at 1.0 for x86_64_v3 unless told; `hash` is a label."""
    readings = []
    for snapshot, specs in (("b", before), ("a", after)):
        for spec in specs:
            options = {"package": "p", **spec}
            label = str(options.pop("hash"))
            readings.append(spec_record(label, snapshot=snapshot, **options))  # type: ignore[arg-type]
    # A snapshot without a spec of p still has to be there.
    readings += [spec_record("other", snapshot=snapshot) for snapshot in "ab"]
    catalogue = build(readings, now=NOON).catalogue
    one, other = catalogue.snapshot("b"), catalogue.snapshot("a")
    return SnapshotDifference(one, other, one.rows, other.rows)


def changes(before: Sequence[Mapping[str, object]], after: Sequence[Mapping[str, object]]) -> list[str]:
    return [change.change.value for change in difference(before, after).packages]


def causes(before: Sequence[Mapping[str, object]], after: Sequence[Mapping[str, object]]) -> list[str]:
    return sorted({change.package for change in difference(before, after).root_causes})


def test_nothing_changed_where_both_have_the_same() -> None:
    found = difference([{"hash": "h"}], [{"hash": "h"}])
    assert (len(found.added), len(found.removed), found.unchanged_count) == (0, 0, 2)
    assert (found.packages, found.root_causes) == ((), ())


def test_a_snapshot_does_not_differ_from_itself(release: Snapshot) -> None:
    found = SnapshotDifference(release, release, release.rows, release.rows)
    assert (len(found.added), len(found.removed), found.packages, found.root_causes) == (0, 0, (), ())
    assert found.unchanged_count == len(release.rows)


ONE = {"hash": "one"}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [ONE], ["ADDED"]),
        ([ONE], [], ["REMOVED"]),
        ([ONE], [{"hash": "two", "version": "2.0"}], ["VERSION_CHANGED"]),
        ([ONE], [ONE, {"hash": "two", "version": "2.0"}], ["VERSION_CHANGED"]),
        ([ONE], [{"hash": "two"}], ["REBUILT"]),
        ([ONE], [ONE, {"hash": "two"}], ["REBUILT"]),
        ([ONE], [ONE, {"hash": "two", "target": "zen3"}], ["TARGET_GAINED"]),
        ([ONE, {"hash": "two", "target": "zen3"}], [ONE], ["TARGET_LOST"]),
        ([ONE], [{"hash": "two", "target": "zen3"}], ["TARGET_GAINED", "TARGET_LOST"]),
        ([ONE], [{"hash": "two"}, {"hash": "three", "target": "zen3"}], ["REBUILT", "TARGET_GAINED"]),
        (
            [ONE],
            [{"hash": "two", "version": "2.0", "target": "zen3"}],
            ["VERSION_CHANGED", "TARGET_GAINED", "TARGET_LOST"],
        ),
    ],
)
def test_what_became_of_a_package(
    before: list[Mapping[str, object]], after: list[Mapping[str, object]], expected: list[str]
) -> None:
    assert changes(before, after) == expected


def test_a_change_says_versions_newest_first_and_how_many_came_and_went() -> None:
    found = difference(
        [{"hash": "one", "version": "1.9"}, {"hash": "two", "version": "1.10"}, {"hash": "three", "version": "1.10"}],
        [{"hash": "three", "version": "1.10"}, {"hash": "four", "version": "develop"}],
    )
    assert [(c.package, c.from_versions, c.to_versions, c.added_count, c.removed_count) for c in found.packages] == [
        ("p", ("1.10", "1.9"), ("develop", "1.10"), 1, 2)
    ]


def test_only_the_rows_that_are_compared_count() -> None:
    found = difference([ONE], [{"hash": "two", "version": "2.0"}])
    nothing = SnapshotDifference(found.before, found.after, FrozenBitMap(), found.after_rows)
    assert [change.change.value for change in nothing.packages] == ["ADDED", "ADDED"]
    assert nothing.unchanged_count == 0


@pytest.mark.parametrize(
    "own",
    [
        {"version": "2.0"},
        {"variants": (Variant("mpi", enabled=True),)},
        {"flags": (Flags("cflags", ("-O3",)),)},
        {"compiler": Compiler("gcc", "12.3.0")},
        {"target": "zen3"},
        {"operating_system": "rhel8"},
        {"platform": "darwin"},
        {"external": True},
        {"package_hash": "other"},
    ],
)
def test_what_is_a_specs_own_makes_a_root_cause(own: Mapping[str, object]) -> None:
    recipe = {"package_hash": "recipe"}
    assert causes([{**recipe, "hash": "one"}], [{**recipe, **own, "hash": "two"}]) == ["p"]


def test_dependencies_and_namespace_alone_make_no_root_cause() -> None:
    dependency = (Dependency(dag_hash("other"), "other", 2),)
    after = {"hash": "two", "dependencies": dependency, "namespace": "mine", "build_spec": "x"}
    assert changes([ONE], [after]) == ["REBUILT"]
    assert causes([ONE], [after]) == []


def test_a_recipe_counts_only_where_every_spec_of_the_package_records_it() -> None:
    first, second = {"hash": "one", "package_hash": "x"}, {"hash": "two", "package_hash": "y"}
    assert causes([first], [second]) == ["p"]
    assert causes([first], [{**second, "package_hash": None}]) == []
    assert causes([first, {"hash": "three"}], [second]) == []
    assert causes([first, {"hash": "three"}], [second, {"hash": "four", "version": "2.0"}]) == ["p"]


def test_a_package_that_came_or_went_is_a_root_cause() -> None:
    assert causes([], [ONE]) == ["p"]
    assert causes([ONE], []) == ["p"]


def test_a_further_build_with_another_own_attribute_is_a_root_cause_and_one_without_is_not() -> None:
    assert causes([ONE], [ONE, {"hash": "two", "variants": (Variant("mpi", enabled=True),)}]) == ["p"]
    assert causes([ONE], [ONE, {"hash": "two"}]) == []


def own(spec: Any, *, recipe: bool) -> tuple[Any, ...]:
    parts = (spec.version, spec.variants, spec.flags, spec.compiler, spec.platform, spec.operating_system)
    return (*parts, spec.target, spec.external, spec.package_hash if recipe else None)


def expected_changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[list[tuple[Any, ...]], set[str]]:
    """Return the changes and root causes of specs by hash, found package by package."""
    found: list[tuple[Any, ...]] = []
    causes = set()
    for package in sorted({spec.package for spec in (*before.values(), *after.values())}):
        old, new = ({h: s for h, s in side.items() if s.package == package} for side in (before, after))
        versions = [sorted({s.version for s in side.values()}, key=sort_key, reverse=True) for side in (old, new)]
        targets = [{s.target for s in side.values()} for side in (old, new)]
        shared = targets[0] & targets[1]
        kinds = []
        if not old:
            kinds.append("ADDED")
        elif not new:
            kinds.append("REMOVED")
        else:
            if set(versions[0]) != set(versions[1]):
                kinds.append("VERSION_CHANGED")
            elif {h for h, s in old.items() if s.target in shared} != {h for h, s in new.items() if s.target in shared}:
                kinds.append("REBUILT")
            kinds += ["TARGET_GAINED"] * bool(targets[1] - targets[0]) + ["TARGET_LOST"] * bool(targets[0] - targets[1])
        counts = (len(new.keys() - old.keys()), len(old.keys() - new.keys()))
        found += [(package, kind, *map(tuple, versions), *counts) for kind in kinds]
        recipe = all(s.package_hash is not None for s in (*old.values(), *new.values()))
        if {own(s, recipe=recipe) for s in old.values()} != {own(s, recipe=recipe) for s in new.values()}:
            causes.add(package)
    return found, causes


def assert_as_expected(found: SnapshotDifference) -> None:
    universe = found.before.universe
    before, after = (
        {universe.hashes[row]: universe.spec(row) for row in rows} for rows in (found.before_rows, found.after_rows)
    )
    packages, root_causes = expected_changes(before, after)
    assert [
        (c.package, c.change.value, c.from_versions, c.to_versions, c.added_count, c.removed_count)
        for c in found.packages
    ] == packages
    assert found.root_causes == tuple(c for c in found.packages if c.package in root_causes)
    assert {universe.hashes[row] for row in found.added} == after.keys() - before.keys()
    assert {universe.hashes[row] for row in found.removed} == before.keys() - after.keys()
    assert found.unchanged_count == len(before.keys() & after.keys())


@given(records(snapshots=("a", "b")), st.data())
def test_changes_are_those_found_package_by_package(readings: Sequence[SpecRecord], data: st.DataObject) -> None:
    catalogue = build(readings, now=NOON).catalogue
    one, other = catalogue.snapshot("a"), catalogue.snapshot("b")
    subsets = st.sets(st.sampled_from(list(one.rows))).map(FrozenBitMap)
    assert_as_expected(SnapshotDifference(one, other, data.draw(subsets), data.draw(subsets)))


@pytest.mark.parametrize("stack", [None, "ml-linux-x86_64-cpu", "radiuss", "e4s"])
@pytest.mark.parametrize(
    ("before", "after"),
    [("v2025.07.0", "v2025.11.0"), ("develop-2025-10-05", "v2025.11.0"), ("v2025.11.0", "v2025.07.0")],
)
def test_real_changes_are_those_found_package_by_package(
    sample: Catalogue, before: str, after: str, stack: str | None
) -> None:
    where = None if stack is None else SpecFilter(stack=StackFilter(all_of=(stack,)))
    one, other = sample.snapshot(before), sample.snapshot(after)
    assert_as_expected(SnapshotDifference(one, other, spec_rows(one, where), spec_rows(other, where)))


def installs(tag: str, stack: str) -> dict[str, Any]:
    """Read one stack's specs by hash from the archive, as they are written."""
    with tarfile.open(SAMPLE) as archive:
        member = archive.extractfile(f"binaries/{tag}/{stack}/build_cache/index.json")
        assert member is not None
        return {h: i["spec"] for h, i in json.load(member)["database"]["installs"].items()}


def own_json(spec: dict[str, Any]) -> str:
    """Return everything of a spec as written but for its hash and its dependencies' hashes."""
    kept = ("version", "arch", "parameters", "external", "package_hash", "annotations")
    return json.dumps({key: spec.get(key) for key in kept}, sort_keys=True)


def by_package(specs: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found = defaultdict(list)
    for spec in specs.values():
        found[spec["name"]].append(spec)
    return found


def compilers(specs: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (package, compiler) for what is built with a provider of c, else cxx, else fortran."""
    for spec in specs.values():
        edges = spec.get("dependencies", [])
        for virtual in ("c", "cxx", "fortran"):
            provider = [e["hash"] for e in edges if virtual in e["parameters"]["virtuals"]]
            if provider:
                yield spec["name"], f"{specs[provider[0]]['name']}@{specs[provider[0]]['version']}"
                break


def test_the_release_of_a_stack_has_115_changed_versions_and_3_survivors(sample: Catalogue) -> None:
    """FORMATS.md: of the 326 specs of ml-linux-x86_64-cpu, 3 hashes survive, and 115 packages changed version."""
    stack = "ml-linux-x86_64-cpu"
    before, after = installs("v2025.07.0", stack), installs("v2025.11.0", stack)
    where = SpecFilter(stack=StackFilter(all_of=(stack,)))
    one, other = sample.snapshot("v2025.07.0"), sample.snapshot("v2025.11.0")
    found = SnapshotDifference(one, other, spec_rows(one, where), spec_rows(other, where))
    assert (len(before), found.unchanged_count, len(before.keys() & after.keys())) == (326, 3, 3)
    old, new = by_package(before), by_package(after)
    both = old.keys() & new.keys()
    versions = {p for p in both if {s["version"] for s in old[p]} != {s["version"] for s in new[p]}}
    kinds = defaultdict(set)
    for change in found.packages:
        kinds[change.change].add(change.package)
    assert len(versions) == 115
    assert kinds == {
        SnapshotChange.ADDED: new.keys() - old.keys(),
        SnapshotChange.REMOVED: old.keys() - new.keys(),
        SnapshotChange.VERSION_CHANGED: versions,
        SnapshotChange.REBUILT: {
            p for p in both - versions if {s["hash"] for s in old[p]} != {s["hash"] for s in new[p]}
        },
    }
    built_with = [{(p, c) for p, c in compilers(side)} for side in (before, after)]
    causes = {p for p in old.keys() | new.keys() if set(map(own_json, old[p])) != set(map(own_json, new[p]))}
    causes |= {package for package, _ in built_with[0] ^ built_with[1]}
    assert {change.package for change in found.root_causes} == causes
    assert versions < causes
    assert kinds[SnapshotChange.REBUILT] - causes, "rebuilds that only follow from others' changes"
