"""Many rows are put back together as one is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graph.build import build
from graph.model import Compiler, Dependency, Variant
from graph.snapshot import Catalogue
from graph.store import open_file, save
from graph.universe import Universe
from graph.unpacking import specs_of
from tests.graph.small_graphs import dag_hash, spec_record


@pytest.fixture
def universe() -> Universe:
    """A few specs: one without a compiler, one whose dependencies are not recorded, one external."""
    zlib = spec_record("zlib", compiler=Compiler("gcc", "11.4.0"), namespace="builtin", package_hash="abc")
    mpich = spec_record("mpich", dependencies=None, compiler=None, external=True)
    edges = (
        Dependency(dag_hash("zlib"), "zlib", 2, ()),
        Dependency(dag_hash("mpich"), "mpich", 6, ("mpi",)),
        Dependency(dag_hash("gone"), "gone", 2, ()),
    )
    hdf5 = spec_record("hdf5", dependencies=edges, variants=(Variant("mpi", enabled=True),))
    return build([zlib, mpich, hdf5]).catalogue.universe


@pytest.mark.parametrize("rows", [[], [2], [2, 0, 2, 1]])
@pytest.mark.parametrize("edges", [True, False])
def test_rows_in_any_order_are_what_each_is_alone(universe: Universe, rows: list[int], edges: bool) -> None:
    found = list(specs_of(universe, np.array(rows, dtype=np.int64), edges=edges))
    assert found == [universe.spec(row, edges=edges) for row in rows]


def test_real_rows_are_what_each_is_alone(sample: Catalogue, tmp_path: Path) -> None:
    # Of a file too, whose hashes and sets are packed.
    save(sample, tmp_path / "file")
    for universe in (sample.universe, open_file(tmp_path / "file").universe):
        rows = np.arange(len(universe))
        assert list(specs_of(universe, rows)) == [universe.spec(row) for row in rows.tolist()]
