"""A snapshot file whose checksums are right and whose columns are not is refused, by the name of the column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyroaring import FrozenBitMap

from graph.container import Container, Content, write_file
from graph.errors import DamagedFile
from graph.store import open_file, save
from tests.graph.small_graphs import graph_of


@pytest.fixture
def sections(tmp_path: Path) -> dict[str, Content]:
    path = tmp_path / "whole"
    save(graph_of(["a", "b"], [("a", "b", 1, ("mpi",))]).catalogue, path)
    return dict(Container(path))


def test_the_same_sections_are_opened(sections: dict[str, Content], tmp_path: Path) -> None:
    write_file(tmp_path / "again", sections)
    assert len(open_file(tmp_path / "again").universe) == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("package", np.array([0, 2], np.int32)),
        ("package", np.array([0, -1], np.int32)),
        ("package", np.array([0], np.int32)),
        ("package", np.array([0, 1], np.int64)),
        ("package_start", np.array([0, 3, 2], np.int32)),
        ("version.column", np.array([0, 1], np.int32)),
        ("dependencies.start", np.array([0, 2, 1], np.int64)),
        ("dependencies.row", np.array([2], np.int32)),
        ("dependents.deptypes", np.array([1, 1], np.uint8)),
        ("hashes.offsets", np.array([0, 2**40, 64], np.int64)),
        ("hashes.data", np.full(64, 255, np.uint8)),
        ("snapshot.0.binary.rows", np.array([0], np.int32)),
        ("derived.target_family.column", np.array([0, 1], np.int32)),
        ("derived.version.rows.offsets", np.array([0, 1], np.int64)),
        ("derived.version.rows.data", np.zeros(3, np.uint8)),
        ("derived.target.rows.data", np.frombuffer(FrozenBitMap([2]).serialize(), np.uint8)),
        ("derived.target.rows.data", b""),
        ("derived.generation", np.array([1, 1], np.int32)),
        ("derived.generation", np.array([0, 2], np.int32)),
        ("derived.rows_by_generation", np.array([0, 1], np.int32)),
        ("derived.rows_by_generation", np.array([0, 2], np.int32)),
        ("derived.version_rank", np.array([0], np.int32)),
        ("derived.hash_rank", np.array([0, 2], np.int32)),
        ("derived.link_run.rows", np.array([0, 2], np.int32)),
        ("derived.link_run.rows", np.array([1], np.int32)),
        ("derived.link_run.rows", np.array([], np.int32)),
        ("derived.link_run.sizes", np.array([1, 2], np.int64)),
        ("derived.link_run.sizes", np.array([2], np.int64)),
        ("derived.link_run.runs", np.array([[0], [1]], np.int64)),
        ("derived.link_run.runs", np.array([[-1], [1]], np.int64)),
        ("derived.link_run.runs", np.array([0, 0], np.int64)),
        ("derived.link_run.runs", np.array([[0], [0]], np.int32)),
        ("derived.link_run.heads", np.array([0], np.int32)),
        ("derived.link_run.deptypes", np.array([0], np.uint8)),
        ("derived.variants.keys", np.frombuffer(b"\x91\x92\xa1x\xc3", np.uint8)),
        ("derived.variants.keys", np.zeros(0, np.uint8)),
        ("derived.providing.start", np.array([0, 2], np.int64)),
        ("derived.providing.places", np.array([1], np.uint32)),
        ("derived.providing.heads", np.array([-1], np.int32)),
        ("derived.providing.tails", np.array([2], np.int32)),
        ("derived.without_compiler_edge", np.zeros(1, np.uint8)),
        ("external", b""),
        ("external", b"no bitmap"),
        ("contents", b"{}"),
        ("contents", np.zeros(1, np.int32)),
    ],
)
def test_what_does_not_fit_is_refused(
    sections: dict[str, Content], tmp_path: Path, name: str, content: Content
) -> None:
    write_file(tmp_path / "unsound", {**sections, name: content})
    with pytest.raises(DamagedFile, match=r"damaged in .*: build it again, or copy it again"):
        open_file(tmp_path / "unsound")


def test_a_file_without_a_section_is_refused(sections: dict[str, Content], tmp_path: Path) -> None:
    for missing in sections:
        write_file(tmp_path / "less", {name: content for name, content in sections.items() if name != missing})
        with pytest.raises(DamagedFile):
            open_file(tmp_path / "less")
