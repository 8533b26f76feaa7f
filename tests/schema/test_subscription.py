"""Subscriptions: one execution for each event."""

from __future__ import annotations

import json

import pytest
from graphql import OperationType

from schema.context import Context
from schema.execution.engine import ALL_KINDS, Engine, NotPrepared, WrongKind
from schema.root import schema

CHANGED = "subscription { snapshotChanged { id name digest default specCount } }"


def test_an_event_is_answered_with_its_snapshot(catalogue):
    snapshot = catalogue.snapshot("v2025.07.0")
    prepared = Engine(schema).prepare(CHANGED, kinds=ALL_KINDS)
    answer = json.loads(prepared.run(None, Context(catalogue, changed=snapshot)).body)
    assert answer == {
        "data": {
            "snapshotChanged": {
                "id": "U25hcHNob3Q6djIwMjUuMDcuMA",
                "name": "v2025.07.0",
                "digest": snapshot.digest,
                "default": False,
                "specCount": len(snapshot.rows),
            }
        }
    }


def test_without_an_event_there_is_nothing_to_answer(catalogue):
    answer = Engine(schema).prepare(CHANGED, kinds=ALL_KINDS).run(None, Context(catalogue))
    assert answer.codes == ("BAD_USER_INPUT",)


def test_a_subscription_is_not_prepared_where_one_answer_is_given():
    with pytest.raises(WrongKind) as refused:
        Engine(schema).prepare(CHANGED)
    assert refused.value.kind is OperationType.SUBSCRIPTION


def test_a_subscription_has_one_root_field():
    with pytest.raises(NotPrepared, match="must select only one top level field"):
        Engine(schema).prepare("subscription { a: snapshotChanged { id } b: snapshotChanged { id } }", kinds=ALL_KINDS)
