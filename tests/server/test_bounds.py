"""Every bound of a request over HTTP, from both sides, with its code."""

import asyncio
import json
import threading
from typing import Any

import pytest

from schema.execution.prepared import Prepared
from server.bounds import RequestBounds, check_variables
from server.budget import Budget, client_of
from server.graphql_request import RequestRefused
from server.offload import Threads
from server.request_body import ClientGone, body_of, headers_of

COUNT = "{ specs { totalCount } }"
PAGE = "query ($n: Int) { specs(first: $n) { nodes { hash } } }"


def ask(client, query, variables=None, **rest):
    return client.post("/graphql", json={"query": query, "variables": variables, **rest})


def codes(response):
    return [error["extensions"]["code"] for error in response.json().get("errors", [])]


@pytest.mark.parametrize(
    ("setting", "enough", "too_little", "query", "code"),
    [
        ("max_tokens", "101", "100", "{ " + "a: __typename " * 20 + "__typename " * 39 + "}", "TOKENS"),
        ("max_depth", "2", "1", "{ snapshot { name } }", "DEPTH"),
        ("max_fields", "2", "1", "{ snapshot { name } }", "FIELDS"),
        ("max_root_fields", "2", "1", "{ __typename a: __typename }", "ROOT_FIELDS"),
        ("max_aliases", "1", "0", "{ a: __typename }", "ALIASES"),
        ("max_directives", "1", "0", "{ __typename @skip(if: false) }", "DIRECTIVES"),
        ("max_definitions", "2", "1", "{ ...q } fragment q on Query { __typename }", "DEFINITIONS"),
        ("max_overlaps", "1", "0", "{ __typename __typename }", "OVERLAPS"),
        ("max_cost", "22", "21", COUNT, "COST"),
    ],
)
def test_a_bound_of_the_document_is_a_setting(serving, setting, enough, too_little, query, code):
    others = {"max_overlaps": "100000", "max_aliases": "100", "max_root_fields": "1000"}
    assert codes(ask(serving(**{**others, setting: enough}), query)) == []
    assert codes(ask(serving(**{**others, setting: too_little}), query)) == [f"{code}_EXCEEDED"]


def test_a_price_over_the_maximum_is_told_before_anything_runs(serving):
    client = serving()
    [error] = ask(client, PAGE, {"n": 2_000_000}).json()["errors"]
    assert error["extensions"] == {"code": "COST_EXCEEDED", "cost": 4_000_022, "maximum": 1_000_000}
    refused = client.post(
        "/graphql",
        json={"query": PAGE, "variables": {"n": 2_000_000}},
        headers={"accept": "application/graphql-response+json"},
    )
    assert refused.status_code == 400


def test_cost_and_what_is_left_are_told_to_whoever_asks(serving):
    client = serving(rate="30")  # one point comes back in two seconds
    first = ask(client, COUNT, extensions={"cost": True}).json()
    assert first["data"] == {"specs": {"totalCount": 3202}}
    assert first["extensions"] == {"cost": {"points": 22, "maximum": 1_000_000, "budget": 30, "remaining": 8}}
    assert "extensions" not in ask(client, COUNT).json()
    assert "extensions" not in ask(client, COUNT, extensions={"cost": False}).json()


def test_a_dry_run_tells_the_price_and_runs_nothing(serving, monkeypatch):
    client = serving(rate="0")
    monkeypatch.setattr("schema.execution.prepared.Prepared.run", None)
    answer = ask(client, PAGE, {"n": 3}, extensions={"dryRun": True}).json()
    assert answer == {"data": None, "extensions": {"cost": {"points": 28, "maximum": 1_000_000}}}


def test_a_client_that_spent_its_points_waits(serving):
    client = serving(rate="100")
    found = [ask(client, COUNT) for _ in range(6)]
    assert [response.status_code for response in found] == [200, 200, 200, 200, 429, 429]
    refused = found[-1]
    assert codes(refused) == ["RATE_LIMITED"]
    seconds = int(refused.headers["retry-after"])
    assert 1 <= seconds <= 60
    assert refused.headers["ratelimit-policy"] == '"cost";q=100;w=60'
    assert refused.headers["ratelimit"] == f'"cost";r=0;t={seconds}'


