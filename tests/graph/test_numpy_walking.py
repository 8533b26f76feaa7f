"""Where something is first, without sorting. (What walks find is in test_walking.py.)"""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph.numpy_walking import firsts


@given(st.lists(st.integers(0, 5)))
def test_firsts_are_the_first_of_each(values: list[int]) -> None:
    marks = firsts(np.array(values, dtype=np.int32), np.empty(6, dtype=np.int32))
    assert np.array(values)[marks].tolist() == list(dict.fromkeys(values))
