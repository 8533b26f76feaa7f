"""Prepared operations: found again by their text, kept within a budget, compiled but for what graphql-core is left."""

from __future__ import annotations

import pytest
import strawberry
from graphql import OperationType

from schema.context import Context, Info
from schema.execution.engine import ALL_KINDS, Engine, NotPrepared
from schema.execution.prepared import BYTES_PER_DOCUMENT, MOST_PLANS, PreparedCache
from schema.limits import Limits
from schema.root import schema
from tests.schema.execution.reference import reference


def test_a_document_is_prepared_once():
    engine = Engine(schema)
    document = "query A { __typename } query B { snapshot { name } }"
    first, second = engine.prepare(document, "A"), engine.prepare(document, "B")
    assert (first.name, second.name) == ("A", "B")
    assert engine.prepare(document, "A") is first
    assert engine.known(document, "B") is second
    assert engine.known(document) is None
    assert len(engine.prepared) == 2
    assert engine.cache_bytes == engine.prepared.size > len(document)


def test_what_is_refused_is_not_kept():
    engine = Engine(schema)
    for document in ("{", "{ nothing }", "{ a: __typename"):
        with pytest.raises(NotPrepared):
            engine.prepare(document)
    assert engine.cache_bytes == 0


def test_a_query_that_is_kept_is_no_answer_to_another_kind():
    engine = Engine(schema)
    engine.prepare("subscription { snapshotChanged { name } }", kinds=ALL_KINDS)
    with pytest.raises(NotPrepared, match="a subscription needs"):
        engine.prepare("subscription { snapshotChanged { name } }")
    assert engine.prepare("{ __typename }", kinds=ALL_KINDS).operation.operation is OperationType.QUERY


def test_the_cache_of_operations_has_a_budget():
    cache: PreparedCache[str] = PreparedCache(max_bytes=3 * BYTES_PER_DOCUMENT)
    for name in "abcd":
        cache.keep(name, name.upper(), weight=0)
        cache.find("a")
    assert (len(cache), cache.size) == (3, 3 * BYTES_PER_DOCUMENT)
    assert [cache.find(name) for name in "abcd"] == ["A", None, "C", "D"]
    cache.keep("large", "LARGE", weight=10**6)
    assert cache.find("large") is None


def test_no_budget_keeps_nothing():
    engine = Engine(schema, document_cache_bytes=0)
    assert engine.prepare("{ __typename }") is not engine.prepare("{ __typename }")
    assert engine.cache_bytes == 0


def test_an_operation_has_a_bounded_number_of_plans(catalogue):
    names = [f"v{number}" for number in range(5)]
    given = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: name @include(if: ${name})" for name in names)
    document = f'query ({given}) {{ package(name: "hdf5") {{ {fields} }} }}'
    prepared, context = Engine(schema).prepare(document), Context(catalogue)
    for number in range(32):
        variables = {name: bool(number & 1 << place) for place, name in enumerate(names)}
        answer = prepared.run(variables, context)
        assert answer.compiled
        assert answer.body == reference(document, variables, context)
        assert len(prepared._plans) <= MOST_PLANS


def test_a_condition_that_is_null_is_left_to_graphql_core(catalogue):
    document = 'query ($v: Boolean = true) { package(name: "hdf5") { name @include(if: $v) } }'
    prepared, context = Engine(schema).prepare(document), Context(catalogue)
    for variables, compiled in (({}, True), ({"v": False}, True), ({"v": None}, False)):
        answer = prepared.run(variables, context)
        assert answer.compiled is compiled
        assert answer.body == reference(document, variables, context)


def test_a_resolver_that_asks_for_more_than_the_context_is_left_to_graphql_core(catalogue):
    @strawberry.type
    class Query:
        @strawberry.field
        def plain(self) -> list[str]:
            return ["a", "b"]

        @strawberry.field
        def curious(self, info: Info) -> str:
            return info.field_name

        @strawberry.field
        async def late(self) -> str:
            return "late"

    engine, context = Engine(strawberry.Schema(Query)), Context(catalogue)
    plain, curious = (engine.prepare(document).run(None, context) for document in ("{ plain }", "{ plain curious }"))
    assert (plain.body, plain.compiled) == (b'{"data":{"plain":["a","b"]}}', True)
    assert (curious.body, curious.compiled) == (b'{"data":{"plain":["a","b"],"curious":"curious"}}', False)


def test_the_error_of_one_node_of_many_has_its_own_place(catalogue):
    """Many nodes are written together; the one with an error sends all of them the long way round."""
    limits = Limits(max_traversal_nodes=30)
    document = """{ specs(first: 200) { nodes { hash
        dependencies(transitive: true, first: 1) { truncated totalCount }
        far: dependents(first: 2, after: "no cursor") { nodes { hash } } } } b: specs(first: 2) { nodes { hash } } }"""
    context = Context(catalogue, limits)
    answer = Engine(schema, limits).prepare(document).run(None, context)
    assert answer.compiled
    assert answer.codes == ("BAD_USER_INPUT",)
    assert answer.body == reference(document, None, context)


def test_long_lists_come_back_in_their_places(catalogue):
    document = """{ a: specs(first: 900) { nodes { hash text } } snapshot { name }
        b: specs(first: 900, where: {package: {startsWith: "py-"}}) { edges { cursor node { id text } } }
        packages(first: 400) { totalCount edges { cursor node { name } } }
        none: specs(where: {package: {eq: "none"}}) { nodes { hash } edges { cursor } pageInfo { endCursor } } }"""
    context = Context(catalogue)
    for _ in range(2):
        answer = Engine(schema).prepare(document).run(None, context)
        assert answer.compiled
        assert answer.body == reference(document, None, context)
