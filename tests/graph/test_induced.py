"""A walk over a snapshot's own edges finds what a walk over the universe's finds."""

from __future__ import annotations

from collections.abc import Sequence
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import induced as own
from graph.build import build
from graph.model import DependencyType
from graph.sources.records import SpecRecord
from graph.traverse import Direction, Reached, reach, reached
from tests.graph.small_graphs import NOON, records, spec_record

ALWAYS, NEVER = 0, 10**9


@given(readings=records(snapshots=("s", "t")), part=st.data())
def test_both_walks_find_the_same(readings: Sequence[SpecRecord], part: st.DataObject) -> None:
    # Each snapshot holds its own part, so that edges lead out of both.
    held = part.draw(st.lists(st.booleans(), min_size=len(readings), max_size=len(readings)))
    some = [record for record, taken in zip(readings, held, strict=True) if taken] or list(readings[:1])
    snapshot = next(iter(build(some, now=NOON).catalogue))
    starts = part.draw(st.lists(st.sampled_from(list(snapshot.rows)), min_size=1, max_size=3, unique=True))
    within = part.draw(st.sampled_from([None, np.arange(len(snapshot.universe)) % 2 == 0]))
    depth, most = part.draw(st.sampled_from([None, 0, 1, 2])), part.draw(st.integers(0, 9))

    def found(direction: Direction, least_share: int) -> tuple[list[Reached], list[int], bool]:
        with mock.patch.object(own, "LEAST_SHARE", least_share):
            result = reach(
                snapshot,
                starts,
                direction,
                deptypes=DependencyType.LINK | DependencyType.RUN,
                within=within,
                max_depth=depth,
                max_nodes=most,
            )
        return reached(snapshot, result, 0, 99), result.rows.tolist(), result.truncated

    for direction in Direction:
        assert found(direction, ALWAYS) == found(direction, NEVER)


def test_a_small_part_of_the_universe_is_walked_by_itself() -> None:
    many = [spec_record(f"n{number}", snapshot="many") for number in range(8)]
    built = build([*many, spec_record("n1", snapshot="few")], now=NOON).catalogue
    assert own.induced(built.snapshot("many")) is None
    few = own.induced(built.snapshot("few"))
    assert few is not None
    assert few.members.tolist() == list(built.snapshot("few").rows)
    assert own.induced(built.snapshot("few")) is few


def test_rows_that_are_not_all_held_have_no_ranks() -> None:
    many = [spec_record(f"n{number}", snapshot="many") for number in range(20)]
    few = [spec_record(f"n{number}", snapshot="few") for number in (3, 5)]
    found = own.induced(build([*many, *few], now=NOON).catalogue.snapshot("few"))
    assert found is not None
    first, second = found.members.tolist()
    for rows, expected in (([second], [1]), ([first, second], [0, 1]), ([], [])):
        ranks = found.ranks(np.array(rows, dtype=np.int64))
        assert ranks is not None
        assert ranks.tolist() == expected
    for other in ((first - 1,), (first, second + 1), (first + 1,)):
        assert found.ranks(np.array(other, dtype=np.int64)) is None


def test_edges_that_would_not_be_kept_are_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [spec_record(f"n{number}", snapshot="many") for number in range(8)]
    few = build([*many, spec_record("n1", snapshot="few")], now=NOON).catalogue.snapshot("few")
    monkeypatch.setattr(own, "INDUCED_MAX_BYTES", own.ROW_BYTES - 1)
    assert own.induced(few) is None
    monkeypatch.setattr(own, "INDUCED_MAX_BYTES", own.ROW_BYTES)
    assert own.induced(few) is not None
