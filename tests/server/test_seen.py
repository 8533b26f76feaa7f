"""What is kept of what came before: found by the very bytes, within a budget, the oldest forgotten first."""

import json
import tracemalloc

import pytest

from schema.context import Context
from schema.execution.engine import Engine
from schema.root import schema
from server.graphql_request import kept_size_of, parameters_of_body
from server.heads import KEPT_BYTES, LONGEST, no_heads
from server.seen import Seen

COPIES = 50


def test_what_came_first_makes_room():
    seen: Seen[int] = Seen(max_bytes=30, longest=20)
    for number in range(5):
        seen.keep(b"%d" % number * 10, number)
    assert [seen.get(b"%d" % number * 10) for number in range(5)] == [None, None, 2, 3, 4]
    assert (len(seen), seen.size) == (3, 30)


def test_bytes_are_kept_once_and_not_when_they_are_long():
    seen: Seen[int] = Seen(max_bytes=30, longest=20)
    seen.keep(bytes(21), 1)
    seen.keep(bytes(20), 2)
    seen.keep(bytes(20), 3)
    assert (seen.get(bytes(21)), seen.get(bytes(20)), seen.size) == (None, 2, 20)


def test_an_entry_of_more_than_the_whole_budget_is_not_kept():
    seen: Seen[int] = Seen(max_bytes=10, longest=20)
    seen.keep(bytes(20), 1)
    assert (len(seen), seen.size) == (0, 0)


def test_heads_take_a_bounded_memory_however_many_there_are():
    heads = no_heads()
    head = b"x: 1\r\n" * (LONGEST // 7)
    for number in range(KEPT_BYTES // len(head)):
        heads.keep(head[:-10] + b"%d" % number, None)  # type: ignore[arg-type]
    assert 0 < heads.size <= KEPT_BYTES
    assert len(heads) < KEPT_BYTES // len(head)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"where": {"hash": {"startsWith": "a"}}},
        {"where": {"or": 400 * [{}]}},
        {"where": {"or": 60 * [{"not": {"and": []}}]}},
        {"where": {"or": [{"package": {"eq": f"p{number}"}} for number in range(60)]}},
        {"where": {"hash": {"in": [f"{number:032}" for number in range(100)]}}},
    ],
)
def test_the_estimate_of_a_body_is_no_less_than_its_memory(built, variables):
    query = "query Q($where: SpecFilter) { specs(where: $where, first: 1) { totalCount } }"
    body = json.dumps({"query": query, "variables": variables}, separators=(",", ":")).encode()
    engine, context = Engine(schema), Context(built.catalogue)

    def kept(number):
        asked = parameters_of_body(body + b" " * number)
        assert not isinstance(asked, list)
        prepared = engine.prepare(query)
        prepared.run_given(asked.given(prepared), context)
        return body + b" " * number, asked

    kept(0)
    tracemalloc.start()
    try:
        everything = [kept(number) for number in range(COPIES)]
        each = tracemalloc.get_traced_memory()[0] / len(everything)
    finally:
        tracemalloc.stop()
    assert each <= kept_size_of(body)
