"""Every limit of docs/api.md as it is by default: at the limit it says nothing, one beyond it does, with its code."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def asked(query, variables=None):
    return json.dumps({"query": query, "variables": variables}).encode()


def within(depth, made=1):
    for _ in range(depth):
        made = {"a": made}
    return made


def fields(count):
    """Nearly all of them by a fragment: written out they would be too many tokens."""
    spreads, rest = divmod(count - 1, 100)
    fragment = "fragment f on A { " + "".join(f"f{number} " for number in range(100)) + "}"
    more = "".join(f"r{number} " for number in range(rest))
    return asked("{ a { " + "...f " * spreads + more + "} } " + fragment)


def pairs(count):
    """Fields of one name make n (n - 1) / 2 pairs."""
    names, fields = iter("abcdefgh"), ""
    while count:
        same = int((1 + (1 + 8 * count) ** 0.5) / 2)
        fields += f"{next(names)} " * same
        count -= same * (same - 1) // 2
    return asked("{ x { " + fields + "} }")


def cost(points):
    """A page of specs with a field each is two points a spec and 22; a field more is one."""
    specs, rest = divmod(points - 22, 2)
    return asked(f"{{ specs(first: {specs}) {{ nodes {{ hash }} }} {'__typename' * rest} }}")


def body(size):
    text = asked("{ __typename }")
    return text[:-1] + b" " * (size - len(text)) + b"}"


PROBES = {
    ("CONTENT_TOO_LARGE", 1_048_576): body,
    ("TOKENS_EXCEEDED", 5_000): lambda count: asked("{" + " a" * (count - 2) + "}"),
    ("DEPTH_EXCEEDED", 20): lambda depth: asked("{a" * depth + "}" * depth),
    ("FIELDS_EXCEEDED", 5_000): fields,
    ("ROOT_FIELDS_EXCEEDED", 100): lambda count: asked("{" + "a " * count + "}"),
    ("ALIASES_EXCEEDED", 200): lambda count: asked("{ x {" + "".join(f"a{n}: b " for n in range(count)) + "} }"),
    ("DIRECTIVES_EXCEEDED", 100): lambda count: asked("{ a" + " @b" * count + "}"),
    ("DEFINITIONS_EXCEEDED", 100): lambda count: asked(
        "{ a }" + "".join(f"fragment f{n} on A {{ a }} " for n in range(count - 1))
    ),
    ("OVERLAPS_EXCEEDED", 10_000): pairs,
    ("VARIABLES_TOO_LARGE", 10_000): lambda count: asked("{ __typename }", {"a": [1] * (count - 1)}),
    ("VARIABLES_TOO_LARGE", 20): lambda depth: asked("{ __typename }", within(depth)),
    ("COST_EXCEEDED", 1_000_000): cost,
    ("PAGE_TOO_LARGE", 5_000): lambda count: asked(f"{{ specs(first: {count}) {{ totalCount }} }}"),
}

ELSEWHERE = {
    "HEAD_TOO_LARGE": "test_connections.py::test_a_head_is_read_up_to_its_bound",
    "RATE_LIMITED": "test_bounds.py::test_a_client_that_spent_its_points_waits",
    "TIMEOUT": "test_bounds.py::test_time_that_is_over_is_told_and_the_rest_is_answered",
    "OVERLOADED": "test_bounds.py::test_work_beyond_the_queue_is_refused_and_what_runs_is_finished",
    "BATCH_TOO_LARGE": "test_bounds.py::test_batches_are_off_by_default_and_bounded",
    "TOO_MANY_SUBSCRIPTIONS": "test_graphql_ws.py::test_sockets_are_bounded",
    "TOO_MANY_OPERATIONS": "test_graphql_ws.py::test_operations_on_one_socket_are_bounded",
}
"""Codes of limits that are probed from both sides by a test of their own, with other settings than the defaults."""


def codes(response):
    return {error["extensions"]["code"] for error in response.json().get("errors", [])}


@pytest.mark.parametrize(("code", "limit"), PROBES, ids=str)
def test_a_limit_holds_from_one_beyond_it(client, code, limit):
    probe = PROBES[code, limit]
    headers = {"content-type": "application/json"}
    assert code not in codes(client.post("/graphql", content=probe(limit), headers=headers))
    assert codes(client.post("/graphql", content=probe(limit + 1), headers=headers)) == {code}


def test_every_limit_that_is_documented_is_probed():
    table = (ROOT / "docs" / "api.md").read_text().partition("## Limits")[2].partition("## Prices")[0]
    told = set(re.findall(r"`([A-Z_]+)`", table))
    assert told == {code for code, _ in PROBES} | set(ELSEWHERE)
    for probed in ELSEWHERE.values():
        file, _, name = probed.partition("::")
        assert f"def {name}(" in (Path(__file__).parent / file).read_text()
    for _, limit in PROBES:
        assert f"{limit:,}" in table
