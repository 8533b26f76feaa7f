"""What is counted, how it is bounded, and how several processes are one."""

import functools
import os
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from graph import native
from server.app import create_app
from server.current import CurrentCatalogue
from server.exposition import Siblings, exposed
from server.metrics import ANONYMOUS, GAUGES, NAMES, OTHER, TOTALS, Metrics, Report

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


def samples(body):
    return {
        (
            sample.name,
            *(sample.labels[label] for label in ("operation", "code", "by") if label in sample.labels),
        ): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


def shown(metrics):
    return samples(exposed(metrics.report(), "")[0])


def test_requests_are_counted_by_operation_and_first_code():
    metrics = Metrics()
    metrics.observe({}, "Builds", (), compiled=True, cpu_seconds=0.25, size=100)
    metrics.observe({}, "Builds", ("PAGE_TOO_LARGE", "INVALID_ID"), compiled=False, cpu_seconds=0.5, size=10)
    metrics.observe({}, None, ("GRAPHQL_PARSE_FAILED",))
    found = shown(metrics)
    assert found["specgraph_requests_total", "Builds", "OK"] == 1
    assert found["specgraph_requests_total", "Builds", "PAGE_TOO_LARGE"] == 1
    assert found["specgraph_requests_total", ANONYMOUS, "GRAPHQL_PARSE_FAILED"] == 1
    assert found["specgraph_request_cpu_seconds_total", "Builds"] == 0.75
    assert found["specgraph_response_bytes_total", "Builds"] == 110
    assert found["specgraph_executions_total", "Builds", "compiled"] == 1
    assert found["specgraph_executions_total", "Builds", "fallback"] == 1
    assert ("specgraph_requests_total", "Builds", "INVALID_ID") not in found


def test_the_request_itself_is_told_what_it_was():
    scope: dict[str, Any] = {}
    Metrics().observe(scope, "Builds", ("COST_EXCEEDED",))
    assert scope == {"specgraph.observed": ("Builds", "COST_EXCEEDED")}


def test_invented_names_do_not_grow_anything():
    metrics = Metrics()
    metrics.observe({}, "x" * 101, ())
    metrics.observe({}, "Failed", ("GRAPHQL_VALIDATION_FAILED",))
    for number in range(10 * NAMES):
        metrics.observe({}, f"Name{number}", ())
    operations = metrics.report().operations
    assert len(metrics.operations) == NAMES + 1
    assert operations[OTHER].codes == {"OK": 1 + 9 * NAMES, "GRAPHQL_VALIDATION_FAILED": 1}
    assert sum(counted.codes.get("OK", 0) for counted in operations.values()) == 10 * NAMES + 1
    size = len(exposed(metrics.report(), "")[0])
    for number in range(10 * NAMES):
        metrics.observe({}, f"Another{number}", ())
    assert len(exposed(metrics.report(), "")[0]) - size < 10  # some more digits


def test_a_gauge_or_total_that_is_not_described_is_refused():
    with pytest.raises(KeyError, match="no gauge"):
        Metrics().gauge("made_up", lambda: 1)
    with pytest.raises(KeyError, match="no total"):
        Metrics().total("made_up", lambda: 1)


@pytest.mark.parametrize("used", [True, False])
def test_a_process_tells_whether_it_uses_native_kernels(monkeypatch, used):
    monkeypatch.setattr(native, "in_use", lambda: used)
    assert Metrics().report().gauges["native_processes"] == int(used)


def counted(name, number, **gauges):
    metrics = Metrics()
    for _ in range(number):
        metrics.observe({}, name, ())
    for gauge, value in gauges.items():
        metrics.gauge(gauge, functools.partial(float, value))
    return metrics.report()


def test_siblings_are_added_up_and_what_ended_stays_counted(tmp_path, monkeypatch):
    siblings = Siblings(tmp_path)
    for pid, report in {
        1001: counted("Builds", 3, queue_length=2, specs=10, snapshot_age_seconds=7),
        1002: counted("Stacks", 5, queue_length=1, specs=10, snapshot_age_seconds=9),
    }.items():
        monkeypatch.setattr(os, "getpid", functools.partial(int, pid))
        siblings.leave(report)
    monkeypatch.setattr(os, "getpid", lambda: 1003)
    own = counted("Builds", 1, queue_length=4, specs=10, snapshot_age_seconds=8)
    siblings.leave(own)
    total = siblings.total(own)
    assert total.operations["Builds"].codes == {"OK": 4}
    assert total.operations["Stacks"].codes == {"OK": 5}
    assert (total.gauges["queue_length"], total.gauges["specs"], total.gauges["snapshot_age_seconds"]) == (7, 10, 9)
    assert total.gauges["processes"] == 3

    siblings.retire({1003})
    siblings.retire({1003})
    total = siblings.total(counted("Builds", 1, queue_length=4))
    assert total.operations["Builds"].codes == {"OK": 4}
    assert total.operations["Stacks"].codes == {"OK": 5}
    assert (total.gauges["queue_length"], total.gauges["processes"]) == (4, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1003", "lock", "retired"]


def test_a_report_that_is_not_whole_is_left_out(tmp_path):
    (tmp_path / "1001").write_bytes(b'{"operations":')
    assert Siblings(tmp_path).total(Report()) == Report()


@pytest.fixture
def app_client(settings, built):
    current = CurrentCatalogue(lambda: built, built=built)
    with TestClient(create_app(settings, current)) as client:
        yield client, current


def test_what_is_served_is_exposed(app_client, built):
    client, current = app_client
    found = samples(client.get("/metrics").content)
    assert found["specgraph_specs",] == len(built.catalogue.universe)
    assert found["specgraph_snapshots",] == len(built.catalogue)
    assert (found["specgraph_ready",], found["specgraph_draining",], found["specgraph_requests_in_flight",]) == (
        1,
        0,
        1,
    )
    assert found["specgraph_resident_bytes",] > 0
    assert found["specgraph_cpu_seconds_total",] > 0
    assert found["specgraph_loads_ok_total",] == 0
    current.refresh()
    assert samples(client.get("/metrics").content)["specgraph_loads_ok_total",] == 1


def test_what_is_kept_is_exposed_and_moves(app_client):
    client, _ = app_client
    before = samples(client.get("/metrics").content)
    for name in ("One", "Two"):
        query = f"query {name} {{ packages(first: 5) {{ nodes {{ name latestVersion versions }} }} }}"
        assert "errors" not in client.post("/graphql", json={"query": query}).json()
    after = samples(client.get("/metrics").content)
    assert after["specgraph_prepared_operations",] - before["specgraph_prepared_operations",] == 2
    assert after["specgraph_cache_bytes",] > before["specgraph_cache_bytes",]


def test_a_failed_load_is_exposed(settings, built):
    def load():
        raise OSError("the disk is gone")

    with TestClient(create_app(settings, current := CurrentCatalogue(load, built=built))) as client:
        current.refresh()
        found = samples(client.get("/metrics").content)
    assert (found["specgraph_loads_failed_total",], found["specgraph_last_load_failed",]) == (1, 1)
    assert found["specgraph_specs",] == len(built.catalogue.universe)


def test_the_format_is_that_which_is_asked_for(app_client):
    client, _ = app_client
    assert client.get("/metrics").headers["content-type"].startswith("text/plain; version=")
    openmetrics = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert openmetrics.headers["content-type"].startswith("application/openmetrics-text")
    assert openmetrics.text.endswith("# EOF\n")


def test_every_gauge_and_total_is_documented():
    text = OPERATIONS.read_text()
    names = [*(f"`specgraph_{name}`" for name in GAUGES), *(f"`specgraph_{name}_total`" for name in TOTALS)]
    assert [name for name in names if name not in text] == []
