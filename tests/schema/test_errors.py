"""Errors: each code, what stays whole beside an error, and what no client may see."""

from __future__ import annotations

import logging
import re

import pytest

import graph.select
from graph.errors import SourceError

SIBLING = {"totalCount": 9}

CASES = [
    ('{ stacks { totalCount } specs(where: {target: {runsOn: "pentium"}}) { totalCount } }', "specs", "BAD_USER_INPUT"),
    ('{ stacks { totalCount } specs(after: "x") { totalCount } }', "specs", "BAD_USER_INPUT"),
    ("{ stacks { totalCount } specs(last: -1) { totalCount } }", "specs", "BAD_USER_INPUT"),
    ('{ stacks { totalCount } spec(hash: "abc") { hash } }', "spec", "BAD_USER_INPUT"),
    ('{ stacks { totalCount } node(id: "x") { id } }', "node", "BAD_USER_INPUT"),
    ('{ stacks { totalCount } specs(where: {version: {matches: "1.4:1.2"}}) { totalCount } }', "specs", "SPEC_SYNTAX"),
    (
        '{ stacks { totalCount } packages(where: {hasSpec: {version: {eq: "?"}}}) { totalCount } }',
        "packages",
        "SPEC_SYNTAX",
    ),
    ('{ stacks { totalCount } package(name: "hdf5", snapshot: "v9") { name } }', "package", "UNKNOWN_SNAPSHOT"),
    ('{ stacks { totalCount } packages(snapshot: "v9") { totalCount } }', "packages", "UNKNOWN_SNAPSHOT"),
    ('{ stacks { totalCount } spec(hash: "abcd", snapshot: "v9") { hash } }', "spec", "UNKNOWN_SNAPSHOT"),
    ('{ stacks { totalCount } specs(snapshot: "v9") { totalCount } }', "specs", "UNKNOWN_SNAPSHOT"),
    ('{ stacks { totalCount } stack(name: "e4s", snapshot: "v9") { name } }', "stack", "UNKNOWN_SNAPSHOT"),
    ('{ stacks { totalCount } other: stacks(snapshot: "v9") { totalCount } }', "other", "UNKNOWN_SNAPSHOT"),
    ('{ stacks { totalCount } target(name: "zen3", snapshot: "v9") { name } }', "target", "UNKNOWN_SNAPSHOT"),
    ('{ stacks { totalCount } targets(snapshot: "v9") { totalCount } }', "targets", "UNKNOWN_SNAPSHOT"),
    (
        '{ stacks { totalCount } operatingSystem(name: "rhel8", snapshot: "v9") { name } }',
        "operatingSystem",
        "UNKNOWN_SNAPSHOT",
    ),
    (
        '{ stacks { totalCount } operatingSystems(snapshot: "v9") { totalCount } }',
        "operatingSystems",
        "UNKNOWN_SNAPSHOT",
    ),
    ('{ stacks { totalCount } compiler(name: "gcc", snapshot: "v9") { name } }', "compiler", "UNKNOWN_SNAPSHOT"),
    ('{ stacks { totalCount } compilers(snapshot: "v9") { totalCount } }', "compilers", "UNKNOWN_SNAPSHOT"),
    ('{ stacks { totalCount } search(text: "hdf5", snapshot: "v9") { label } }', "search", "UNKNOWN_SNAPSHOT"),
    (
        '{ stacks { totalCount } coverage(rows: STACK, columns: TARGET, snapshot: "v9") { total } }',
        "coverage",
        "UNKNOWN_SNAPSHOT",
    ),
    ('{ stacks { totalCount } spec(hash: "pemy") { hash } }', "spec", "AMBIGUOUS_HASH"),
    ("{ stacks { totalCount } specs(first: 5001) { totalCount } }", "specs", "PAGE_TOO_LARGE"),
    ('{ stacks { totalCount } search(text: "hdf5", first: 1001) { label } }', "search", "PAGE_TOO_LARGE"),
]


@pytest.mark.parametrize(("query", "field", "code"), CASES)
def test_one_fields_error_has_its_code_and_leaves_its_siblings_whole(ask_errors, query, field, code):
    data, (error,) = ask_errors(query)
    assert data == {"stacks": SIBLING, field: None}
    assert error["path"] == [field]
    assert error["extensions"] == {"code": code}
    assert error["locations"] == [{"line": 1, "column": query.index(field, 24) + 1}]


def test_an_unknown_snapshot_is_named_with_those_that_are_loaded(ask_errors):
    for name in ("v9", ""):
        _, (error,) = ask_errors("query ($tag: String) { specs(snapshot: $tag) { totalCount } }", tag=name)
        assert error["message"] == (
            f"no snapshot {name!r}; loaded: develop, develop-2025-10-05, v2025.07.0, v2025.11.0"
        )


