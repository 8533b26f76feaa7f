"""What is read of many rows at once equals what is read of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph.build import build
from graph.model import DependencyType
from graph.snapshot import Catalogue, Snapshot
from graph.sources.records import SpecRecord
from graph.store import open_file, save
from graph.traverse import Direction, neighbourhoods, reach
from tests.graph.small_graphs import NOON, records


@given(records(), st.integers(0, 15), st.sampled_from(Direction), st.data())
def test_neighbourhoods_are_what_each_row_reaches_at_depth_one(
    readings: Sequence[SpecRecord], deptypes: int, direction: Direction, data: st.DataObject
) -> None:
    snapshot = build(readings, now=NOON).catalogue.snapshot("s")
    rows = data.draw(st.lists(st.integers(0, len(snapshot.rows) - 1), max_size=8))
    kinds = DependencyType(deptypes)
    found = neighbourhoods(snapshot, np.array(rows, dtype=np.int64), direction, deptypes=kinds)
    each = [reach(snapshot, [row], direction, deptypes=kinds, max_depth=1, max_nodes=99) for row in rows]
    assert found.counts.tolist() == list(map(len, each))
    assert found.rows.tolist() == [row for one in each for row in one.rows.tolist()]
    assert found.edges.tolist() == [edge for one in each for edge in one.edges.tolist()]


@given(records())
def test_texts_and_stacks_are_those_of_each_spec(readings: Sequence[SpecRecord]) -> None:
    snapshot = build(readings, now=NOON).catalogue.snapshot("s")
    universe, rows = snapshot.universe, Snapshot.row_array(snapshot.rows)
    assert universe.texts_of(rows) == [universe.spec(row).text for row in snapshot.rows]
    held = [tuple(snapshot.stacks_of(row)) for row in snapshot.rows]
    numbers = snapshot.stack_sets_of(rows).tolist()
    assert len(set(zip(numbers, held, strict=True))) == len(set(numbers)) == len(set(held))
    assert [int(snapshot.stack_sets_of(row)) for row in snapshot.rows] == numbers


def test_hashes_sizes_and_texts_are_read_from_a_file_as_from_memory(sample: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "all.specgraph"
    save(sample, path)
    release = sample.snapshot("v2025.11.0")
    opened = open_file(path).snapshot("v2025.11.0")
    rows = np.array([*list(release.rows)[::7], 5, 5], dtype=np.int64)
    hashes = [release.universe.hashes[row] for row in rows.tolist()]
    assert opened.universe.hashes_of(rows) == release.universe.hashes_of(rows) == hashes
    assert opened.universe.texts_of(rows) == release.universe.texts_of(rows)
    sizes = [release.binary_of(row).size for row in rows.tolist()]
    assert opened.sizes_of(rows) == release.sizes_of(rows) == sizes
