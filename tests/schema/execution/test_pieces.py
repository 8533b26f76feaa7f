"""Answers are pieces where that saves a copy, and one piece where it does not; as one they are had too."""

from __future__ import annotations

import pytest

from schema.execution.answer import Answer
from schema.execution.pieces import MOST_PIECES, PIECE_BYTES, large


def test_an_answer_in_pieces_is_what_they_are_together():
    answer = Answer((b'{"data":', memoryview(b"[null]"), b"}"), True)
    assert (answer.body, answer.size) == (b'{"data":[null]}', 15)


def test_an_answer_in_one_piece_is_not_copied():
    body = b'{"data":null}'
    assert Answer((body,), True).body is body


@pytest.mark.parametrize(
    "pieces",
    [
        [b"{", memoryview(b"x" * (3 * PIECE_BYTES)), b"}"],
        [b"x" * PIECE_BYTES] * MOST_PIECES,
        [b"x" * PIECE_BYTES],
    ],
    ids=["one large", "as many as there may be", "one"],
)
def test_pieces_that_are_large_on_the_average_stay(pieces):
    assert large(pieces) is pieces


@pytest.mark.parametrize(
    "pieces",
    [
        [b"{", memoryview(b"x" * (3 * PIECE_BYTES - 3)), b"}"],
        [b"x" * (2 * PIECE_BYTES)] * (MOST_PIECES + 1),
        [b"{", b"", b"}"],
    ],
    ids=["small", "many", "tiny"],
)
def test_pieces_that_are_small_or_many_are_joined(pieces):
    assert large(pieces) == (b"".join(pieces),)
