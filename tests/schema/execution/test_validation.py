"""What is found valid in one short walk has no error by graphql-core's rules; ordinary documents are found so.

`SPECGRAPH_GENERATED=100000 make test ARGS="tests/schema/execution/test_validation.py"` compares more.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from graphql import GraphQLError, OperationDefinitionNode, get_introspection_query, parse, validate
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from schema.execution import validation
from schema.execution.limits import check_document
from schema.execution.outline import Outline
from schema.execution.validation import MOST_OVERLAPS, errors_of, is_clearly_valid
from tests.schema.execution.mutations import mutated
from tests.schema.execution.operations import DOCUMENTS, rewritten, shapes
from tests.schema.execution.reference import SERVED
from tests.schema.execution.values import Values

SHAPES = 120
PER_SHAPE = 3
MUTANTS = 6
OUTLINE = Outline(SERVED)
EXAMPLES = Path(__file__).parents[3] / "web" / "src" / "graphiql" / "examples"


def overlaps_in(document):
    operation = next((node for node in document.definitions if isinstance(node, OperationDefinitionNode)), None)
    return None if operation is None else check_document(document, operation, DOCUMENTS)


def accepted(text: str) -> bool:
    document = parse(text)
    return is_clearly_valid(OUTLINE, document, overlaps=overlaps_in(document) or 0)


def judged(text: str, seen: Counter) -> None:
    """Compare both judgements of one document."""
    try:
        document = parse(text)
        overlaps = overlaps_in(document)
    except GraphQLError:
        return
    if overlaps is None:
        return
    found, errors = is_clearly_valid(OUTLINE, document, overlaps=overlaps), validate(SERVED, document)
    assert not (found and errors), (text, errors)
    if overlaps > MOST_OVERLAPS:
        return
    seen["overlapping"] += found and overlaps > 0
    seen["accepted"] += found
    seen["invalid"] += bool(errors)
    seen["valid"] += not errors


def test_nothing_with_an_error_is_found_valid_and_nearly_all_that_is_valid_is(catalogue):
    more = os.environ.get("SPECGRAPH_GENERATED")
    values = Values(catalogue)
    originals: Counter[str] = Counter()
    mutants: Counter[str] = Counter()

    @settings(
        max_examples=int(more or SHAPES) // (PER_SHAPE if more else 1),
        derandomize=more is None,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(shapes(), st.integers(0, 2**32))
    def check(shape, seed):
        random = Random(seed)
        for number in range(PER_SHAPE):
            document = rewritten(shape, seed + number, values).document
            judged(document, originals)
            for _ in range(MUTANTS):
                judged(mutated(document, random), mutants)

    check()
    assert originals["accepted"] >= 0.95 * originals["valid"], originals
    assert originals["overlapping"] >= 0.05 * originals["valid"], originals
    assert mutants["accepted"] >= 0.5 * mutants["valid"], mutants
    assert mutants["invalid"] >= 0.5 * mutants["valid"], mutants


INVALID = (
    "{ snapshot { name } } type T { a: Int }",
    "mutation { a }",
    "subscription { snapshotChanged { name } another: snapshotChanged { name } }",
    "query A { __typename } query A { __typename }",
    "{ __typename } query A { __typename }",
    "{ snapshot { ... on Nothing { name } } }",
    "{ snapshot { ... on String { name } } }",
    "fragment F on ID { a } { snapshot { ...F } }",
    "query ($a: Spec) { package(name: $a) { name } }",
    "query ($a: Nothing) { package(name: $a) { name } }",
    "{ snapshot { name { a } } }",
    "{ snapshot }",
    "{ nothing }",
    "{ snapshot { nothing } }",
    "fragment F on Snapshot { name } fragment F on Snapshot { name } { snapshot { ...F } }",
    "{ snapshot { ...F } }",
    "fragment F on Snapshot { name } { snapshot { name } }",
    "{ snapshot { ... on Spec { hash } } }",
    "fragment F on Spec { hash } { snapshot { ...F } }",
    "fragment F on Snapshot { ...F } { snapshot { ...F } }",
    "fragment F on Snapshot { ...G } fragment G on Snapshot { ...F } { snapshot { ...F } }",
    'query ($a: String = "x", $a: String = "y") { package(name: $a) { name } }',
    "{ package(name: $a) { name } }",
    "fragment F on Query { package(name: $a) { name } } { ...F }",
    "query ($a: String!) { __typename }",
    "{ __typename @nothing }",
    "query @skip(if: true) { __typename }",
    "fragment F on Snapshot @include(if: true) { name } { snapshot { ...F } }",
    "{ __typename @skip(if: true) @skip(if: true) }",
    "{ __typename @skip }",
    "{ __typename @skip(unless: true) }",
    "{ __typename @skip(if: true, if: true) }",
    "{ __typename @skip(if: 1) }",
    "query ($a: Boolean) { __typename @skip(if: $a) }",
    "query ($a: Boolean = null) { __typename @skip(if: $a) }",
    "query ($a: Boolean! @skip(if: true)) { __typename @skip(if: $a) }",
    '{ package(nothing: "a", name: "b") { name } }',
    '{ package(name: "a", name: "b") { name } }',
    "{ package(name: 1) { name } }",
    "{ package(name: null) { name } }",
    "{ package { name } }",
    '{ specs(first: "1") { totalCount } }',
    "{ specs(first: 12345678901) { totalCount } }",
    "{ specs(where: { nothing: true }) { totalCount } }",
    "{ specs(where: { inBuildCache: 1 }) { totalCount } }",
    "{ specs(where: { inBuildCache: true, inBuildCache: true }) { totalCount } }",
    "{ specs(where: 1) { totalCount } }",
    "{ specs(where: [{}]) { totalCount } }",
    "{ specs { facets(by: [NOTHING]) { facet } } }",
    "{ specs { facets(by: [null]) { facet } } }",
    "query ($a: Int) { package(name: $a) { name } }",
    "query ($a: String) { package(name: $a) { name } }",
    "query ($a: [String!]) { package(name: $a) { name } }",
    "query ($a: Int = true) { specs(first: $a) { totalCount } }",
    "query ($a: String! = null) { package(name: $a) { name } }",
    "query ($a: String) { specs(where: { package: { in: [$a] } }) { totalCount } }",
    "{ snapshot { name name: digest } }",
    '{ package(name: "a") { name } package(name: "b") { name } }',
    "{ snapshot { a: name } snapshot { a: digest } }",
    '{ node(id: "a") { ... on Spec { a: hash } ... on Package { a: specCount } } }',
    "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
    (
        "{ __schema { types { ...F } } } fragment F on __Type { fields { type { interfaces { ...G } } } } "
        "fragment G on __Type { possibleTypes { name } }"
    ),
    "{ __type { name } }",
    "{ snapshot { __schema { description } } }",
)


@pytest.mark.parametrize("text", INVALID)
def test_a_document_that_breaks_a_rule_is_left_to_the_rules(text):
    document = parse(text)
    assert validate(SERVED, document)
    assert not accepted(text)
    overlaps = overlaps_in(document)
    told = errors_of(OUTLINE, document, max_errors=20, overlaps=overlaps)
    assert [error.formatted for error in told] == [error.formatted for error in validate(SERVED, document)]


VALID = (
    "{ __typename }",
    "query A { __typename } query B { snapshot { name } }",
    "{ snapshot {} }",
    get_introspection_query(),
    'query ($a: String = "hdf5", $b: Boolean!) { package(name: $a) { name @skip(if: $b) } }',
    "query ($a: [String!] = []) { specs(where: { package: { in: $a } }) { totalCount } }",
    (
        'query ($a: String!) { specs(where: { or: [{ package: { eq: $a } }, { package: { in: ["a", $a] } }] }) { '
        "totalCount } }"
    ),
    "query ($a: Facet!) { specs { facets(by: [$a, TARGET], limit: null) { facet } } }",
    'query ($n: Int) { search(text: "a", first: $n) { label } }',
    '{ node(id: "a") { id ... on Spec { hash } ...F } } fragment F on Node { id ... on Package { name } }',
    '{ a: package(name: "a") { name ...F ...G } } fragment F on Package { name id } fragment G on Package { id ...F }',
    '{ package(name: "a") { name } package(name: "a") { specCount } }',
    '{ nodes(ids: "a") { id } }',
)


@pytest.mark.parametrize("text", VALID)
def test_ordinary_documents_are_found_valid(text):
    assert validate(SERVED, parse(text)) == []
    assert accepted(text)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.graphql")), ids=lambda path: path.stem)
def test_the_examples_need_no_rules(path):
    assert accepted(path.read_text())


@pytest.mark.parametrize(
    ("spreads", "operations", "found"), [(90, 1, True), (90, 3, False), (99, 1, True), (100, 1, False)]
)
def test_large_documents_are_left_to_the_rules(spreads, operations, found):
    fragments = " ".join(f"fragment F{number} on Snapshot {{ name }}" for number in range(spreads))
    asked = " ".join(f"...F{number}" for number in range(spreads))
    texts = [f"query Q{number} {{ snapshot {{ {asked} }} }}" for number in range(operations)]
    document = parse(" ".join([*texts, fragments]))
    assert validate(SERVED, document) == []
    assert is_clearly_valid(OUTLINE, document, overlaps=0) == found


def test_chained_empty_fragments_are_looked_at_once_each():
    links = " ".join(f"fragment F{n} on __Type {{ ...F{n + 1} ...F{n + 1} }}" for n in range(35))
    assert accepted(f'{{ __type(name: "Spec") {{ ...F0 }} }} {links} fragment F35 on __Type {{}}')


def test_the_rules_are_not_asked_about_a_document_that_is_clearly_valid(monkeypatch):
    monkeypatch.setattr(validation, "_by_the_rules", None)
    document = parse("{ snapshot { name } }")
    assert errors_of(OUTLINE, document, max_errors=20, overlaps=0) == []
