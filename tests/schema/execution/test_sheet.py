"""Columns of texts laid between literals."""

from __future__ import annotations

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.execution.columns import Sheet
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


COLUMN = st.tuples(
    st.booleans(), st.lists(st.integers(0, 3), min_size=6, max_size=6), st.sampled_from(["", ",", '"x":', "null"])
)


@given(st.lists(COLUMN, max_size=5), st.sampled_from([[6], [0, 6], [1, 0, 2, 3], [3, 3, 0]]))
def test_all_ways_of_writing_a_sheet_agree(columns, counts):
    sheet = Sheet()
    sheet.text("{")
    expected = ["{"] * 6
    texts = np.array(["a", "bb", "", "d", None], dtype=object)
    for few, positions, literal in columns:
        if few:
            sheet.coded(texts, np.array(positions))
        else:
            sheet.column(texts.take(positions).tolist())
        sheet.text(literal)
        expected = [f"{text}{texts[position]}{literal}" for text, position in zip(expected, positions, strict=True)]
    sheet.text("}")
    expected = [f"{text}}}" for text in expected]
    assert sheet.written(6) == expected
    assert sheet.joined(6) == ",".join(expected)
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
