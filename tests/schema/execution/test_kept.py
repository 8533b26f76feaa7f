"""What is kept between runs: the same answers with it and without, within its budgets, gone with its snapshot."""

from __future__ import annotations

import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from graph.build import build
from schema.context import Context
from schema.execution import numpy_gathering, numpy_laying
from schema.execution.engine import Engine
from schema.execution.kept import Column, Kept, Texts
from schema.limits import Limits
from schema.root import schema
from tests.graph.small_graphs import NOON, spec_record
from tests.schema.execution.reference import reference

ROWS = "nodes { hash version text target { name specCount } stacks { nodes { name } } }"
PAGES = (
    f"{{ specs(first: 20) {{ totalCount {ROWS} }} }}",
    f"{{ specs(first: 40) {{ totalCount {ROWS} }} }}",
    f"{{ specs(first: 30, orderBy: {{ field: HASH }}) {{ {ROWS} }} }}",
    '{ package(name: "hdf5") { name specCount latestVersion specs(first: 3) { nodes { dependencies { nodes { hash } } } } } }',  # noqa: E501
    '{ target(name: "neoverse_v1") { stacks { edges { specCount node { name packageCount } } } } }',
    "{ packages(first: 30) { nodes { id name specCount latestVersion versions } edges { cursor node { id } } } }",
    "{ stacks { nodes { id name root packageCount specs(first: 1) { nodes { id } } } edges { cursor specCount } } }",
    "{ specs(last: 25) { edges { cursor node { id dependents { edges { cursor node { id } } } } } } }",
    '{ stack(name: "e4s") { name specCount } package(name: "e4s-cl") { name specCount } }',
)


def run(engine, document, context, **variables):
    return engine.prepare(document).run(variables, context)


@pytest.mark.parametrize("budget", [0, 20_000, 64 * 2**20])
def test_answers_do_not_depend_on_what_is_kept(catalogue, budget):
    engine, context = Engine(schema, fragment_cache_bytes=budget), Context(catalogue)
    for document in PAGES * 2:
        answer = run(engine, document, context)
        assert answer.compiled
        assert answer.body == reference(document, None, context)
        assert engine.kept.fragment_bytes <= budget
    assert (engine.kept.fragment_bytes > 0) == (budget > 0)


@pytest.mark.parametrize("budget", [0, 20_000, 64 * 2**20])
def test_answers_do_not_depend_on_native_kernels(catalogue, budget, monkeypatch):
    for name in ("plan.laid", "plan.laid_apart", "packed.gathered"):
        module = numpy_gathering if name == "packed.gathered" else numpy_laying
        monkeypatch.setattr(f"schema.execution.{name}", getattr(module, name.partition(".")[2]))
    test_answers_do_not_depend_on_what_is_kept(catalogue, budget)


@pytest.mark.parametrize("budget", [0, 6_000, 200_000])
def test_answers_do_not_depend_on_which_columns_are_kept(catalogue, budget):
    engine, context = Engine(schema, fragment_cache_bytes=0), Context(catalogue)
    engine.kept.max_column_bytes = budget
    for document in PAGES * 2:
        assert run(engine, document, context).body == reference(document, None, context)
        assert engine.kept.column_bytes <= budget


def test_columns_that_are_not_used_make_room(catalogue):
    kept, within = Kept(column_bytes=20_000), catalogue.snapshot(None)
    hot = kept.column("hot", within)
    kept.add_column(hot, {3: '"hot"'})
    for number in range(60):
        assert kept.column("hot", within) is hot
        kept.add_column(kept.column(number, within), {0: '"cold"' * 100})
        assert kept.column_bytes <= 20_000
    assert kept.column("hot", within).get(3) == '"hot"'
    assert kept.column(0, within).get(0) is None
    assert kept.made_room > 0


def test_a_noun_at_a_position_is_read_once(catalogue, monkeypatch):
    engine, context = Engine(schema, fragment_cache_bytes=0), Context(catalogue)
    document = (
        "{ specs(first: 40) { nodes { hash a: target { name v: vendor __typename } compiler { name version } } } }"
    )
    assert run(engine, document, context).body == reference(document, None, context)
    other = document.replace("40", "30").replace("hash ", "size ")
    expected = reference(other, None, context)
    monkeypatch.setattr("schema.target.Target.described", None)
    monkeypatch.setattr("schema.compiler.Compiler.parsed", None)
    assert run(engine, other, context).body == expected


