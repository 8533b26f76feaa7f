"""What is measured is what is served: operations and peers of `bench/` answer as the engine does."""

from __future__ import annotations

import importlib

import orjson
import pytest

from bench.__main__ import operations
from bench.data import SAMPLE, TAG
from bench.generate import generated
from bench.peers.export import export
from bench.scale import sample_records
from bench.table import LINES
from graph.build import build
from schema.context import Context
from schema.execution.engine import Engine, answered
from schema.root import schema

MUCH_NEEDED = '{ specs(first: 1, matching: "zlib-ng") { nodes { hash } } }'
IN_THE_FILE = "ditritmcvdcec3ibcdw2uymfu2zdblot"


@pytest.fixture(scope="module")
def context():
    """The sample's specs under new hashes, in one tag."""
    records = sample_records(str(SAMPLE), TAG)
    return Context(build(generated(records, specs=1, snapshots=1)).catalogue)


@pytest.fixture(scope="module")
def stock(context, tmp_path_factory):
    """Strawberry over networkx, with the same data."""
    path = tmp_path_factory.mktemp("bench") / "export.ndjson"
    export(context.snapshot(None), path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_EXPORT", str(path))
        yield importlib.import_module("bench.peers.stock").schema


def data_of(document, context):
    answer = orjson.loads(answered(Engine(schema), document, None, context).body)
    assert "errors" not in answer
    return answer["data"]


@pytest.mark.parametrize("name", operations())
def test_a_peer_answers_each_operation_as_the_engine_does(name, context, stock):
    document = operations()[name]
    if IN_THE_FILE in document:
        (node,) = data_of(MUCH_NEEDED, context)["specs"]["nodes"]
        document = document.replace(IN_THE_FILE, node["hash"])
    expected = data_of(document, context)
    assert len(orjson.dumps(expected)) > 80
    result = stock.execute_sync(document)
    assert result.errors is None
    assert result.data == expected


def test_every_operation_has_a_line_of_the_table():
    assert {line.operation for line in LINES} == set(operations())