def test_clients_have_budgets_of_their_own():
    budget = Budget(10)  # one point comes back in six seconds
    budget.spend("a", 9)
    with pytest.raises(RequestRefused):
        budget.spend("a", 9)
    budget.spend("b", 9)
    assert (budget.remaining("a"), budget.remaining("b"), budget.remaining("c")) == (1, 1, 10)


def test_an_operation_that_costs_more_than_a_minute_is_charged_a_minute():
    budget = Budget(10)
    budget.spend("a", 5_000)
    assert budget.remaining("a") == 0


def test_small_change_is_summed_up_and_never_lost():
    budget = Budget(1_000_000)
    for _ in range(5_000):
        budget.spend("a", 3)
    assert budget.remaining("a") <= 1_000_000 - 5_000 * 3 + 1_000_000 // 60


def test_addresses_of_one_network_are_one_client():
    assert client_of("2001:db8::1") == client_of("2001:db8::2:3") != client_of("2001:db8:0:1::1")
    assert client_of("::ffff:192.0.2.1") == client_of("192.0.2.1") != client_of("192.0.2.2")
    assert client_of("testclient") == "testclient"


def nested(depth):
    return {"a": nested(depth - 1)} if depth else 1


def test_variables_are_bounded_in_number_and_depth():
    bounds = RequestBounds(max_variable_values=5, max_variable_depth=3)
    check_variables({"a": 1, "b": [1, 2, 3]}, bounds)
    check_variables(nested(3), bounds)
    too_much: list[dict[str, Any]] = [{"a": 1, "b": [1, 2, 3, 4]}, nested(4), {"a": [[[[]]]]}]
    for variables in too_much:
        with pytest.raises(RequestRefused) as refused:
            check_variables(variables, bounds)
        assert refused.value.code == "VARIABLES_TOO_LARGE"


def test_too_many_values_of_variables_are_told(serving):
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    client = serving(max_variable_values="4")
    assert codes(ask(client, document, {"ids": ["x"] * 3})) == ["BAD_USER_INPUT"] * 3
    response = ask(client, document, {"ids": ["x"] * 4})
    assert (response.status_code, codes(response)) == (400, ["VARIABLES_TOO_LARGE"])


def test_a_filter_that_is_nested_beyond_reason_is_refused_and_no_internal_error(serving):
    where: dict[str, Any] = {"platform": {"eq": "linux"}}
    for _ in range(100):
        where = {"not": where}
    document = "query ($where: SpecFilter) { specs(where: $where) { totalCount } }"
    assert codes(ask(serving(), document, {"where": where})) == ["VARIABLES_TOO_LARGE"]


def test_batches_are_off_by_default_and_bounded(serving):
    batch = [{"query": "{ __typename }"}, {"query": "{ nothing }"}]
    assert codes(serving().post("/graphql", json=batch)) == ["BAD_REQUEST"]
    client = serving(max_batch="2")
    first, second = client.post("/graphql", json=batch).json()
    assert first == {"data": {"__typename": "Query"}}
    assert second["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert codes(client.post("/graphql", json=[*batch, batch[0]])) == ["BATCH_TOO_LARGE"]
    assert codes(client.post("/graphql", json=[])) == ["BAD_REQUEST"]
    assert codes(client.post("/graphql", json=["{ __typename }"])) == ["BAD_REQUEST"]


def test_each_request_of_a_batch_is_paid_for(serving):
    client = serving(max_batch="10", rate="100")
    response = client.post("/graphql", json=[{"query": COUNT}] * 6)
    assert (response.status_code, codes(response)) == (429, ["RATE_LIMITED"])


def test_introspection_can_be_switched_off_with_the_schema_as_text(serving):
    client = serving(introspection=False)
    assert codes(ask(client, "{ __schema { queryType { name } } }")) == ["INTROSPECTION_DISABLED"]
    assert client.get("/schema.graphql").status_code == 404
    assert serving().get("/schema.graphql").status_code == 200


def test_time_that_is_over_is_told_and_the_rest_is_answered(serving, monkeypatch):
    client = serving()
    clock = iter([0.0, *[1e9] * 1_000])
    monkeypatch.setattr("schema.context.monotonic", lambda: next(clock))
    answer = ask(client, "{ snapshot { name } specs { nodes { hash } } }").json()
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"TIMEOUT"}
    assert answer["data"]["specs"] is None


