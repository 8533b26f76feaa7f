"""The order of small numbers is numpy's, whichever way it is found."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph.sorting import stable_order

small = st.lists(st.integers(-(2**15), 2**15 - 1))
any_size = st.lists(st.integers(-(2**31), 2**31 - 1))


@given(st.one_of(small, any_size, st.lists(st.integers(2**15 - 2, 2**15 + 1))))
def test_the_order_is_stable(values: list[int]) -> None:
    found = stable_order(np.array(values, dtype=np.int32)).tolist()
    assert found == sorted(range(len(values)), key=values.__getitem__)
