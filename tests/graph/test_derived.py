"""What a file holds as derived is what is worked out without it, and is read from the file alone."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given

from graph.build import build
from graph.container import Container, Content, write_file
from graph.derived import FACETS, NAMES, PARTS, VERSION, derived_arrays
from graph.generation_order import ORDERED
from graph.matching.indexes import indexes_of
from graph.model import Compiler, Dependency, DependencyType, Variant
from graph.snapshot import Catalogue
from graph.sources.records import SpecRecord
from graph.store import open_file, save
from graph.universe import Universe
from graph.warming import steps
from tests.graph.small_graphs import NOON, dag_hash, records, spec_record

LINK = DependencyType.LINK


def read(universe: Universe) -> dict[str, Any]:
    """Return all that is derived, as those who ask for it read it."""
    edges = indexes_of(universe)
    return {
        "orders": [universe.generation.tolist(), universe.rows_by_generation.tolist()],
        "ranks": [universe.version_rank.tolist(), universe.hash_rank.tolist()],
        "facets": {name: list(getattr(universe, name).rows) for name in FACETS},
        "families": universe.target_family.column.tolist(),
        "variants": {key: universe.variant_rows.having(*key) for key in universe.variant_rows.keys},
        "providing": {
            virtual: [found.places.tolist(), found.heads.tolist(), found.tails.tolist()]
            for virtual, found in edges.providing.items()
        },
        "order": [getattr(universe.link_run_order, name).tolist() for name in ORDERED],
        "without compiler edge": edges.without_compiler_edge,
    }


def made_ready(catalogue: Catalogue) -> None:
    for step in steps(catalogue):
        step()


def saved(readings: Sequence[SpecRecord], path: Path) -> Catalogue:
    catalogue = build(readings, now=NOON).catalogue
    save(catalogue, path)
    return catalogue


@given(readings=records())
def test_a_file_holds_what_is_worked_out_without_it(
    tmp_path_factory: pytest.TempPathFactory, readings: Sequence[SpecRecord]
) -> None:
    path = tmp_path_factory.mktemp("derived") / "s"
    built = saved(readings, path).universe
    opened = open_file(path).universe
    assert not built.derived
    assert list(opened.derived) == list(NAMES)
    assert read(opened) == read(built)


READINGS = [
    spec_record(
        "app",
        compiler=Compiler("gcc", "11.4.0"),
        variants=(Variant("mpi", enabled=True), Variant("fabrics", values=("ucx", "verbs")), Variant("patches")),
        dependencies=(
            Dependency(dag_hash("gcc"), "gcc", DependencyType.BUILD, ("c", "cxx")),
            Dependency(dag_hash("mpich"), "mpich", LINK, ("mpi",)),
        ),
    ),
    spec_record("mpich", compiler=Compiler("gcc", "11.4.0"), target="zen3", variants=(Variant("mpi", enabled=False),)),
    spec_record("gcc"),
]


def test_the_edges_of_each_virtual_are_those_that_name_it(tmp_path: Path) -> None:
    saved(READINGS, tmp_path / "s")
    universe = open_file(tmp_path / "s").universe
    ends = {
        virtual: [(universe.packages[t], universe.packages[h]) for t, h in zip(found.tails, found.heads, strict=True)]
        for virtual, found in indexes_of(universe).providing.items()
    }
    assert ends == {"c": [("app", "gcc")], "cxx": [("app", "gcc")], "mpi": [("app", "mpich")]}
    assert [universe.packages[row] for row in indexes_of(universe).without_compiler_edge] == ["mpich"]


def test_the_rows_of_each_value_of_a_variant(tmp_path: Path) -> None:
    saved(READINGS, tmp_path / "s")
    found = open_file(tmp_path / "s").universe.variant_rows
    assert {key: list(found.having(*key)) for key in found.keys} == {
        ("mpi", True): [0],
        ("fabrics", "ucx"): [0],
        ("fabrics", "verbs"): [0],
        ("patches", None): [0],
        ("mpi", False): [2],
    }
    assert [(value, list(rows)) for value, rows in found.of("mpi")] == [(True, [0]), (False, [2])]
    assert (list(found.having("mpi", "true")), found.of("none")) == ([], ())


def test_nothing_that_a_file_holds_is_worked_out_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(READINGS, tmp_path / "s")
    monkeypatch.setattr("graph.universe.rows_of_positions", pytest.fail)
    monkeypatch.setattr("graph.variants.arrays_of_positions", pytest.fail)
    monkeypatch.setattr("graph.universe.generations", pytest.fail)
    monkeypatch.setattr("graph.universe.generation_order", pytest.fail)
    monkeypatch.setattr("graph.providing.providing", pytest.fail)
    universe = open_file(tmp_path / "s").universe
    assert read(universe)["orders"] == [[1, 0, 0], [1, 2, 0]]
    for name in ("generation", "rows_by_generation", "version_rank", "hash_rank"):
        assert getattr(universe, name) is universe.derived[name]


def test_a_file_says_that_circles_have_no_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    circle = [spec_record(a, dependencies=(Dependency(dag_hash(b), b, LINK),)) for a, b in ("ab", "ba")]
    saved(circle, tmp_path / "s")
    monkeypatch.setattr("graph.universe.generation_order", pytest.fail)
    assert open_file(tmp_path / "s").universe.link_run_order is None


def test_what_was_opened_is_written_as_it_was(tmp_path: Path) -> None:
    saved(READINGS, tmp_path / "first")
    save(open_file(tmp_path / "first"), tmp_path / "second")
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_it_is_left_alone_by_whoever_does_without(tmp_path: Path) -> None:
    saved(READINGS, tmp_path / "s")
    without = open_file(tmp_path / "s", derived=False).universe
    assert not without.derived
    assert read(without) == read(open_file(tmp_path / "s").universe)


def with_version(sections: dict[str, Content], version: int | None) -> dict[str, Content]:
    """Return the sections as another version would have written them; None as those before there were any."""
    contents = msgspec.json.decode(bytes(sections["contents"]))
    contents["derived"] = version
    if version is None:
        del contents["derived"]
        sections = {name: content for name, content in sections.items() if not name.startswith("derived.")}
    return sections | {"contents": msgspec.json.encode(contents)}


@pytest.mark.parametrize("version", [None, VERSION + 1])
def test_a_file_of_another_version_has_it_worked_out(tmp_path: Path, version: int | None) -> None:
    saved(READINGS, tmp_path / "s")
    write_file(tmp_path / "other", with_version(dict(Container(tmp_path / "s")), version))
    other = open_file(tmp_path / "other")
    assert not other.universe.derived
    assert read(other.universe) == read(open_file(tmp_path / "s").universe)
    save(other, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "s").read_bytes()


def test_all_parts_are_made_of_a_universe_without_rows() -> None:
    made = derived_arrays(build([], now=NOON).catalogue.universe)
    assert list(made) == [name for part in PARTS for name in part.names]
    assert [len(made[name]) for name in ("generation", "providing.start", "target.rows.offsets")] == [0, 1, 1]


def test_bitmaps_of_neighbours_take_little_room() -> None:
    many = build([spec_record(f"p{number:03}", package="one") for number in range(900)], now=NOON).catalogue.universe
    made = derived_arrays(many)
    assert made["version.rows.data"].nbytes < 900
    np.testing.assert_array_equal(made["hash_rank"], np.arange(900))


def test_what_was_opened_and_made_ready_goes_with_its_last_holder(tmp_path: Path) -> None:
    saved(READINGS, tmp_path / "s")
    catalogue = open_file(tmp_path / "s")
    made_ready(catalogue)
    assert read(catalogue.universe)["orders"]
    universe = weakref.ref(catalogue.universe)
    gc.disable()
    try:
        del catalogue
        assert universe() is None
    finally:
        gc.enable()
