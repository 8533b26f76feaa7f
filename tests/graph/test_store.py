"""A catalogue that was saved and opened is the catalogue that was built."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from graph.build import build
from graph.container import Container
from graph.digest import snapshot_digest, spec_digests
from graph.errors import DamagedFile, SourceError, UnknownSnapshot
from graph.facets import FacetKind, facet_counts
from graph.model import Compiler
from graph.network import snapshot_graph
from graph.snapshot import Catalogue
from graph.sources.records import PackageRecord, Reading, SourceRecord, SpecRecord, StackRecord, TargetRecord
from graph.store import open_file, save
from graph.targets import Microarchitecture
from graph.traverse import Direction, reach
from tests.graph.small_graphs import NOON, records, spec_record


def saved(readings: Sequence[Reading], path: Path) -> tuple[Catalogue, Catalogue]:
    """Build, save and open; return both catalogues."""
    catalogue = build(readings, now=NOON).catalogue
    save(catalogue, path)
    return catalogue, open_file(path)


ODD: list[Reading] = [
    SourceRecord("s", "a/index.json", "index"),
    StackRecord("s", "empty", "here"),
    PackageRecord("old", "clara", ("1.1.5",), (Compiler("gcc", "7.5.0"),), "here"),
    TargetRecord(Microarchitecture(name="zen9", vendor="AuthenticAMD", parents=("zen5",)), "here"),
    replace(spec_record("big", target="zen9"), size=2**40, tarball="a/b.spack"),
    replace(spec_record("none"), tarball="c.spack"),
    spec_record("zero"),
]


@given(readings=records(snapshots=("a", "b")))
def test_every_spec_and_snapshot_is_what_it_was(
    tmp_path_factory: pytest.TempPathFactory, readings: Sequence[SpecRecord]
) -> None:
    built, opened = saved(readings, tmp_path_factory.mktemp("store") / "s")
    before, after = built.universe, opened.universe
    assert [after.spec(row) for row in range(len(after))] == [before.spec(row) for row in range(len(before))]
    np.testing.assert_array_equal(spec_digests(after), spec_digests(before))
    for snapshot, other in zip(built, opened, strict=True):
        assert other.digest == snapshot.digest == snapshot_digest(other, spec_digests(after))
        assert (other.rows, other.binaries, other.stack_rows) == (snapshot.rows, snapshot.binaries, snapshot.stack_rows)
        assert (other.name, other.sources, other.ingested_at) == (snapshot.name, snapshot.sources, NOON)
        assert dict(snapshot_graph(other).adjacency()) == dict(snapshot_graph(snapshot).adjacency())


@given(readings=records(), data=st.data())
def test_questions_have_the_same_answers(
    tmp_path_factory: pytest.TempPathFactory, readings: Sequence[SpecRecord], data: st.DataObject
) -> None:
    built, opened = saved(readings, tmp_path_factory.mktemp("store") / "s")
    before, after = built.snapshot("s"), opened.snapshot("s")
    start = data.draw(st.integers(0, len(before.rows) - 1))
    walks = [
        reach(s, [start], Direction.DEPENDENTS, max_depth=None, max_nodes=99).rows.tolist() for s in (before, after)
    ]
    assert walks[0] == walks[1]
    for kind in FacetKind:
        assert facet_counts(after, after.rows, kind, limit=9) == facet_counts(before, before.rows, kind, limit=9)
    for record in readings:
        assert after.find(record.spec.hash) == before.find(record.spec.hash)
    assert after.find("nothing-like-it") is None
    assert after.universe.rows_with_prefix("n1") == before.universe.rows_with_prefix("n1")


def test_what_few_sources_record_is_kept(tmp_path: Path) -> None:
    built, opened = saved(ODD, tmp_path / "s")
    assert [s.digest for s in opened] == [s.digest for s in built]
    old, new = opened.snapshot("old"), opened.snapshot("s")
    (clara,) = old.packages
    assert (old.package_versions(clara), old.package_compilers(clara)) == (("1.1.5",), ("gcc@7.5.0",))
    assert (list(new.stacks), new.sources) == (["empty", "root"], ("a/index.json",))
    assert new.universe.targets.can_run("zen9", "x86_64_v4")
    assert dict(new.binary) == dict(built.snapshot("s").binary)
    by_label = {new.universe.hashes[row].rstrip("x"): new.binary_of(row) for row in new.rows}
    assert [(by_label[label].size, by_label[label].tarball) for label in ("big", "none", "zero")] == [
        (2**40, "a/b.spack"),
        (None, "c.spack"),
        (None, None),
    ]


def test_nothing_at_all_can_be_saved(tmp_path: Path) -> None:
    _, opened = saved([], tmp_path / "s")
    assert (len(opened), len(opened.universe)) == (0, 0)


def test_the_same_catalogue_is_the_same_bytes(tmp_path: Path) -> None:
    for name, readings in (("a", ODD), ("b", ODD[::-1])):
        save(build(readings, now=NOON).catalogue, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_default_is_said_when_the_file_is_opened(tmp_path: Path) -> None:
    saved(ODD, tmp_path / "s")
    assert open_file(tmp_path / "s", default="old").default == "old"
    with pytest.raises(UnknownSnapshot, match="no snapshot 'new'; loaded: old, s"):
        open_file(tmp_path / "s", default="new")


def test_damage_in_any_section_is_found_by_verifying(tmp_path: Path) -> None:
    path = tmp_path / "s"
    saved(ODD, path)
    whole = path.read_bytes()
    container = Container(path)
    damaged = 0
    for name, section in container.sections.items():
        if section.size:
            middle = section.offset + section.size // 2
            path.with_name("d").write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
            with pytest.raises(DamagedFile, match=name.replace(".", "[.]")):
                open_file(path.with_name("d"))
            damaged += 1
    assert damaged > 30


def test_a_folder_is_no_snapshot_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        open_file(tmp_path)


def test_networkx_runs_on_an_opened_file(tmp_path: Path) -> None:
    built, opened = saved(ODD, tmp_path / "s")
    layers = [list(nx.topological_generations(snapshot_graph(c.snapshot("s")))) for c in (built, opened)]
    assert layers[0] == layers[1]
