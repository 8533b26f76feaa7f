"""Generated operations: the engine's bytes equal graphql-core's answer, errors, paths and the order of keys included.

`SPECGRAPH_GENERATED=100000 make test ARGS="tests/schema/execution"` generates more, and from another seed each time.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from schema.context import Context
from schema.execution.answer import Answer
from schema.execution.engine import Engine, answered
from schema.root import schema
from tests.schema.execution.operations import DOCUMENTS, LIMITS, Operation, rewritten, shapes
from tests.schema.execution.reduction import reduced
from tests.schema.execution.reference import SERVED, reference
from tests.schema.execution.values import Values

OPERATIONS = 3_000
"""Operations in an ordinary run, always the same ones."""

PER_SHAPE = 6
"""Operations made of one shape: a shape takes longer to draw than to be asked about."""

COMPILED_SHARE = 0.95
"""The share of operations that must have run compiled, of those that ran."""

FRAGMENT_BYTES = (0, 64 * 2**20)
"""What the engines under test may keep of answers: nothing, and plenty."""

INVALID = frozenset({"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"})

PARTS = ("...F", "... on Node", "@skip", "@include", "$v", "__typename", "a1:", "__schema", "node(", "nodes(")


@dataclass
class Comparison:
    """Compares the engine with graphql-core, and counts what it compared."""

    engines: tuple[Engine, ...]
    values: Values
    context: Context
    seen: Counter[str] = field(default_factory=Counter)

    def of(self, strategy, examples: int, *, fixed: bool) -> None:
        """Compare the answers to operations of so many shapes."""

        @settings(
            max_examples=examples,
            derandomize=fixed,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy, st.integers(0, 2**32))
        def check(shape, seed):
            for number in range(PER_SHAPE):
                self.compare(rewritten(shape, seed + number, self.values))

        check()

    def answers(self, operation: Operation) -> list[Answer]:
        """Return the engines' answers, twice: asked again, an engine may answer from what it kept."""
        return [
            answered(engine, operation.document, operation.variables, self.context)
            for engine in (*self.engines, *self.engines)
        ]

    def expected(self, operation: Operation) -> bytes:
        """Return the bytes of graphql-core's answer."""
        return reference(operation.document, operation.variables, self.context)

    def differs(self, operation: Operation) -> bool:
        """Tell whether an engine answers otherwise than graphql-core."""
        return {answer.body for answer in self.answers(operation)} != {self.expected(operation)}

    def compare(self, operation: Operation) -> None:
        """Compare the answers to one operation."""
        answer, *others = self.answers(operation)
        if {answer.body, *(other.body for other in others)} != {self.expected(operation)}:
            least = reduced(operation, self.differs)
            bodies = [*(other.body for other in self.answers(least)), self.expected(least)]
            told = "\n\n".join([least.document, repr(least.variables), *map(repr, bodies)])
            pytest.fail(f"the last of these answers is graphql-core's\n{told}", pytrace=False)
        self.seen["all"] += 1
        self.seen["valid"] += not INVALID.intersection(answer.codes)
        self.seen["ran"] += answer.ran
        self.seen["compiled"] += answer.ran and answer.compiled
        self.seen["with errors"] += answer.ran and bool(answer.codes)
        self.seen["with data"] += answer.ran and len(answer.body) > 200
        self.seen.update(part for part in PARTS if part in operation.document)

    def share(self, what: str) -> float:
        """Return the share of all operations that something was seen in."""
        return self.seen[what] / self.seen["all"]


def test_the_engine_answers_as_graphql_core_does(catalogue):
    more = os.environ.get("SPECGRAPH_GENERATED")
    engines = tuple(Engine(schema, LIMITS, DOCUMENTS, fragment_cache_bytes=size) for size in FRAGMENT_BYTES)
    # Generated lists are short: from four nodes on they are packed, below they are looked up one by one.
    engines[-1].kept.fewest_packed = 4
    compared = Comparison(engines, Values(catalogue), Context(catalogue, LIMITS))
    roots = list(SERVED.query_type.fields)
    each = max(2, int(more or OPERATIONS) // PER_SHAPE // (len(roots) + 3))
    for root in roots:
        compared.of(shapes(root), each, fixed=more is None)
    compared.of(shapes(), 3 * each, fixed=more is None)
    seen = compared.seen
    # A suite of operations that are refused, find nothing, or fall back would prove nothing.
    assert compared.share("valid") >= 0.97, seen
    assert compared.share("ran") >= 0.9, seen
    assert compared.share("with data") >= 0.4, seen
    assert 0.1 <= compared.share("with errors") <= 0.6, seen
    assert all(compared.share(part) >= 0.01 for part in PARTS), seen
    assert seen["compiled"] >= COMPILED_SHARE * seen["ran"], seen
