"""Counts by attribute against counting spec by spec."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import FrozenBitMap

from graph import facets
from graph.build import build
from graph.errors import BadInput
from graph.facets import OF_THE_QUESTION, FacetKind, coverage, facet_counts
from graph.snapshot import ROWS_PER_MEETING, Snapshot
from graph.sources.records import SpecRecord
from graph.targets import ARCHSPEC
from tests.graph.small_graphs import NOON, records, spec_record

kinds = st.sampled_from(FacetKind)


def values(record: SpecRecord, kind: FacetKind) -> tuple[str, ...]:
    """Return the values that a spec has of an attribute."""
    spec = record.spec
    return {
        FacetKind.PACKAGE: (spec.package,),
        FacetKind.VERSION: (spec.version,),
        FacetKind.STACK: record.stacks,
        FacetKind.TARGET: (spec.target,),
        FacetKind.TARGET_FAMILY: (ARCHSPEC.family(spec.target),),
        FacetKind.OPERATING_SYSTEM: (spec.operating_system,),
        FacetKind.PLATFORM: (spec.platform,),
        FacetKind.COMPILER: (spec.compiler.name,) if spec.compiler else (),
    }[kind]


def chosen(readings: Sequence[SpecRecord], snapshot: Snapshot, data: st.DataObject) -> list[SpecRecord]:
    """Choose some of the specs."""
    return [record for record in readings if data.draw(st.booleans())]


def rows_of(snapshot: Snapshot, some: Sequence[SpecRecord]) -> FrozenBitMap:
    return FrozenBitMap([snapshot.universe.row_by_hash[record.spec.hash] for record in some])


@pytest.mark.parametrize("rows_per_meeting", [0, ROWS_PER_MEETING], ids=["meeting bitmaps", "reading rows"])
@given(readings=records(), kind=kinds, limit=st.integers(0, 5), data=st.data())
def test_a_facet_counts_each_value_once_per_spec(
    rows_per_meeting: int, readings: Sequence[SpecRecord], kind: FacetKind, limit: int, data: st.DataObject
) -> None:
    snapshot = build(readings, now=NOON).catalogue.snapshot("s")
    some = chosen(readings, snapshot, data)
    counted = Counter(value for record in some for value in values(record, kind))
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(facets, "ROWS_PER_MEETING", rows_per_meeting)
        found = facet_counts(snapshot, rows_of(snapshot, some), kind, limit=limit)
    assert list(found.values) == ranked[:limit]
    assert found.other_count == sum(count for _, count in ranked[limit:])


@given(records(), kinds, kinds, st.data())
def test_a_coverage_has_every_cell(
    readings: Sequence[SpecRecord], down: FacetKind, across: FacetKind, data: st.DataObject
) -> None:
    snapshot = build(readings, now=NOON).catalogue.snapshot("s")
    some = chosen(readings, snapshot, data)
    found = coverage(snapshot, rows_of(snapshot, some), down, across, max_cells=10_000)
    for names, kind in ((found.rows, down), (found.columns, across)):
        shown = some if kind in OF_THE_QUESTION else readings
        assert list(names) == sorted({value for record in shown for value in values(record, kind)})
    expected = Counter(
        (row, column) for record in some for row in values(record, down) for column in values(record, across)
    )
    cells = {(r, c): found.counts[i][j] for i, r in enumerate(found.rows) for j, c in enumerate(found.columns)}
    assert Counter({cell: count for cell, count in cells.items() if count}) == expected
    assert found.total == len(some)


def test_a_stack_without_any_of_the_specs_shows_as_a_hole() -> None:
    readings = [spec_record("a", stacks=("e4s", "root")), spec_record("b", stacks=("root",), target="zen3")]
    snapshot = build(readings, now=NOON).catalogue.snapshot("s")
    only_b = FrozenBitMap([snapshot.universe.row_by_hash[readings[1].spec.hash]])
    found = coverage(snapshot, only_b, FacetKind.STACK, FacetKind.TARGET, max_cells=4)
    assert (found.rows, found.columns, found.counts, found.total) == (
        ("e4s", "root"),
        ("x86_64_v3", "zen3"),
        ((0, 0), (0, 1)),
        1,
    )


def test_more_cells_than_the_bound_is_an_error_that_says_what_to_do() -> None:
    snapshot = build([spec_record("a"), spec_record("b", target="zen3")], now=NOON).catalogue.snapshot("s")
    with pytest.raises(BadInput, match="1 x 2 cells; at most 1 are given: filter the specs"):
        coverage(snapshot, snapshot.rows, FacetKind.STACK, FacetKind.TARGET, max_cells=1)


def test_no_specs_have_no_facets() -> None:
    snapshot = build([spec_record("a")], now=NOON).catalogue.snapshot("s")
    assert facet_counts(snapshot, FrozenBitMap(), FacetKind.TARGET, limit=5).values == ()
