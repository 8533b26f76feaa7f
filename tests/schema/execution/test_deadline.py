"""An operation ends at its deadline: what is not answered by then is null, with an error that says so."""

from __future__ import annotations

import json
from time import monotonic

import pytest

from schema.context import Context
from schema.errors import Timeout
from schema.execution.engine import Engine
from schema.root import schema

LARGE = "{ snapshot { name } specs(first: 100) { nodes { hash package { name } } } }"


class Waits:
    """A context's clock that is over after so many looks at it."""

    def __init__(self, looks):
        self.looks = looks

    def __call__(self):
        self.looks -= 1
        return 0.0 if self.looks >= 0 else 2.0


def test_before_the_deadline_nothing_happens(catalogue):
    Context(catalogue).check()
    Context(catalogue, deadline=monotonic() + 3600).check()


def test_after_the_deadline_a_look_at_it_raises(catalogue):
    with pytest.raises(Timeout, match="the time for one request is over"):
        Context(catalogue, deadline=monotonic() - 1).check()


@pytest.mark.parametrize("compiled", [True, False])
def test_what_is_not_done_in_time_is_null_and_says_so(catalogue, monkeypatch, compiled):
    prepared = Engine(schema).prepare(LARGE)
    if not compiled:
        monkeypatch.setattr(prepared, "_plan", lambda values: None)
    monkeypatch.setattr("schema.context.monotonic", Waits(looks=10))
    answer = prepared.run(None, Context(catalogue, deadline=1.0))
    assert (answer.ran, answer.compiled, set(answer.codes)) == (True, compiled, {"TIMEOUT"})
    told = json.loads(answer.body)
    assert told["data"]["specs"] is None
    assert {error["extensions"]["code"] for error in told["errors"]} == {"TIMEOUT"}


MANY = ", ".join(50 * ['{ matching: "n1 ^n2" }'])
DEEP = '"' + " ".join(f"^@{number}:" for number in range(50)) + '"'


@pytest.mark.parametrize(
    "asked",
    [
        f"specs(where: {{ or: [{MANY}] }}) {{ totalCount }}",
        f"specs(where: {{ dependsOn: {{ matching: {DEEP} }} }}) {{ totalCount }}",
        f"specs(matching: {DEEP}) {{ totalCount }}",
        f"packages(where: {{ hasSpec: {{ or: [{MANY}] }} }}) {{ totalCount }}",
        f"coverage(rows: TARGET, columns: STACK, where: {{ not: {{ and: [{MANY}] }} }}) {{ counts }}",
    ],
    ids=lambda asked: asked[:24],
)
def test_a_filter_that_takes_long_ends_too(catalogue, monkeypatch, asked):
    """There are far fewer objects in the answer than looks at the clock."""
    prepared = Engine(schema).prepare("{ asked: " + asked + " }")
    monkeypatch.setattr("schema.context.monotonic", Waits(looks=1_000))
    assert json.loads(prepared.run(None, Context(catalogue, deadline=1.0)).body)["data"]["asked"] is not None
    monkeypatch.setattr("schema.context.monotonic", Waits(looks=20))
    told = json.loads(prepared.run(None, Context(catalogue, deadline=1.0)).body)
    assert [error["extensions"]["code"] for error in told["errors"]] == ["TIMEOUT"]
    assert told["data"]["asked"] is None
