"""What is made ahead is what the first questions would make, and nothing twice."""

from __future__ import annotations

from datetime import UTC, datetime

from graph.build import build
from graph.matching import indexes
from graph.model import Dependency, DependencyType, Spec
from graph.sources.records import Authority, SpecRecord
from graph.warming import OF_A_FACET, OF_A_SNAPSHOT, OF_THE_UNIVERSE, steps


def record(dag_hash: str, package: str, *dependencies: Dependency) -> SpecRecord:
    spec = Spec(
        hash=dag_hash * 32,
        package=package,
        version="1.2",
        platform="linux",
        operating_system="ubuntu22.04",
        target="x86_64_v3",
        dependencies=dependencies,
    )
    return SpecRecord("develop", spec, ("e4s",), True, Authority.INDEX, "")


def catalogue_of_two():
    link = Dependency("b" * 32, "zlib", DependencyType.LINK, ())
    records = [record("a", "hdf5", link), record("b", "zlib")]
    return build(records, now=datetime(2026, 1, 1, tzinfo=UTC)).catalogue


def test_all_that_is_named_is_made_and_kept():
    catalogue = catalogue_of_two()
    universe, snapshot = catalogue.universe, catalogue.snapshot(None)
    for step in steps(catalogue):
        step()
    assert [name for name in OF_A_FACET if "rows" not in vars(getattr(universe, name))] == []
    assert [name for name in OF_THE_UNIVERSE if name not in vars(universe)] == []
    assert [name for name in OF_A_SNAPSHOT if name not in vars(snapshot)] == []
    assert id(universe) in indexes._MADE


def test_what_is_made_ahead_is_what_questions_make():
    warm, cold = catalogue_of_two(), catalogue_of_two()
    for step in steps(warm):
        step()
    assert warm.universe.target.rows == cold.universe.target.rows
    assert warm.universe.ordered_versions == cold.universe.ordered_versions
    for name in ("packages", "compilers", "operating_systems", "targets", "dependency_count", "providers"):
        assert getattr(warm.snapshot(None), name) == getattr(cold.snapshot(None), name)


def test_a_catalogue_without_snapshots_has_only_its_universe_made():
    catalogue = build([record("a", "hdf5")]).catalogue
    empty = type(catalogue)([], universe=catalogue.universe)
    assert len(list(steps(empty))) == len(list(steps(catalogue))) - len(OF_A_SNAPSHOT)
