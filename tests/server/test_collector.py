"""What the server makes is freed without the garbage collector, which is kept from walking the rest."""

import asyncio
import gc
import json
import weakref
from collections import Counter

import pytest
from graphql import parse, validate
from starlette.testclient import TestClient

from graph.build import build
from schema.context import Context
from schema.execution.engine import Engine, NotPrepared, answered
from schema.limits import DEFAULT_LIMITS
from schema.root import schema
from server.app import create_app
from server.collector import PASSES, Collector
from server.current import CurrentCatalogue
from server.offload import Threads
from tests.graph.small_graphs import NOON, spec_record

ASKED = """query Asked($small: Boolean = true) {
  specs(first: 5, matching: "zlib") { totalCount nodes { ...spec } edges { node { hash @include(if: $small) } } }
  packages(first: 5) { nodes { name versions } }
  search(text: "zlib") { __typename score }
  __schema { types { name } }
}
fragment spec on Spec { hash stacks { nodes { name } } dependencies(first: 2) { edges { deptypes node { hash } } } }"""

FAILING = "query Failing { nodes(ids: [" + '"x" ' * 200 + "]) { id } }"

WRONG = "query Wrong { specs(first: 5) { nodes { " + " ".join(f"nothing{place}" for place in range(500)) + " } } }"

MERGED = (
    "query Merged($first: Int = 5) { "
    + " ".join(f"...f{place}" for place in range(40))
    + " } "
    + " ".join(
        f"fragment f{place} on Query {{ specs(first: $first) {{ nodes {{ hash version }} }} }}" for place in range(40)
    )
)
"""Valid, and left to graphql-core's rules: too many fields have one place."""

SKELETON = 1_500
"""Objects of graphql-core's that hold on to themselves: visitors, printers, never a document of 3,000."""


@pytest.fixture
def uncollected():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def context(built):
    return Context(built.catalogue, DEFAULT_LIMITS, float("inf"))


def circles():
    """Return the types of what only the collector can free."""
    gc.set_debug(gc.DEBUG_SAVEALL)
    gc.collect()
    gc.set_debug(0)
    found = Counter(type(each).__name__ for each in gc.garbage)
    gc.garbage.clear()
    gc.collect()
    return found


def test_an_operation_that_is_kept_no_more_is_freed_at_once(context, uncollected):
    engine = Engine(schema, document_cache_bytes=0)
    for query in (ASKED, ASKED.replace("Asked", "Again")):
        answered(engine, query, None, context)
    prepared = engine.prepare(ASKED)
    prepared.run(None, context)
    (plan,) = prepared._plans.values()
    gone = [weakref.ref(each) for each in (prepared, plan, prepared.document)]
    del prepared, plan
    assert [each() for each in gone] == [None, None, None]


@pytest.mark.parametrize("query", [ASKED, MERGED, WRONG, FAILING], ids=["valid", "merged", "invalid", "failing"])
def test_a_document_leaves_no_nodes_behind(context, uncollected, query):
    engine = Engine(schema, document_cache_bytes=0)
    answered(engine, query, None, context)
    circles()
    answered(engine, query.replace("query ", "query Another"), None, context)
    found = circles()
    assert {"FieldNode", "Location", "Plan", "Selection", "VariableUsageVisitor"} & found.keys() == set()
    assert found.total() < SKELETON


@pytest.mark.parametrize(
    "query",
    [ASKED, FAILING, '{ specs(first: 3, matching: "%%") { totalCount } }', '{ package(name: "none") { name } }'],
    ids=["valid", "failing", "wrong constraint", "nothing"],
)
def test_a_snapshot_goes_with_its_catalogue_whatever_was_asked_of_it(uncollected, query):
    engine = Engine(schema)
    catalogue = build([spec_record("zlib")], now=NOON).catalogue
    gone = [weakref.ref(snapshot) for snapshot in catalogue]
    answered(engine, query, None, Context(catalogue, DEFAULT_LIMITS, float("inf")))
    del catalogue
    assert [each() for each in gone] == [None]


def test_an_error_of_work_beside_the_loop_leaves_nothing_behind(uncollected):
    class Held:
        pass

    def failing():
        held.append(Held())
        kept = held[-1]
        raise LookupError(kept)

    async def asked():
        for _ in range(2):
            with pytest.raises(LookupError):
                await threads.run(failing)

    held: list[Held] = []
    threads = Threads(1, 1)
    asyncio.run(asked())
    threads.close()
    gone = [weakref.ref(each) for each in held[:1]]
    held.clear()
    assert [each() for each in gone] == [None]


def test_an_invalid_document_has_graphql_cores_errors():
    with pytest.raises(NotPrepared) as refused:
        Engine(schema).prepare(WRONG)
    expected = validate(schema._schema, parse(WRONG), max_errors=20)
    told = json.loads(refused.value.answer.body)["errors"]
    assert [error["message"] for error in told] == [error.message for error in expected]


def frozen_by(collector, made):
    collector.begin()
    before = gc.get_freeze_count()
    kept = made()
    gc.collect()
    return kept, gc.get_freeze_count() - before


def test_what_outlives_a_full_pass_is_not_walked_again():
    collector = Collector()
    try:
        kept, frozen = frozen_by(collector, lambda: [[] for _ in range(10_000)])
        assert frozen >= len(kept)
        assert len(gc.get_objects(generation=2)) < len(kept)
    finally:
        collector.end()
    assert gc.get_freeze_count() == 0


def test_the_first_full_pass_comes_as_soon_as_any_other():
    def walked():
        started = len(passes)
        kept: list[list[int]] = []
        while len(passes) == started:
            kept.append([])
        return len(kept)

    there: list[list[int]] = [[] for _ in range(400_000)]
    collector = Collector()
    passes: list[str] = []
    collector.begin()
    note = lambda phase, told: passes.append(phase) if (phase, told["generation"]) == ("stop", 2) else None  # noqa: E731
    gc.callbacks.append(note)
    try:
        assert walked() < 20_000
        assert walked() < 20_000
    finally:
        gc.callbacks.remove(note)
        collector.end()
    assert len(there) == 400_000


def test_an_application_has_the_collector_as_long_as_it_runs(monkeypatch, settings, built):
    before = gc.get_threshold()
    monkeypatch.setattr("server.app.Collector", Collector)
    with TestClient(create_app(settings, CurrentCatalogue(lambda: built, built=built))) as client:
        assert client.get("/healthz").status_code == 200
        assert (gc.get_threshold(), gc.get_freeze_count() > 100_000) == (PASSES, True)
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)


def test_circles_out_of_sight_are_looked_for_when_they_are_many():
    class Circle:
        def __init__(self):
            self.itself = self

    collector = Collector(15_000, most_bytes=-(2**40))
    try:
        kept, _ = frozen_by(collector, lambda: [Circle() for _ in range(4_000)])
        last = weakref.ref(kept[-1])
        kept.clear()
        gc.collect()
        assert last() is not None  # out of sight
        more: list[list[int]] = [[] for _ in range(20_000)]
        for _ in range(3):
            gc.collect()
        assert last() is None
        assert len(more) == 20_000
    finally:
        collector.end()
