"""Columns of texts laid between literals: the compiled way and numpy's agree with what the columns say."""

from __future__ import annotations

import gc
import sys
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import native
from schema.execution import numpy_laying
from schema.execution.columns import Coded, Column, Lists, Sheet
from schema.execution.leaves import texts_of

LAYING: Any = native.kernel("schema.execution.laying")
compiled = pytest.mark.skipif(LAYING is None, reason="the native kernels are not built here, or not to be used")
both_ways = pytest.mark.parametrize(
    "laying", [pytest.param(numpy_laying, id="numpy"), pytest.param(LAYING, id="compiled", marks=compiled)]
)


def behind_commas(objects):
    return [f",{text}".encode() for text in objects]


@both_ways
@given(columns=st.lists(st.lists(st.integers(-(2**53), 2**53), min_size=3, max_size=3), min_size=0, max_size=12))
def test_each_object_has_its_own_text_of_each_column(laying, columns):
    sheet = Sheet()
    sheet.text("[")
    for column in columns:
        sheet.column(list(map(str, column)))
        sheet.text(",")
    sheet.text("null]")
    expected = [[*(column[place] for column in columns), None] for place in range(3)]
    assert orjson.loads(b"[%b]" % laying.laid(sheet, 3)[1:]) == expected


LITERALS = st.sampled_from(["", ",", '"x":', "null", "é"])
TABLES = st.sampled_from([["a", "bb"], ["a", "", "ccc", "d", None, "end"], ["ü", "\U0001f9ea", "\x7f", "z" * 300]])
NUMBERS = st.sampled_from([np.int64, np.int32, np.int16, np.dtype(">i4"), np.dtype(">i8")])


@st.composite
def coded(draw, table, count):
    """Draw a column over a table, and the position of each object; looked up in another array, or not."""
    known = [place for place in range(-1, len(table)) if table[place] is not None]
    positions = draw(st.lists(st.sampled_from(known), min_size=count, max_size=count))
    texts = np.array(table, dtype=object)
    if not draw(st.booleans()):
        return Coded(texts, np.array(positions, dtype=draw(NUMBERS))), positions
    order = draw(st.permutations(range(count)))
    through = np.zeros(2 * count, dtype=draw(NUMBERS))[:: draw(st.sampled_from([1, 2, -2]))]
    through[order] = positions
    return Coded(texts, np.array(order, dtype=draw(NUMBERS)), through), positions


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
            column, positions = draw(coded(table, count))
            texts = [table[position] for position in positions]
            column = column if kind == "coded" else texts
        literal = draw(LITERALS)
        sheet.column(column)
        sheet.text(literal)
        expected = [f"{text}{own}{literal}" for text, own in zip(expected, texts, strict=True)]
    return sheet, expected


@both_ways
@settings(max_examples=300)
@given(data=st.data(), count=st.sampled_from([0, 1, 6, 9, 16]))
def test_a_sheet_is_written_as_its_columns_say(laying, data, count):
    sheet, expected = data.draw(sheets(count))
    assert laying.laid(sheet, count) == b"".join(behind_commas(expected))
    texts = behind_commas(expected)
    assert laying.laid_apart(sheet, count) == (b"".join(texts), list(map(len, texts)))


@both_ways
def test_nothing_is_written_of_no_object(laying):
    sheet = Sheet()
    sheet.text("{")
    sheet.column([])
    sheet.text("}")
    assert (laying.laid(sheet, 0), laying.laid_apart(sheet, 0)) == (b"", (b"", []))


@both_ways
def test_literals_are_text_and_nothing_else(laying):
    sheet = Sheet()
    sheet.text("{l0}'\"\\ %s ")
    sheet.column(["{t0}"])
    assert laying.laid(sheet, 1) == b",{l0}'\"\\ %s {t0}"


@both_ways
@pytest.mark.parametrize("few", [1, 40])
def test_a_text_that_is_not_known_yet_leaves_nothing_written(laying, few):
    texts = np.array(["a", None, "c"], dtype=object)
    columns: list[Column] = [Coded(texts, np.array([0, 2, 1] * few))]
    sheet = Sheet(["(", ")"], columns, may_lack=True)
    assert laying.laid(sheet, 3 * few) is None
    assert laying.laid_apart(sheet, 3 * few) is None
    texts[1] = "b"
    assert laying.laid(sheet, 3 * few) == b",(a),(c),(b)" * few


TEXTS = np.array(["a", "b"], dtype=object)


@compiled
@pytest.mark.parametrize(
    ("column", "error"),
    [
        (["a"], ValueError),
        (["a", 1, "c"], TypeError),
        (["a", b"b", "c"], TypeError),
        (Coded(TEXTS, np.array([0, 1])), ValueError),
        (Coded(TEXTS, np.array([0, 1, 2])), IndexError),
        (Coded(TEXTS, np.array([0, 1, -3])), IndexError),
        (Coded(TEXTS, np.array([0, 1, 2**40])), IndexError),
        (Coded(TEXTS, np.array([0, 1, 3]), np.array([0, 1, 0])), IndexError),
        (Coded(TEXTS, np.array([0, 1, -4]), np.array([0, 1, 0])), IndexError),
        (Coded(TEXTS, np.array([0, 1, 2]), np.array([0, 1, 7])), IndexError),
        (Coded(np.array([0, 1]), np.array([0, 1, 1])), ValueError),
        (Coded(np.array([["a", "b"]], dtype=object), np.array([0, 0, 0])), ValueError),
        (Lists(Sheet(["x", ""], [["a", "b"]]), np.array([1, 1, 1])), ValueError),
        (Lists(Sheet(["x", ""], [["a"]]), np.array([2, -2, 1])), ValueError),
        (Lists(Sheet(["x", ""], [["a", "b"]]), np.array([1, 1])), ValueError),
    ],
)
def test_a_column_that_is_not_of_so_many_objects_is_refused(column, error):
    with pytest.raises(error):
        LAYING.laid(Sheet(["[", "]"], [column]), 3)


@compiled
def test_writing_holds_nothing_of_what_it_read():
    texts = np.array([f"text {place}" for place in range(50)], dtype=object)
    rows = np.arange(50)
    items = Sheet(["<", ">"], [Coded(texts, np.arange(100) % 50)])
    sheet = Sheet(["{", ":", "}"], [Coded(texts, rows, rows[::-1].copy()), Lists(items, np.full(50, 2))])
    LAYING.laid(sheet, 50)
    held = [sys.getrefcount(thing) for thing in (texts, rows, items, texts[0], *sheet.columns)]
    for _ in range(100):
        LAYING.laid(sheet, 50)
        LAYING.laid_apart(sheet, 50)
        with pytest.raises(ValueError, match="for each object"):
            LAYING.laid(sheet, 49)
    gc.collect()
    assert [sys.getrefcount(thing) for thing in (texts, rows, items, texts[0], *sheet.columns)] == held


@pytest.mark.parametrize(
    "values", [["plain", "texts"], ['a"quote', "none"], ["a\\b"], ["é"], ["\x00", "\x7f"], [""], []]
)
def test_texts_are_quoted_where_they_need_it(values):
    assert texts_of(values, lambda value: orjson.dumps(value).decode()) == [
        orjson.dumps(value).decode() for value in values
    ]
