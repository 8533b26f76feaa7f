"""Prices: what an operation costs at most, worked out from its text and its page sizes."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import get_introspection_query, get_named_type, get_nullable_type, is_list_type

from schema.execution.cost import BY_GRAPHQL_CORE, FILTER, LENGTHS, OTHER_LENGTH, PASSED_ON, PRICES, TRANSITIVE, weight
from schema.execution.engine import Engine
from schema.limits import DEFAULT_LIMITS, Limits
from schema.root import schema

SERVED = schema._schema
API = Path(__file__).parents[3] / "docs" / "api.md"
SPECS = 1 + PRICES["Query.specs"]


def points(document, variables=None, limits=DEFAULT_LIMITS):
    return Engine(schema, limits).prepare(document).price.total(variables)


def coordinates():
    """Return every field of an object type by its coordinate."""
    return {
        f"{name}.{field}": definition
        for name, kind in SERVED.type_map.items()
        for field, definition in getattr(kind, "fields", {}).items()
        if hasattr(definition, "args")
    }


def test_every_price_and_length_is_of_a_field_that_is_served():
    known = set(coordinates())
    assert (set(PRICES) | set(LENGTHS) | PASSED_ON) - known == set()


def test_every_length_is_of_a_list():
    for coordinate in LENGTHS:
        assert is_list_type(get_nullable_type(coordinates()[coordinate].type)), coordinate


def test_a_field_costs_one_point_and_a_page_what_its_size_says():
    assert points("{ __typename }") == 1
    assert points("{ snapshot { name digest } }") == 3
    assert points("{ specs(first: 10) { totalCount nodes { hash version } } }") == SPECS + 1 + 1 + 10 * (1 + 2)
    assert points("{ specs(last: 7) { edges { cursor node { hash } } } }") == SPECS + 1 + 7 * (1 + 1 + 1 + 1)


def test_a_page_without_a_size_is_the_default_one():
    assert points("{ specs { nodes { hash } } }") == SPECS + 1 + 50 * 2
    assert points("{ specs { nodes { hash } } }", limits=Limits(default_page_size=5)) == SPECS + 1 + 5 * 2


def test_pages_within_pages_multiply():
    inner = 1 + PRICES["Spec.dependencies"] + 1 + 20 * 2
    document = "{ specs(first: 100) { nodes { dependencies(first: 20) { nodes { hash } } } } }"
    assert points(document) == SPECS + 1 + 100 * (1 + inner)


@pytest.mark.parametrize(
    ("variables", "size"), [({"n": 30}, 30), ({}, 4), (None, 4), ({"n": None}, 50), ({"n": 3.0}, 3), ({"n": "x"}, 50)]
)
def test_a_variable_is_the_size_of_its_page(variables, size):
    document = "query ($n: Int = 4) { specs(first: $n) { nodes { hash } } }"
    assert points(document, variables) == SPECS + 1 + size * 2


def test_a_variable_without_a_default_that_is_left_out_is_the_default_page():
    assert points("query ($n: Int) { specs(first: $n) { nodes { hash } } }") == SPECS + 1 + 50 * 2


def test_a_null_in_a_directive_costs_what_graphql_core_takes():
    document = """query ($if: Boolean = true) {
      specs(first: 3) { nodes { hash } } snapshot { name @include(if: $if) }
    }"""
    plain = points("{ specs(first: 3) { nodes { hash } } snapshot { name } }")
    assert points(document) == points(document, {"if": False}) == plain
    assert points(document, {"if": None}) == BY_GRAPHQL_CORE * plain


def test_filters_cost_what_they_hold_written_or_as_variables():
    where = {"and": [{"package": {"eq": "hdf5"}}, {"not": {"platform": {"in": ["linux", "darwin"]}}}]}
    literal = '{ and: [{ package: { eq: "hdf5" } }, { not: { platform: { in: ["linux", "darwin"] } } }] }'
    assert weight(where) == 9
    assert points(f"{{ specs(where: {literal}) {{ totalCount }} }}") == SPECS + 1 + FILTER * 9
    document = "query ($where: SpecFilter) { specs(where: $where) { totalCount } }"
    assert points(document, {"where": where}) == SPECS + 1 + FILTER * 9


def test_a_text_costs_by_its_length_and_by_what_it_has_looked_for_among_dependencies():
    asked = "query ($text: String) { specs(matching: $text) { totalCount } }"
    usual = points(asked, {"text": "hdf5@1.14: +mpi %gcc"})
    assert usual == SPECS + 1 + FILTER
    for text, more in {
        "x" * 32: 0,
        "x" * 47: 0,
        "x" * 48: FILTER,
        "x" * 4_096: FILTER * 254,
        "hdf5 ^mpi": TRANSITIVE,
        "hdf5 ^mpi ^zlib": 2 * TRANSITIVE,
        "hdf5 ++mpi": TRANSITIVE,
        "hdf5 ~~mpi": TRANSITIVE,
        "hdf5 libs==shared": TRANSITIVE,
    }.items():
        assert points(asked, {"text": text}) == usual + more
        assert points(f'{{ specs(matching: "{text}") {{ totalCount }} }}') == usual + more


def test_following_edges_to_their_end_has_its_price():
    direct = points('{ spec(hash: "aaaa") { dependents { totalCount } } }')
    assert points('{ spec(hash: "aaaa") { dependents(transitive: true) { totalCount } } }') == direct + TRANSITIVE
    assert points('{ spec(hash: "aaaa") { dependents(transitive: false) { totalCount } } }') == direct


def test_ids_are_as_many_as_they_are():
    assert points('{ nodes(ids: ["a", "b", "c"]) { id } }') == 1 + 3 * 2
    assert points("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["a"] * 40}) == 1 + 40 * 2


def test_entities_are_as_many_as_their_representations():
    document = "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }"
    assert points(document, {"r": [{}] * 30}) == 1 + 30 * 2


def test_lists_without_an_argument_have_a_length_of_their_own():
    per_variant = 1 + 2
    expected = 1 + 1 + LENGTHS["Spec.variants"] * per_variant
    assert points('{ spec(hash: "aaaa") { variants { name text } } }') == expected
    assert points('{ target(name: "zen3") { runs { name } } }') == 1 + 1 + OTHER_LENGTH * 2


def test_the_limit_of_facets_bounds_their_values():
    facets = 1 + PRICES["SpecConnection.facets"] + 2 * (1 + 1 + 7 * 2)
    assert points("{ specs { facets(by: [TARGET, STACK], limit: 7) { values { count } } } }") == SPECS + facets


def test_the_schemas_own_default_of_a_page_size_counts():
    hits = 1 + PRICES["Query.search"]
    assert points('{ search(text: "hdf5") { label } }') == hits + 20 * 2
    assert points('{ search(text: "hdf5", first: 3) { label } }') == hits + 3 * 2


def test_a_fragment_costs_the_same_wherever_it_is_spread():
    spread = "{ specs(first: 3) { nodes { ...s ... on Spec { version } } } } fragment s on Spec { hash text }"
    assert points(spread) == points("{ specs(first: 3) { nodes { hash text version } } }")


def test_what_directives_leave_out_counts():
    document = "query ($no: Boolean = false) { snapshot { name @include(if: $no) digest @skip(if: true) } }"
    assert points(document) == 3


def test_introspection_is_within_the_default_price():
    assert points(get_introspection_query()) < 1_000_000


def test_every_price_is_documented():
    listed = [line for line in API.read_text().splitlines() if line.startswith("| `") and line.count("|") == 3]
    told = {name.strip(" `"): int(points) for _, name, points, _ in (line.split("|") for line in listed) if "." in name}
    assert told == dict(PRICES)


def test_every_connection_multiplies_by_its_page():
    for coordinate, definition in coordinates().items():
        named = get_named_type(definition.type)
        if named.name.endswith("Connection"):
            assert {"nodes", "edges"} <= set(named.fields), coordinate
