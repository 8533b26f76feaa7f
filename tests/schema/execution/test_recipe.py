"""Recipes: further rows are written of the columns that others have left, and none outlives what it is of."""

from __future__ import annotations

import gc
import weakref

import pytest

from graph.build import build
from schema.context import Context
from schema.execution.engine import Engine
from schema.execution.field import CodedField, ManyField
from schema.root import schema
from tests.graph.small_graphs import NOON, spec_record
from tests.schema.execution.reference import reference

LEAVES = "hash version platform namespace inBuildCache size text compiler { name } target { name vendor }"
"""Fields that are told by the row, or by what a column of the universe has there."""


def question(first, fields=LEAVES):
    return f"query ($n: Int = {first}) {{ specs(first: $n) {{ nodes {{ {fields} }} }} }}"


@pytest.fixture
def engine():
    return Engine(schema, fragment_cache_bytes=0)


def answer(engine, document, context, **variables):
    found = engine.prepare(document).run(variables, context)
    assert found.compiled
    assert found.body == reference(document, variables, context)
    return found.body


def two_snapshots():
    """Build two snapshots of one universe that hold different specs."""
    records = [spec_record(label, snapshot=name) for name, label in (("a", "one"), ("a", "two"), ("b", "two"))]
    return build([*records, spec_record("six", snapshot="b", in_build_cache=False)], default="a", now=NOON).catalogue


@pytest.fixture
def two():
    return two_snapshots()


@pytest.fixture
def poured(monkeypatch):
    """Count how often a field is asked for many nodes."""
    asked = []

    def counted(pour):
        def counting(field, batch, run, sheet):
            asked.append(field.name)
            pour(field, batch, run, sheet)

        return counting

    for kind in (CodedField, ManyField):
        monkeypatch.setattr(kind, "pour", counted(kind.pour))
    return asked


def test_fields_are_asked_once_where_all_texts_are_known(engine, catalogue, poured):
    context = Context(catalogue)
    first = answer(engine, question(60), context)
    asked = list(poured)
    assert asked
    assert answer(engine, question(60), context) == first
    assert answer(engine, question(60), context, n=20) != first  # others of them
    assert poured == asked


def test_fields_are_asked_again_for_rows_whose_texts_are_not_known(engine, catalogue, poured):
    context = Context(catalogue)
    answer(engine, question(20), context)
    asked = len(poured)
    answer(engine, question(20), context, n=90)
    assert len(poured) == 2 * asked
    answer(engine, question(20), context, n=90)
    assert len(poured) == 2 * asked


@pytest.mark.parametrize("fields", ["stacks { nodes { name } }", "dependencies { nodes { hash } }", "id"])
def test_fields_that_something_else_tells_are_asked_each_time(engine, catalogue, poured, fields):
    context = Context(catalogue)
    for times in (1, 2, 3):
        answer(engine, question(20, f"size {fields}"), context)
        assert poured.count("size") == times


def test_a_recipe_is_of_one_snapshot(engine, two, poured):
    document = "query ($of: String!) { specs(snapshot: $of) { nodes { hash version inBuildCache } } }"
    bodies = [[answer(engine, document, Context(two), of=name) for name in ("a", "b")] for _ in range(3)]
    assert bodies == [bodies[0]] * 3
    assert bodies[0][0] != bodies[0][1]


def test_a_recipe_ends_when_a_column_makes_room(engine, catalogue, poured):
    context = Context(catalogue)
    answer(engine, question(60), context)
    asked = len(poured)
    kept, within = engine.kept, catalogue.snapshot(None)
    kept.max_column_bytes = kept.column_bytes + 1_000
    kept.add_column(kept.column("another", within), {0: "another" * 1_000})
    assert kept.made_room == 1
    answer(engine, question(60), context)
    assert len(poured) == 2 * asked


def test_a_recipe_keeps_neither_a_snapshot_nor_what_was_kept_of_it(engine):
    catalogue = two_snapshots()
    gone = weakref.ref(catalogue.snapshot("a"))
    answer(engine, "{ specs { nodes { hash version } } }", Context(catalogue))
    columns = [weakref.ref(column.texts) for of in engine.kept._columns.values() for column in of.values()]
    assert columns
    del catalogue
    gc.collect()
    assert gone() is None
    assert engine.kept.size == 0
    assert [texts() for texts in columns] == [None] * len(columns)
