"""Snapshots of several universes in one: they stay what they were."""

from __future__ import annotations

from datetime import UTC, datetime

from graph.build import build
from graph.model import Compiler, Dependency, DependencyType, Spec
from graph.rejoin import readings_of, rejoined
from graph.sources.records import Authority, PackageRecord, SpecRecord, StackRecord, TargetRecord
from graph.targets import Microarchitecture

NOON = datetime(2025, 11, 22, 12, tzinfo=UTC)


def spec(dag_hash, package="zlib", version="1.3", *, needs=None, **attributes):
    """A made-up spec; `needs` are hashes that it links, None where it records no dependencies."""
    dependencies = None
    if needs is not None:
        dependencies = tuple(Dependency(other * 32, "zlib", DependencyType.LINK, ("z",)) for other in needs)
    return Spec(dag_hash * 32, package, version, "linux", "rhel9", "zen3", dependencies=dependencies, **attributes)


def record(snapshot, found, *stacks, authority=Authority.INDEX, **binary):
    return SpecRecord(snapshot, found, stacks, bool(binary), authority, "made up", **binary)


def one(snapshot, *readings):
    """Build one snapshot alone."""
    return build(readings, now=NOON).catalogue.snapshot(snapshot)


OLD = [
    record("old", spec("a"), "e4s", size=2**40, tarball="a.spack"),
    record("old", spec("b", "hdf5", needs="a"), "e4s", "root"),
    record("old", spec("c", "petsc", needs="bx")),  # x is nowhere
    record("old", spec("p", "python", "3.14", compiler=Compiler("gcc", "11.4.0")), authority=Authority.PAGE),
    StackRecord("old", "empty", "made up"),
    PackageRecord("old", "cmake", ("3.31", "3.9"), (Compiler("clang"),), "made up"),
]
NEW = [
    record("new", spec("b", "hdf5", needs="a"), "e4s"),  # without a: in this snapshot the edge leads out
    record("new", spec("d", "hdf5", "1.14", needs="b"), "e4s", size=1),
    TargetRecord(Microarchitecture(name="zen9", vendor="AMD", parents=("zen3",)), "made up"),
    record("new", Spec("e" * 32, "gcc", "14", "linux", "rhel9", "zen9", dependencies=()), "e4s"),
]


def test_snapshots_keep_their_content_and_what_is_told_of_them():
    apart = [one("old", *OLD), one("new", *NEW)]
    joined = rejoined(apart)
    assert [s.name for s in joined] == ["new", "old"]
    assert joined.default == "old"
    for before in apart:
        after = joined.snapshot(before.name)
        assert (after.digest, after.sources, after.ingested_at) == (before.digest, before.sources, NOON)
        assert after.universe is joined.universe
        assert len(after.rows) == len(before.rows)


def test_what_is_joined_is_what_is_built_together():
    together = build([*OLD, *NEW], now=NOON).catalogue
    joined = rejoined([one("old", *OLD), one("new", *NEW)])
    assert [s.digest for s in joined] == [s.digest for s in together]
    assert list(joined.universe.hashes) == list(together.universe.hashes)


def test_a_page_gets_what_an_index_knows_of_the_same_hash_as_if_both_had_been_built_together():
    page = record("old", spec("a"), authority=Authority.PAGE)
    index = record("new", spec("a", needs=""))
    joined = rejoined([one("old", page), one("new", index)])
    together = build([page, index], now=NOON).catalogue
    assert [s.digest for s in joined] == [s.digest for s in together]
    assert joined.universe.spec(0).dependencies == ()


def test_readings_build_the_snapshot_again():
    before = one("old", *OLD)
    assert build(readings_of(before), now=NOON).catalogue.snapshot("old").digest == before.digest
