"""Each request of the corpus is answered with its code, and with a bounded number of calls."""

import sys

import pytest
from starlette.testclient import TestClient

from schema.context import Context
from schema.execution.engine import Engine, NotPrepared
from schema.limits import DEFAULT_DOCUMENT_LIMITS
from schema.root import schema
from server.app import create_app
from server.current import CurrentCatalogue
from server.graphql_http import GraphqlEndpoint
from server.loading import load
from server.settings import settled
from tests.hostile.corpus import CORPUS

MOST_ERRORS = DEFAULT_DOCUMENT_LIMITS.max_errors + 1
"""The last one says that there are more."""


@pytest.fixture(scope="module")
def served():
    settings = settled({"rate": "0"}, {})
    built = load([], settings)
    current = CurrentCatalogue(lambda: built, built=built)
    app = create_app(settings, current)
    assert isinstance(app.inner.graphql, GraphqlEndpoint)
    with TestClient(app) as client:
        yield client, app.inner.graphql.answering, built.catalogue


@pytest.mark.parametrize("hostile", CORPUS, ids=str)
def test_it_is_answered_with_its_code(served, hostile):
    client, _, _ = served
    answer = client.post("/graphql", json={"query": hostile.query, "variables": hostile.variables}).json()
    codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
    assert (codes[0] if codes else None) == hostile.code, answer
    assert len(codes) <= MOST_ERRORS
    assert len(client.get("/healthz").content) == 3


def calls(work):
    """Count the calls of functions that work makes."""
    count = 0

    def profile(_, event, __):
        nonlocal count
        if event in ("call", "c_call"):
            count += 1

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("hostile", CORPUS, ids=str)
def test_it_costs_no_more_calls_than_its_ceiling(served, hostile):
    _, answering, catalogue = served
    fresh = Engine(schema, answering.limits, answering.engine.documents)
    fresh.prepare("{ __typename }").run({}, Context(catalogue, answering.limits, float("inf")))

    def answer():
        try:
            prepared = fresh.prepare(hostile.query)
        except NotPrepared:
            return
        if prepared.price.total(hostile.variables) <= answering.bounds.max_cost:
            prepared.run(hostile.variables, Context(catalogue, answering.limits, float("inf")))

    assert calls(answer) <= hostile.most_calls
