"""Packed fragments are what was added, whatever their lengths; numpy assigns overlapping items in order."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.context import Context
from schema.execution.engine import Engine
from schema.execution.kept import INDEX_BYTES, INDEX_SHARE
from schema.execution.packed import WIDEST, Packed
from schema.root import schema


def joined(packed, rows):
    pieces = packed.pieces(np.array(rows, dtype=np.int64))
    return None if pieces is None else b"".join(pieces)


def text(row, length):
    return bytes([97 + row % 26]) * length


LENGTHS = st.one_of(st.integers(1, 40), st.integers(1, WIDEST + 100))


@given(st.lists(st.dictionaries(st.integers(0, 60), LENGTHS, max_size=12), max_size=6), st.randoms())
def test_rows_are_read_as_they_were_added_in_any_order(batches, random):
    packed = Packed(20)
    expected: dict[int, bytes] = {}
    for batch in batches:
        rows = random.sample(sorted(batch), len(batch))
        expected = {row: text(row, length) for row, length in batch.items()} | expected
        packed.add(np.array(rows, dtype=np.int64), [text(row, batch[row]) for row in rows])
        asked = random.choices(sorted(expected), k=20) if expected else []
        assert joined(packed, asked) == b"".join(expected[row] for row in asked)
        unknown = sorted({*range(70)} - expected.keys())
        assert packed.missing(np.arange(70)).tolist() == unknown
        assert joined(packed, [*asked, unknown[0]]) is None


@given(st.integers(1, 64), st.lists(st.integers(1, 64), min_size=1, max_size=300))
def test_items_that_overlap_are_assigned_in_the_order_of_their_indexes(width, steps):
    """What `_gathered` is built on: an item covers what the one before it left behind its end."""
    lengths = [min(step, width) for step in steps]
    begins = np.cumsum([0, *lengths[:-1]])
    items = np.array([text(number, width) for number in range(len(lengths))], dtype=f"V{width}")
    out = np.zeros(sum(lengths) + width, dtype=np.uint8)
    windows = np.ndarray((sum(lengths),), dtype=items.dtype, buffer=out, strides=(1,))
    windows[begins] = items
    assert out.tobytes()[: sum(lengths)] == b"".join(text(number, length) for number, length in enumerate(lengths))


def test_what_it_takes_is_what_its_arrays_and_objects_take():
    packed = Packed(100)
    assert packed.size == 400
    rows = np.arange(10)
    grown = packed.add(rows, [b"a" * 20] * 10)
    # ten texts of 24 bytes with a length of 8
    assert (grown, packed.size) == (320, 720)
    assert packed.add(rows, [b"b" * 20] * 10) == 0
    long = b"c" * (WIDEST + 1)
    packed.add(np.array([50]), [long])
    objects = sys.getsizeof(long) + 10 * sys.getsizeof(b"a" * 20)
    assert packed.size == 400 + 20 * (8 + 8) + objects


def test_a_reader_of_the_table_before_it_grew_is_not_disturbed():
    packed = Packed(4)
    packed.add(np.array([0, 1]), [b"zero", b"one"])
    before = packed.pieces(np.array([0, 1]))
    packed.add(np.array([2, 9]), [b"two", b"nine" * 20])
    assert before is not None
    assert b"".join(before) == b"zeroone"
    assert joined(packed, [9, 2, 0]) == b"nine" * 20 + b"two" + b"zero"


SHORT = "{ specs(first: %d) { nodes { hash version } } }"
LONG = "{ specs(first: %d) { nodes { hash text dependencies { nodes { hash text } } stacks { nodes { name } } } } }"


@pytest.mark.parametrize("document", [SHORT, LONG], ids=["short", "long"])
@pytest.mark.parametrize("sizes", [(2, 5, 90, 3, 90), (90, 90, 120)], ids=str)
def test_answers_from_packed_fragments_are_those_that_nothing_was_kept_for(catalogue, document, sizes):
    context = Context(catalogue)
    keeping, plain = Engine(schema), Engine(schema, fragment_cache_bytes=0)
    prepared = keeping.prepare("query ($n: Int) " + document.replace("%d", "$n"))
    for size in sizes:
        expected = plain.prepare(document % size).run(None, context).body
        assert prepared.run({"n": size}, context).body == expected
    assert any(isinstance(texts, Packed) for texts in keeping.kept._fragments.values())


def test_packed_fragments_count_and_make_room_as_others_do(catalogue):
    context = Context(catalogue)
    budget = INDEX_BYTES * INDEX_SHARE * len(catalogue.snapshot(None).universe)
    engine = Engine(schema, fragment_cache_bytes=budget)
    plain = Engine(schema, fragment_cache_bytes=0)
    for number in range(INDEX_SHARE + 8):
        document = f"{{ specs(first: 100) {{ nodes {{ hash a{number}: text }} }} }}"
        for _ in range(2):
            assert engine.prepare(document).run(None, context).body == plain.prepare(document).run(None, context).body
        kept = engine.kept._fragments.values()
        assert engine.kept.fragment_bytes == sum(texts.size for texts in kept) <= budget
    assert 1 < len(kept) < INDEX_SHARE + 8
    assert all(isinstance(texts, Packed) for texts in kept)