def test_work_beyond_the_queue_is_refused_and_what_runs_is_finished():
    async def main():
        threads, gate = Threads(1, 1), threading.Event()
        running = [asyncio.create_task(threads.run(gate.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        assert threads.full
        with pytest.raises(RequestRefused) as refused:
            await threads.run(gate.wait)
        gate.set()
        assert await asyncio.gather(*running) == [True, True]
        await threads.run(lambda: None)
        await asyncio.sleep(0)
        assert threads.under_way == 0
        threads.close()
        return refused.value

    refused = asyncio.run(main())
    assert (refused.status, refused.code, refused.headers) == (503, "OVERLOADED", {"Retry-After": "1"})


def test_work_is_counted_until_it_ends_although_nobody_waits_for_it_any_more():
    async def main():
        threads, gate = Threads(1, 0), threading.Event()
        task = asyncio.create_task(threads.run(gate.wait))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert threads.full
        gate.set()
        while threads.full:
            await asyncio.sleep(0.001)
        threads.close()

    asyncio.run(main())


def test_an_operation_of_a_high_price_runs_beside_the_loop_until_it_is_known_to_be_quick(serving, monkeypatch):
    client, ran_in = serving(), []

    run = Prepared.run_given

    def spying(prepared, given, context):
        ran_in.append(threading.current_thread().name.rpartition("_")[0])
        return run(prepared, given, context)

    monkeypatch.setattr(Prepared, "run_given", spying)
    answering = client.app.inner.graphql.answering
    small, large = "{ snapshot { name } }", "{ targets(first: 5000) { nodes { name } } }"
    answering.engine.prepare(small)
    answering.engine.prepare(large)
    monkeypatch.setattr("server.quick.QUICK_SECONDS", -1.0)
    for query in (small, large, large):
        assert codes(ask(client, query)) == []
    monkeypatch.setattr("server.quick.QUICK_SECONDS", 1e9)
    for _ in range(2):
        ask(client, large)
    loops = ran_in[0]
    assert ran_in == [loops, "specgraph-answer", "specgraph-answer", "specgraph-answer", loops]
    assert loops != "specgraph-answer"


def body_parts(*parts, more=False):
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages[-1]["more_body"] = more

    async def receive():
        if messages:
            return messages.pop(0)
        return await asyncio.Event().wait()

    return receive


def read(receive, headers=(), seconds=60):
    return asyncio.run(body_of(receive, headers_of(list(headers)), max_size=10, seconds=seconds))


def test_a_body_is_read_up_to_its_bound():
    assert read(body_parts(b"0123456789")) == b"0123456789"
    assert read(body_parts(b"01234", b"56789")) == b"0123456789"
    for receive, headers in [
        (body_parts(b"0123456789a"), []),
        (body_parts(b"01234", b"56789a"), []),
        (body_parts(b"01234", b"56789", b"a", more=True), []),
        (body_parts(b""), [(b"content-length", b"11")]),
    ]:
        with pytest.raises(RequestRefused) as refused:
            read(receive, headers)
        assert (refused.value.status, refused.value.code) == (413, "CONTENT_TOO_LARGE")


def test_a_body_that_does_not_come_is_not_waited_for():
    with pytest.raises(RequestRefused) as refused:
        read(body_parts(b"01", more=True), seconds=0.01)
    assert (refused.value.status, refused.value.code) == (408, "REQUEST_TIMEOUT")


def test_a_client_that_leaves_is_not_answered():
    async def receive():
        return {"type": "http.disconnect"}

    with pytest.raises(ClientGone):
        read(receive)


def test_headers_that_are_given_twice_are_one_list():
    raw = [(b"accept", b"text/html"), (b"host", b"a"), (b"accept", b"application/json")]
    assert headers_of(raw) == {b"accept": b"text/html,application/json", b"host": b"a"}


def test_json_that_is_nested_beyond_what_is_read_is_refused(serving):
    body = b'{"query": "{ __typename }", "variables": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    response = serving().post("/graphql", content=body, headers={"content-type": "application/json"})
    assert (response.status_code, codes(response)) == (400, ["BAD_REQUEST"])
    assert json.loads(response.content)["errors"][0]["message"].startswith("the body is not JSON")
