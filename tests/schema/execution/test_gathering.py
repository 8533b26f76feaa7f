"""Texts of many blocks copied one after the other: numpy and the compiled kernel do what joining them does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import native
from schema.execution import numpy_gathering
from schema.execution.numpy_gathering import WINDOW

gathering = native.kernel("schema.execution.gathering")
compiled = pytest.mark.skipif(gathering is None, reason="no native kernels: docs/operations.md says how to have them")

BOTH = pytest.mark.parametrize("module", [numpy_gathering, pytest.param(gathering, marks=compiled)], ids=["numpy", "C"])


def laid(lengths):
    """Return texts of these lengths, a list for each block, and where they lie: the arguments behind the places."""
    texts = [
        [bytes([97 + (block + number) % 26]) * length for number, length in enumerate(of_block)]
        for block, of_block in enumerate(lengths)
    ]
    blocks = [np.frombuffer(b"".join(of_block) + b"!" * (WINDOW + 7), dtype=np.uint8) for of_block in texts]
    everything = [text for of_block in texts for text in of_block]
    begins = np.cumsum([0, *map(len, everything)], dtype=np.int64)
    firsts = np.cumsum([0, *map(len, texts[:-1])])
    return everything, (begins, begins[firsts].tolist(), blocks)


LENGTHS = st.lists(st.lists(st.integers(1, 3 * WINDOW), min_size=1, max_size=8), min_size=1, max_size=5)


@BOTH
@given(LENGTHS, st.randoms())
def test_texts_of_any_length_in_any_order_are_joined(module, lengths, random):
    texts, where = laid(lengths)
    places = random.choices(range(len(texts)), k=20)
    assert module.gathered(np.array(places, dtype=np.int32), *where) == b"".join(texts[place] for place in places)


@compiled
@pytest.mark.parametrize("place", [-1, 3, 2**31 - 1])
def test_the_kernel_reads_no_text_that_is_not_there(place):
    assert gathering is not None
    _, where = laid([[5, 6], [7]])
    with pytest.raises(IndexError, match=f"there is no text at place {place}"):
        gathering.gathered(np.array([0, place], dtype=np.int32), *where)


@compiled
@pytest.mark.parametrize(
    "begins", [[0, 2_000, 2_005, 2_012], [-5, 5, 11, 18], [0, 5, 3, 18]], ids=["behind", "before", "backwards"]
)
def test_the_kernel_reads_nothing_outside_of_its_blocks(begins):
    assert gathering is not None
    _, (_, firsts, blocks) = laid([[5, 6], [7]])
    with pytest.raises(IndexError, match="is in no block"):
        gathering.gathered(np.arange(3, dtype=np.int32), np.array(begins, dtype=np.int64), firsts, blocks)


@compiled
def test_the_kernel_says_that_there_is_no_block():
    assert gathering is not None
    with pytest.raises(IndexError, match="there is no block"):
        gathering.gathered(np.zeros(1, dtype=np.int32), np.array([0, 1], dtype=np.int64), [], [])


@BOTH
@given(st.lists(st.binary(max_size=40), max_size=9), st.booleans())
def test_pieces_are_joined_whatever_they_are_views_of(module, texts, views):
    pieces = [np.frombuffer(b"<" + text + b">", dtype=np.uint8).data[1:-1] if views else text for text in texts]
    assert module.joined(pieces) == b"".join(texts)


@BOTH
def test_long_pieces_are_joined(module):
    long = np.arange(3 * 2**20, dtype=np.uint32).view(np.uint8)
    pieces: list[Any] = [b"[", long.data, b",", bytes(long[: 2**20]), b"]"]
    assert module.joined(pieces) == b"".join(pieces)
