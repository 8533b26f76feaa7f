"""Columns of texts laid between literals."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.execution.columns import Bare, Sheet
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


def test_literals_are_text_and_nothing_else():
    sheet = Sheet()
    sheet.text("{l0}'\"\\ %s ")
    sheet.column(["{t0}"])
    assert sheet.written(1) == ["{l0}'\"\\ %s {t0}"]


@pytest.mark.parametrize(
    "values", [["plain", "texts"], ['a"quote', "none"], ["a\\b"], ["é"], ["\x00", "\x7f"], [""], []]
)
def test_texts_are_quoted_where_they_need_it(values):
    texts = texts_of(values, lambda value: orjson.dumps(value).decode())
    whole = [f'"{text}"' for text in texts] if isinstance(texts, Bare) else texts
    assert whole == [orjson.dumps(value).decode() for value in values]