def test_a_snapshot_that_is_null_is_the_default_one(ask):
    query = "query ($tag: String) { specs(snapshot: $tag, first: 0) { totalCount } }"
    assert ask(query, tag=None) == {"specs": {"totalCount": 3202}}


def test_an_error_deep_within_a_field_takes_that_root_field_alone(ask_errors):
    query = """{
      stacks { totalCount }
      package(name: "hdf5") { name specs(first: 1) { nodes { dependencies(first: 5001) { totalCount } } } }
    }"""
    data, (error,) = ask_errors(query)
    assert data == {"stacks": SIBLING, "package": None}
    assert error["path"] == ["package", "specs", "nodes", 0, "dependencies"]
    assert error["extensions"] == {"code": "PAGE_TOO_LARGE"}


@pytest.mark.parametrize(
    "text", ["{", "#", "{ stacks { totalCount }", "query {", "\x00", "{ specs(first: 01) { totalCount } }"]
)
def test_a_document_that_is_not_graphql_has_its_code(ask_errors, text):
    data, (error,) = ask_errors(text)
    assert data is None
    assert error["extensions"] == {"code": "GRAPHQL_PARSE_FAILED"}
    assert error["message"].startswith("Syntax Error: ")


@pytest.mark.parametrize(
    "query",
    [
        "{ nothing }",
        "{ stacks { nothing } }",
        "{ stacks }",
        "{ package { name } }",
        '{ specs(first: "1") { totalCount } }',
        "{ specs(where: {nothing: 1}) { totalCount } }",
        "{ specs(where: {variant: [{}]}) { totalCount } }",
        "{ specs(orderBy: {field: NOTHING}) { totalCount } }",
        "query ($n: Int) { stacks { totalCount } }",
        "mutation { nothing }",
        "subscription { nothing }",
    ],
)
def test_a_document_that_is_not_of_the_schema_has_its_code(ask_errors, query):
    data, errors = ask_errors(query)
    assert data is None
    assert {error["extensions"]["code"] for error in errors} == {"GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query ($hash: String!) { spec(hash: $hash) { hash } }", {}),
        ("query ($hash: String!) { spec(hash: $hash) { hash } }", {"hash": None}),
        ("query ($hash: String!) { spec(hash: $hash) { hash } }", {"hash": 1}),
        ("query ($n: Int) { specs(first: $n) { totalCount } }", {"n": "1"}),
        ("query ($n: Int) { specs(first: $n) { totalCount } }", {"n": 2**31}),
        ("query ($where: SpecFilter) { specs(where: $where) { totalCount } }", {"where": {"nothing": 1}}),
        ('query ($kinds: [NodeKind!]) { search(text: "x", kinds: $kinds) { label } }', {"kinds": [None]}),
    ],
)
def test_a_variable_that_does_not_fit_is_bad_input(ask_errors, query, variables):
    data, (error,) = ask_errors(query, **variables)
    assert data is None
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert error["message"].startswith("Variable '$")


SECRET = "/etc/secret: token=hunter2"


@pytest.mark.parametrize("fault", [RuntimeError(SECRET), KeyError(SECRET), SourceError(SECRET, place="/srv/data")])
def test_an_unforeseen_error_is_masked_and_the_log_has_it_under_its_id(ask_errors, monkeypatch, caplog, fault):
    def broken(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(graph.select, "spec_rows", broken)
    with caplog.at_level(logging.ERROR):
        data, (error,) = ask_errors("{ stacks { totalCount } specs(where: {external: true}) { totalCount } }")
    assert data == {"stacks": SIBLING, "specs": None}
    error_id = error["extensions"]["id"]
    assert re.fullmatch("[0-9a-f]{12}", error_id)
    assert error == {
        "message": f"internal error {error_id}; the server's log has the details under this id",
        "locations": [{"line": 1, "column": 25}],
        "path": ["specs"],
        "extensions": {"code": "INTERNAL", "id": error_id},
    }
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert error_id in record.getMessage()
    assert record.exc_info is not None
    assert record.exc_info[1] is fault


def test_two_unforeseen_errors_have_two_ids(ask_errors, monkeypatch, caplog):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(graph.select, "spec_rows", broken)
    data, errors = ask_errors("{ a: specs(where: {}) { totalCount } b: specs(where: {}) { totalCount } }")
    assert data == {"a": None, "b": None}
    ids = {error["extensions"]["id"] for error in errors}
    assert len(ids) == 2
    assert all(any(error_id in record.getMessage() for record in caplog.records) for error_id in ids)


def test_an_error_in_a_question_is_not_logged(ask_errors, caplog):
    with caplog.at_level(logging.DEBUG):
        for query, _, _ in CASES[:5]:
            ask_errors(query)
        ask_errors("{ nothing }")
    assert caplog.records == []
