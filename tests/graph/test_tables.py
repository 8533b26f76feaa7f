"""Packed tables give back what was put in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.tables import Packed, PositionOf, packed

texts = st.lists(st.text(max_size=40), unique=True)


def table(values: list[str], *, kept: int = 4) -> Packed[str]:
    return Packed(*packed(values, str.encode), decode=bytes.decode, kept=kept)


@given(texts, st.sampled_from([0, 1, 4]))
def test_a_table_is_the_sequence_that_was_packed(values: list[str], kept: int) -> None:
    found = table(values, kept=kept)
    assert list(found) == values
    assert len(found) == len(values)
    assert [found[position] for position in range(len(values))] == values
    assert [found[-position - 1] for position in range(len(values))] == values[::-1]
    assert found[1:3] == tuple(values[1:3])


@pytest.mark.parametrize("position", [2, -3])
def test_a_position_outside_is_an_error(position: int) -> None:
    with pytest.raises(IndexError):
        table(["a", "b"])[position]


@given(texts, st.text(max_size=3))
def test_every_text_is_found_where_it_stands_and_no_other(values: list[str], other: str) -> None:
    order = np.array(sorted(range(len(values)), key=values.__getitem__), dtype=np.int32)
    positions = PositionOf(table(values), order)
    assert dict(positions) == {value: position for position, value in enumerate(values)}
    assert (other in positions) == (other in values)
    assert positions.get(other) == (values.index(other) if other in values else None)
