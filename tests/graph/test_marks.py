"""Bitmaps of marks are those that are made row by row, whatever their blocks hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import FrozenBitMap

from graph.bitmaps import bitmap_of
from graph.marks import BLOCK, MOST_LISTED, bitmap_of_marks


@given(st.lists(st.booleans(), max_size=40))
def test_the_marked_rows_are_in_the_bitmap(values: list[bool]) -> None:
    assert list(bitmap_of_marks(np.array(values, dtype=np.bool_))) == [row for row, value in enumerate(values) if value]


@pytest.mark.parametrize("last", [0, 1, BLOCK // 2, BLOCK])
@pytest.mark.parametrize("count", [0, 1, MOST_LISTED, MOST_LISTED + 1, BLOCK])
def test_blocks_of_any_fullness_are_read_again(count: int, last: int) -> None:
    chosen = np.sort(np.random.default_rng(count + last).permutation(BLOCK)[:count])
    marks = np.zeros(2 * BLOCK + last, dtype=np.bool_)
    marks[BLOCK + chosen] = True
    marks[2 * BLOCK :] = True
    found = bitmap_of_marks(marks)
    assert found == bitmap_of(np.flatnonzero(marks))
    assert FrozenBitMap.deserialize(found.serialize()) == found
    assert found - FrozenBitMap(range(BLOCK)) == found
