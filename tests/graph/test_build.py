"""Records become one universe: joined by hash, numbered, digested."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.build import Built, build
from graph.model import Compiler, Dependency, Variant
from graph.snapshot import Snapshot
from graph.sources.records import (
    Authority,
    PackageRecord,
    Problem,
    Reading,
    SourceRecord,
    SpecRecord,
    StackRecord,
    TargetRecord,
)
from graph.targets import Microarchitecture
from graph.universe import Universe
from tests.graph.small_graphs import NOON, dag_hash, records, spec_record


def built(*readings: Reading) -> Built:
    """Build at a fixed time."""
    return build(readings, now=NOON)


def only(result: Built) -> Snapshot:
    """Return the one snapshot that was built."""
    (snapshot,) = result.catalogue
    return snapshot


@given(records(snapshots=("a", "b")), st.randoms(use_true_random=False))
def test_the_order_of_records_changes_nothing(readings: Sequence[SpecRecord], shuffler: random.Random) -> None:
    shuffled = list(readings)
    shuffler.shuffle(shuffled)
    first, second = built(*readings), built(*shuffled)
    assert [s.digest for s in first.catalogue] == [s.digest for s in second.catalogue]
    assert first.catalogue.universe.hashes == second.catalogue.universe.hashes


@given(records())
def test_rows_are_in_the_order_of_package_newest_version_and_hash(readings: Sequence[SpecRecord]) -> None:
    universe = built(*readings).catalogue.universe
    newest_first = ["develop", "2.0rc1", "1.10-1", "1.10", "1.2"]
    keys = [
        (universe.spec(row).package, newest_first.index(universe.spec(row).version), universe.hashes[row])
        for row in range(len(universe))
    ]
    assert keys == sorted(keys)


@given(records())
def test_what_was_recorded_is_what_is_stored(readings: Sequence[SpecRecord]) -> None:
    universe = built(*readings).catalogue.universe
    for record in readings:
        stored = universe.spec(universe.row_by_hash[record.spec.hash])
        assert sorted(stored.dependencies or ()) == sorted(
            Dependency(d.hash, stored_package(universe, d.hash), d.deptypes, d.virtuals)
            for d in record.spec.dependencies or ()
        )
        for name in ("package", "version", "target", "operating_system", "platform", "variants", "external"):
            assert getattr(stored, name) == getattr(record.spec, name)


def stored_package(universe: Universe, spec_hash: str) -> str:
    """Return the package of a stored spec."""
    return universe.spec(universe.row_by_hash[spec_hash]).package


def test_a_page_and_an_index_of_one_hash_are_one_spec() -> None:
    page = spec_record(
        "hdf5",
        dependencies=None,
        compiler=Compiler("gcc", "11.4.0"),
        variants=(Variant("mpi", enabled=True),),
        authority=Authority.PAGE,
        stacks=("e4s",),
    )
    index = spec_record(
        "hdf5",
        namespace="builtin",
        variants=(Variant("build_type", values=("Release",)), Variant("mpi", enabled=True)),
        dependencies=(Dependency(dag_hash("zlib"), "zlib", 2),),
        stacks=("root",),
    )
    snapshot = only(built(page, index, spec_record("zlib")))
    universe = snapshot.universe
    spec = universe.spec(universe.row_by_hash[dag_hash("hdf5")])
    assert spec.namespace == "builtin"
    assert spec.compiler == Compiler("gcc", "11.4.0")
    assert [variant.text for variant in spec.variants] == ["build_type=Release", "+mpi"]
    assert spec.dependencies == (Dependency(dag_hash("zlib"), "zlib", 2),)
    assert [snapshot.stacks[p] for p in snapshot.stacks_of(universe.row_by_hash[spec.hash])] == ["e4s", "root"]


def test_dependencies_reach_a_snapshot_whose_own_source_does_not_record_them() -> None:
    page = spec_record("hdf5", snapshot="pages", dependencies=None, authority=Authority.PAGE)
    page_of_zlib = spec_record("zlib", snapshot="pages", dependencies=None, authority=Authority.PAGE)
    index = spec_record("hdf5", snapshot="index", dependencies=(Dependency(dag_hash("zlib"), "zlib", 2),))
    result = built(page, page_of_zlib, index, spec_record("zlib", snapshot="index"))
    assert [(s.name, s.dependency_count) for s in result.catalogue] == [("index", 1), ("pages", 1)]


def test_a_snapshot_has_no_edge_to_a_spec_that_it_does_not_hold() -> None:
    page = spec_record("hdf5", snapshot="pages", dependencies=None, authority=Authority.PAGE)
    index = spec_record("hdf5", snapshot="index", dependencies=(Dependency(dag_hash("zlib"), "zlib", 2),))
    result = built(page, index, spec_record("zlib", snapshot="index"))
    assert [(s.name, s.dependency_count) for s in result.catalogue] == [("index", 1), ("pages", 0)]


def test_sources_that_disagree_on_a_hash_are_reported_and_the_better_is_kept() -> None:
    result = built(spec_record("a", version="1.0"), spec_record("a", version="2.0", authority=Authority.PAGE))
    assert [str(problem) for problem in result.problems] == [
        f"/{dag_hash('a')}: sources disagree on its version: '1.0' is kept, '2.0' dropped"
    ]
    assert result.catalogue.universe.version.values[0] == "1.0"


def test_edges_to_nowhere_are_reported_together_and_nothing_else_is_lost() -> None:
    gone = (Dependency(dag_hash("gone"), "gone", 2), Dependency(dag_hash("zlib"), "zlib", 2))
    result = built(spec_record("a", dependencies=gone), spec_record("b", dependencies=gone), spec_record("zlib"))
    (problem,) = result.problems
    assert problem.message == (
        "2 edges lead to specs that no source holds, and are left out: "
        "a/axxxxxx -> gone/gonexxx, b/bxxxxxx -> gone/gonexxx"
    )
    assert only(result).dependency_count == 2


@pytest.mark.parametrize(
    ("virtuals", "expected"),
    [
        ((("gcc", ("c", "cxx")), ("llvm", ("fortran",))), "gcc@13.2"),
        ((("llvm", ("cxx",)), ("gcc", ("fortran",))), "llvm@13.2"),
        ((("gcc", ("fortran",)),), "gcc@13.2"),
        ((("gcc", ()),), None),
    ],
)
def test_the_compiler_of_a_newer_spec_is_its_provider_of_c_else_cxx_else_fortran(
    virtuals: tuple[tuple[str, tuple[str, ...]], ...], expected: str | None
) -> None:
    edges = tuple(Dependency(dag_hash(name), name, 1, provided) for name, provided in virtuals)
    compilers = [spec_record(name, version="13.2") for name, _ in virtuals]
    universe = built(spec_record("a", dependencies=edges), *compilers).catalogue.universe
    assert universe.compiler.value(universe.row_by_hash[dag_hash("a")]) == expected


def test_a_compiler_whose_spec_is_missing_has_no_version() -> None:
    universe = built(spec_record("a", dependencies=(Dependency(dag_hash("gcc"), "gcc", 1, ("c",)),))).catalogue.universe
    assert universe.compiler.value(0) == "gcc"


def test_packages_without_specs_are_packages_all_the_same() -> None:
    early = PackageRecord("v0.18", "clara", ("1.1.5", "1.10"), (Compiler("gcc", "7.5.0"),), "page")
    more = PackageRecord("v0.18", "clara", ("1.1.6",), (Compiler("xl", "16.1"),), "page")
    snapshot = only(built(early, more))
    (package,) = snapshot.packages
    assert snapshot.universe.packages[package] == "clara"
    assert snapshot.package_versions(package) == ("1.10", "1.1.6", "1.1.5")
    assert snapshot.package_compilers(package) == ("gcc@7.5.0", "xl@16.1")
    assert (len(snapshot.rows), len(snapshot.package_rows(package))) == (0, 0)
    assert snapshot.compilers == ("gcc@7.5.0", "xl@16.1")


def test_an_empty_stack_is_a_stack() -> None:
    assert list(only(built(StackRecord("s", "e4s", "here"))).stacks) == ["e4s"]


def test_problems_and_sources_are_handed_through() -> None:
    problem, source = Problem("here", "expected text"), SourceRecord("s", "a.json", "build-cache index")
    result = built(problem, source)
    assert (result.problems, result.sources, only(result).sources) == ((problem,), (source,), ("a.json",))


def test_a_target_that_only_an_index_knows_has_its_parents() -> None:
    record = TargetRecord(Microarchitecture(name="zen9", vendor="AuthenticAMD", parents=("zen5",)), "here")
    snapshot = only(built(record, spec_record("a", target="zen9")))
    assert "zen5" in snapshot.targets
    assert snapshot.universe.targets.can_run("zen9", "x86_64_v4")


class TestDigest:
    """Equal content, equal digest; any other content, another."""

    def test_other_snapshots_beside_it_do_not_count(self) -> None:
        alone = only(built(spec_record("a"))).digest
        beside = built(spec_record("a"), spec_record("b", snapshot="t")).catalogue.snapshot("s").digest
        assert alone == beside

    def test_a_spec_that_only_another_snapshot_holds_does_not_count(self) -> None:
        edge = (Dependency(dag_hash("b"), "b", 2),)
        alone = only(built(spec_record("a", dependencies=edge))).digest
        beside = built(spec_record("a", dependencies=edge), spec_record("b", snapshot="t")).catalogue
        assert alone == beside.snapshot("s").digest
        with_it = only(built(spec_record("a", dependencies=edge), spec_record("b"))).digest
        without_edge = only(built(spec_record("a"), spec_record("b"))).digest
        assert len({alone, with_it, without_edge}) == 3

    @pytest.mark.parametrize("other", [Dependency(dag_hash("b"), "b", 3), Dependency(dag_hash("b"), "b", 2, ("mpi",))])
    def test_what_an_edge_says_counts(self, other: Dependency) -> None:
        base = Dependency(dag_hash("b"), "b", 2)
        digests = {only(built(spec_record("a", dependencies=(e,)), spec_record("b"))).digest for e in (base, other)}
        assert len(digests) == 2

    def test_when_and_from_where_it_came_does_not_count(self) -> None:
        one = only(built(spec_record("a"), SourceRecord("s", "a.json", "index"))).digest
        other = only(build([spec_record("a"), SourceRecord("s", "b.json", "index")])).digest
        assert one == other

    @pytest.mark.parametrize(
        "change",
        [
            {"version": "1.1"},
            {"target": "zen3"},
            {"operating_system": "rhel8"},
            {"platform": "darwin"},
            {"namespace": "builtin"},
            {"compiler": Compiler("gcc", "11.4.0")},
            {"variants": (Variant("mpi", enabled=True),)},
            {"external": True},
            {"package_hash": "abc"},
            {"in_build_cache": False},
            {"stacks": ("root", "e4s")},
            {"stacks": ()},
            {"snapshot": "t"},
            {"label": "b"},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_any_content_counts(self, change: dict[str, object]) -> None:
        base = only(built(spec_record("a"))).digest
        label = str(change.pop("label", "a"))
        assert only(built(spec_record(label, **change))).digest != base  # type: ignore[arg-type]

    def test_a_mention_and_an_empty_stack_count(self) -> None:
        base = only(built(spec_record("a"))).digest
        mention = PackageRecord("s", "clara", ("1",), (), "page")
        assert only(built(spec_record("a"), mention)).digest != base
        assert only(built(spec_record("a"), StackRecord("s", "e4s", "here"))).digest != base
