"""A list's pages and places, whichever way it is held."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import FrozenBitMap

from graph.ordered import Arranged, Ascending, Sorted

members = st.lists(st.integers(0, 1000), unique=True, max_size=30)


@given(members, st.integers(0, 35), st.integers(0, 35))
def test_a_page_is_a_slice_of_the_whole_list(values: list[int], start: int, stop: int) -> None:
    assert Ascending(FrozenBitMap(values)).page(start, stop) == sorted(values)[start:stop]
    assert Arranged(np.array(values, dtype=np.int64)).page(start, stop) == values[start:stop]
    assert Sorted(np.array(sorted(values), dtype=np.int64)).page(start, stop) == sorted(values)[start:stop]


@given(members)
def test_every_member_stands_one_place_behind_those_before_it(values: list[int]) -> None:
    for ordered, whole in (
        (Ascending(FrozenBitMap(values)), sorted(values)),
        (Sorted(np.array(sorted(values), dtype=np.int64)), sorted(values)),
        (Arranged(np.array(values, dtype=np.int64)), values),
    ):
        assert [ordered.places_before(member) for member in whole] == list(range(len(whole)))
        assert [ordered.places_through(member) for member in whole] == list(range(1, len(whole) + 1))


def test_an_ascending_list_places_what_is_not_in_it() -> None:
    for ordered in (Ascending(FrozenBitMap([2, 5, 9])), Sorted(np.array([2, 5, 9]))):
        assert (ordered.places_before(5), ordered.places_before(6), ordered.places_through(6)) == (1, 2, 2)


@pytest.mark.parametrize("missing", [0, 7])
def test_an_arranged_list_does_not_place_what_is_not_in_it(missing: int) -> None:
    ordered = Arranged(np.array([5, 2, 9]))
    assert ordered.places_before(missing) is None
    assert ordered.places_through(missing) is None
