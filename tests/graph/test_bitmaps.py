"""Kept bitmaps: what is kept, for how long, and within which budget."""

from __future__ import annotations

from pyroaring import FrozenBitMap

from graph.bitmaps import KeptBitmaps


def rows(first: int) -> FrozenBitMap:
    """Return ten rows far apart, so that no two bitmaps of them have another size."""
    return FrozenBitMap(range(first, first + 20, 2))


SIZE = len(rows(0).serialize())


def test_a_bitmap_that_was_kept_is_found() -> None:
    kept = KeptBitmaps(max_bytes=SIZE, min_rows=1)
    assert kept.find("a") is None
    kept.keep_large("a", rows(0))
    assert kept.find("a") == rows(0)


def test_the_least_recently_used_makes_room() -> None:
    kept = KeptBitmaps(max_bytes=2 * SIZE, min_rows=1)
    kept.keep_large("a", rows(0))
    kept.keep_large("b", rows(1))
    assert kept.find("a") == rows(0)
    kept.keep_large("c", rows(2))
    assert [kept.find(key) for key in "abc"] == [rows(0), None, rows(2)]
    assert len(kept) == 2


def test_neither_small_bitmaps_nor_one_over_the_budget_are_kept() -> None:
    kept = KeptBitmaps(max_bytes=SIZE, min_rows=10)
    kept.keep_large("small", FrozenBitMap(range(9)))
    kept.keep_large("large", FrozenBitMap(range(0, 1000, 2)))
    kept.keep_large("fits", rows(0))
    assert [kept.find(key) for key in ("small", "large", "fits")] == [None, None, rows(0)]


def test_a_key_is_kept_once() -> None:
    kept = KeptBitmaps(max_bytes=2 * SIZE, min_rows=1)
    for _ in range(3):
        kept.keep_large("a", rows(0))
    kept.keep_large("b", rows(1))
    assert [kept.find(key) for key in "ab"] == [rows(0), rows(1)]
