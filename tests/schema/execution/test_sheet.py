"""Columns of texts laid between literals."""

from __future__ import annotations

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.execution.columns import Coded, Column, Lists, Sheet
from schema.execution.leaves import texts_of


@given(st.lists(st.lists(st.integers(-(2**53), 2**53), min_size=3, max_size=3), min_size=0, max_size=12))
def test_each_object_has_its_own_text_of_each_column(columns):
    sheet = Sheet()
    sheet.text("[")
    for column in columns:
        sheet.column(list(map(str, column)))
        sheet.text(",")
    sheet.text("null]")
    expected = [[*(column[place] for column in columns), None] for place in range(3)]
    assert list(map(orjson.loads, sheet.written(3))) == expected


LITERALS = st.sampled_from(["", ",", '"x":', "null"])
TABLES = st.sampled_from([["a", "bb"], ["a", "", "ccc", "d", None, "end"]])


@st.composite
def sheets(draw, count, depth=2):
    """Draw a sheet of so many objects, and their texts."""
    sheet = Sheet()
    literal = draw(LITERALS)
    sheet.text(literal)
    expected = [literal] * count
    for kind in draw(st.lists(st.sampled_from(["texts", "coded", "lists"][: 3 if depth else 2]), max_size=4)):
        if kind == "lists":
            counts = draw(st.lists(st.integers(0, 4), min_size=count, max_size=count))
            items, written = draw(sheets(sum(counts), depth - 1))
            rest = iter(written)
            column: Column = Lists(items, np.array(counts, dtype=np.int64))
            texts = [f"[{','.join([next(rest) for _ in range(size)])}]" for size in counts]
        else:
            table = draw(TABLES)
            known = [place for place in range(-1, len(table)) if table[place] is not None]
            positions = draw(st.lists(st.sampled_from(known), min_size=count, max_size=count))
            texts = [table[position] for position in positions]
            coded = Coded(np.array(table, dtype=object), np.array(positions, dtype=np.int64))
            column = coded if kind == "coded" else texts
        literal = draw(LITERALS)
        sheet.column(column)
        sheet.text(literal)
        expected = [f"{text}{own}{literal}" for text, own in zip(expected, texts, strict=True)]
    return sheet, expected


@settings(max_examples=400)
@given(st.data(), st.sampled_from([[9], [0, 9], [1, 0, 2, 3], [3, 3, 0, 10], []]))
def test_all_ways_of_writing_a_sheet_agree(data, counts):
    sheet, expected = data.draw(sheets(sum(counts)))
    assert sheet.written(len(expected)) == expected
    assert sheet.joined(len(expected)) == ",".join(expected)
    rest = iter(expected)
    assert sheet.grouped(counts) == [f"[{','.join([next(rest) for _ in range(size)])}]" for size in counts]


def test_nothing_is_written_of_no_object():
    sheet = Sheet()
    sheet.text("{")
    sheet.column([])
    sheet.text("}")
    assert (sheet.written(0), sheet.joined(0), sheet.grouped([]), sheet.grouped([0])) == ([], "", [], ["[]"])


def test_literals_are_text_and_nothing_else():
    sheet = Sheet()
    sheet.text("{l0}'\"\\ %s ")
    sheet.column(["{t0}"])
    assert sheet.written(1) == ["{l0}'\"\\ %s {t0}"]


@pytest.mark.parametrize(
    "values", [["plain", "texts"], ['a"quote', "none"], ["a\\b"], ["é"], ["\x00", "\x7f"], [""], []]
)
def test_texts_are_quoted_where_they_need_it(values):
    assert texts_of(values, lambda value: orjson.dumps(value).decode()) == [
        orjson.dumps(value).decode() for value in values
    ]
