"""Packed fragments are what was added, whatever their lengths, copied or as they lie; numpy assigns in order."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.context import Context
from schema.execution.engine import Engine
from schema.execution.kept import INDEX_BYTES, INDEX_SHARE
from schema.execution.numpy_gathering import WINDOW
from schema.execution.packed import BLOCK_BYTES, Packed
from schema.execution.pieces import PIECE_BYTES, parts_of
from schema.root import schema


def joined(packed, rows):
    pieces = packed.pieces(np.array(rows, dtype=np.int64))
    return None if pieces is None else b"".join(pieces)


def text(row, length):
    return bytes([97 + row % 26]) * length


LENGTHS = st.one_of(st.integers(1, 40), st.integers(1, 3 * WINDOW))


@given(st.lists(st.dictionaries(st.integers(0, 60), LENGTHS, max_size=12), max_size=6), st.randoms())
def test_rows_are_read_as_they_were_added_in_any_order(batches, random):
    packed = Packed(70)
    expected: dict[int, bytes] = {}
    for batch in batches:
        rows = random.sample(sorted(batch), len(batch))
        expected = {row: text(row, length) for row, length in batch.items()} | expected
        packed.add(np.array(rows, dtype=np.int64), parts_of([text(row, batch[row]) for row in rows]))
        asked = random.choices(sorted(expected), k=20) if expected else []
        assert joined(packed, asked) == b"".join(expected[row] for row in asked)
        unknown = sorted({*range(70)} - expected.keys())
        assert packed.missing(np.arange(70)).tolist() == unknown
        assert joined(packed, [*asked, unknown[0]]) is None


@given(st.integers(1, 64), st.lists(st.integers(1, 64), min_size=1, max_size=300))
def test_items_that_overlap_are_assigned_in_the_order_of_their_indexes(width, steps):
    """What gathering is built on: an item covers what the one before it left behind its end."""
    lengths = [min(step, width) for step in steps]
    begins = np.cumsum([0, *lengths[:-1]])
    items = np.array([text(number, width) for number in range(len(lengths))], dtype=f"V{width}")
    out = np.zeros(sum(lengths) + width, dtype=np.uint8)
    windows = np.ndarray((sum(lengths),), dtype=items.dtype, buffer=out, strides=(1,))
    windows[begins] = items
    assert out.tobytes()[: sum(lengths)] == b"".join(text(number, length) for number, length in enumerate(lengths))


def rows_of(*numbers):
    return np.array(numbers, dtype=np.int64)


def lies_in(piece, other):
    return np.shares_memory(np.frombuffer(piece, dtype=np.uint8), np.frombuffer(other, dtype=np.uint8))


@pytest.fixture
def pages():
    """Two pages of forty texts of 1,000 bytes, added one after the other."""
    packed = Packed(100)
    for first in (0, 50):
        rows = np.arange(first, first + 40)
        packed.add(rows, parts_of([text(row, 1_000) for row in rows.tolist()]))
    return packed


def test_a_page_as_it_was_added_is_a_piece_of_memory_and_no_copy(pages):
    rows = np.arange(50, 90)
    (once,), (again,), (part,) = pages.pieces(rows), pages.pieces(rows), pages.pieces(rows[5:7])
    assert once == again == b"".join(text(row, 1_000) for row in rows.tolist())
    assert lies_in(once, again)
    assert lies_in(once, part)
    assert part == text(55, 1_000) + text(56, 1_000)


def test_long_runs_are_a_piece_each_and_short_ones_are_copied_together(pages):
    apart = np.concatenate([np.arange(60, 80), np.arange(3, 20), np.arange(80, 90)])
    pieces = pages.pieces(apart)
    assert [len(piece) for piece in pieces] == [20_000, 17_000, 10_000]
    assert b"".join(pieces) == b"".join(text(row, 1_000) for row in apart.tolist())
    assert all(lies_in(piece, whole) for piece in pieces[::2] for whole in pages.pieces(np.arange(50, 90)))
    shortest = PIECE_BYTES // 1_000
    (copied,) = pages.pieces(np.concatenate([np.arange(shortest), np.arange(60, 60 + shortest)]))
    assert copied == b"".join(text(row, 1_000) for row in (*range(shortest), *range(60, 60 + shortest)))
    assert not lies_in(copied, pages.pieces(np.arange(40))[0])


def test_a_run_that_goes_on_in_another_block_is_a_piece_of_each(pages):
    (first,), (second,) = pages.pieces(np.arange(40)), pages.pieces(np.arange(50, 90))
    pieces = pages.pieces(np.concatenate([np.arange(40), np.arange(50, 90)]))
    assert pieces == [first, second]


def test_texts_of_many_blocks_are_gathered():
    packed = Packed(400)
    expected: dict[int, bytes] = {}
    for first in range(0, 400, 40):
        rows = np.arange(first, first + 40)
        packed.add(rows, parts_of([text(row, 2 + row % 600) for row in rows.tolist()]))
        expected |= {row: text(row, 2 + row % 600) for row in rows.tolist()}
    assert len(packed._texts.blocks) > 3
    scattered = np.random.default_rng(1).permutation(400)
    assert joined(packed, scattered) == b"".join(map(expected.__getitem__, scattered.tolist()))


def test_what_it_takes_is_what_its_arrays_take():
    packed = Packed(100)
    assert packed.size == 400 + 8  # a place a row, and where the first text will begin
    rows = np.arange(10)
    grown = packed.add(rows, parts_of([b"a" * 20] * 10))
    assert (grown, packed.size) == (80 + 200 + WINDOW, 408 + 80 + 200 + WINDOW)
    assert packed.add(rows, parts_of([b"b" * 20] * 10)) == 0
    # room for twice as many, and a block as large as all before it
    packed.add(rows_of(50), parts_of([b"c"]))
    assert packed.size == 400 + 22 * 8 + 2 * (200 + WINDOW)


def test_blocks_are_bounded_but_for_what_is_added_at_once():
    packed = Packed(12)
    for row in range(10):
        packed.add(rows_of(row), parts_of([text(row, 3 * 2**20)]))
    packed.add(rows_of(10, 11), parts_of([text(10, 6 * 2**20)] * 2))
    sizes = [block.nbytes for block in packed._texts.blocks]
    assert max(sizes[:-1]) == BLOCK_BYTES
    assert sizes[-1] == 12 * 2**20 + WINDOW
    assert joined(packed, [11, 0, 9]) == text(10, 6 * 2**20) + text(0, 3 * 2**20) + text(9, 3 * 2**20)


def test_pieces_stay_as_they_are_when_more_is_added_and_when_all_is_dropped():
    packed = Packed(1_000)
    packed.add(rows_of(0, 1), parts_of([b"zero", b"one"]))
    in_order, turned = packed.pieces(rows_of(0, 1)), packed.pieces(rows_of(1, 0))
    assert in_order is not None
    assert turned is not None
    for row in range(2, 1_000):
        packed.add(rows_of(row), parts_of([text(row, row)]))
    assert joined(packed, [9, 2, 0]) == text(9, 9) + text(2, 2) + b"zero"
    del packed
    assert (b"".join(in_order), b"".join(turned)) == (b"zeroone", b"onezero")


def test_who_reads_while_texts_are_added_finds_them_whole_or_not_at_all():
    packed, ends = Packed(3_000), threading.Event()
    wrong = []

    def read(seed):
        random = np.random.default_rng(seed)
        while not ends.is_set():
            first = int(random.integers(0, 2_990))
            rows = np.arange(first, first + 10)
            rows = random.permutation(rows) if seed % 2 else rows
            found = joined(packed, rows)
            if found is not None and found != b"".join(text(row, 1 + row % 700) for row in rows.tolist()):
                wrong.append(first)

    readers = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for reader in readers:
        reader.start()
    for first in range(0, 3_000, 5):
        rows = np.arange(first, first + 5)
        packed.add(rows, parts_of([text(row, 1 + row % 700) for row in rows.tolist()]))
    ends.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert len(packed) == 3_000


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


def test_an_answer_of_a_page_that_was_kept_is_in_pieces(catalogue):
    context = Context(catalogue)
    engine, plain = Engine(schema), Engine(schema, fragment_cache_bytes=0)
    document = LONG % 120
    expected = plain.prepare(document).run(None, context).body
    for _ in range(2):
        answer = engine.prepare(document).run(None, context)
        before, page, after = answer.pieces
        assert (before, after) == (b'{"data":{"specs":{"nodes":[', b"]}}}")
        assert (answer.body, answer.size) == (expected, len(expected))
    (again,) = engine.prepare(document).run(None, context).pieces[1:2]
    assert lies_in(page, again)


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