def test_a_fragment_is_written_once(catalogue, monkeypatch):
    engine, context = Engine(schema), Context(catalogue)
    first = run(engine, PAGES[0], context)
    kept = engine.kept.fragment_bytes
    monkeypatch.setattr("schema.execution.plan.laid_apart", None)  # nothing is written a second time
    monkeypatch.setattr("schema.execution.plan.laid", None)
    assert run(engine, PAGES[0], context) == first
    assert engine.kept.fragment_bytes == kept


def test_what_depends_on_limits_is_kept_for_these_limits_alone(catalogue):
    engine = Engine(schema)
    document = '{ package(name: "hdf5") { specs { nodes { hash } } } }'
    for size in (3, 5, 3):
        context = Context(catalogue, Limits(default_page_size=size))
        assert run(engine, document, context).body == reference(document, None, context)


def test_what_depends_on_variables_is_not_kept(catalogue):
    engine, context = Engine(schema), Context(catalogue)
    document = 'query ($n: Int) { package(name: "hdf5") { specs(first: $n) { nodes { hash } } } }'
    for size in (3, 5, 3):
        variables = {"n": size}
        assert run(engine, document, context, **variables).body == reference(document, variables, context)


def test_an_error_is_not_kept(catalogue):
    engine, context = Engine(schema), Context(catalogue)
    document = (
        '{ package(name: "hdf5") { name specs(first: 2) { nodes { hash dependents(first: -1) { totalCount } } } } }'
    )
    for _ in range(2):
        answer = run(engine, document, context)
        assert answer.compiled
        assert answer.codes == ("BAD_USER_INPUT",)
        assert answer.body == reference(document, None, context)


def test_a_closure_is_walked_each_time(catalogue, monkeypatch):
    engine, context = Engine(schema), Context(catalogue)
    document = '{ package(name: "zlib") { specs(first: 1) { nodes { dependents(transitive: true) { totalCount } } } } }'
    first = run(engine, document, context)
    assert first.compiled

    def refuses(*_args, **_kwargs):
        raise LookupError

    monkeypatch.setattr("schema.dependency.traverse.reach", refuses)
    assert "INTERNAL" in run(engine, document, context).codes


def test_what_was_kept_of_a_snapshot_goes_with_it():
    engine = Engine(schema)

    def asked():
        catalogue = build([spec_record("abcd"), spec_record("efgh")], now=NOON).catalogue
        assert run(
            engine, "{ packages { nodes { name specs { nodes { hash version } } } } }", Context(catalogue)
        ).compiled
        assert engine.kept.fragment_bytes > 0
        assert engine.kept.column_bytes > 0

    asked()
    gc.collect()
    assert engine.kept.size == 0
    assert (engine.kept.fragment_bytes, engine.kept.column_bytes) == (0, 0)
    asked()


def test_much_that_was_kept_of_a_snapshot_is_freed_beside_whoever_notices(monkeypatch):
    monkeypatch.setattr("schema.execution.kept.FREED_AT_ONCE_BYTES", 0)
    engine = Engine(schema)
    catalogue = build([spec_record("abcd"), spec_record("efgh")], now=NOON).catalogue
    assert run(engine, "{ packages { nodes { name specs { nodes { hash version } } } } }", Context(catalogue)).compiled
    kept = [
        *engine.kept._fragments.values(),
        *(each for all_of in engine.kept._columns.values() for each in all_of.values()),
    ]
    texts = [each for each in kept if isinstance(each, Texts)]
    columns = [each for each in kept if isinstance(each, Column)]
    assert sum(map(len, texts)) > 0
    assert any(text is not None for column in columns for text in column.texts)
    del catalogue
    gc.collect()
    assert engine.kept.size == 0
    for thread in threading.enumerate():
        if thread.name == "specgraph-free":
            thread.join()
    assert sum(map(len, texts)) == 0
    assert all(text is None for column in columns for text in column.texts)


def test_threads_share_an_engine(catalogue):
    engine, context = Engine(schema, fragment_cache_bytes=100_000), Context(catalogue)
    expected = [reference(document, None, context) for document in PAGES]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda page: run(engine, page, context), PAGES * 16))
    assert [answer.body for answer in answers] == expected * 16
    assert engine.kept.fragment_bytes <= 100_000


def test_answers_about_the_schema_are_kept_within_a_budget(catalogue, monkeypatch):
    monkeypatch.setattr("schema.execution.kept.SCHEMA_BYTES", 30_000)
    engine, context = Engine(schema), Context(catalogue)
    documents = [f'{{ a{number}: __type(name: "Spec") {{ name fields {{ name }} }} }}' for number in range(50)]
    for document in [*documents, *documents[-2:]]:
        answer = run(engine, document, context)
        assert answer.compiled
        assert answer.body == reference(document, None, context)
        assert 0 < engine.kept.schema_texts.size <= 30_000
