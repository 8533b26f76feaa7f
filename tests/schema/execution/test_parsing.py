"""What is read in one short pass is what graphql-core reads, places included; ordinary documents are read so.

`SPECGRAPH_GENERATED=100000 make test ARGS="tests/schema/execution/test_parsing.py"` compares more.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from graphql import GraphQLError, get_introspection_query, parse, print_ast
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from schema.context import Context
from schema.execution.engine import Engine, answered
from schema.execution.parsing import MOST_NESTING, parsed_plainly
from schema.root import schema
from tests.schema.execution.mutations import mutated, tokens
from tests.schema.execution.operations import rewritten, shapes
from tests.schema.execution.reference import reference
from tests.schema.execution.values import Values

MORE = os.environ.get("SPECGRAPH_GENERATED")
SHAPES = int(MORE or 600) // 6
MUTANTS = 5
EXAMPLES = Path(__file__).parents[3] / "web" / "src" / "graphiql" / "examples"

IGNORED = (" ", "\n", "\r", "\r\n", "\t", ",", "\ufeff", "# said aside\n", '#"\r', " , ")


def plainly(text: str):
    return parsed_plainly(text, max_tokens=100_000)


def assert_same(read, parsed, text):
    """Nodes are equal where their places are too; the printer reads what each instance has itself."""
    assert read == parsed, text
    assert print_ast(read) == print_ast(parsed), text


def compared(text: str, seen: Counter) -> None:
    """Compare what both make of one text."""
    read = plainly(text)
    try:
        parsed = parse(text)
    except GraphQLError:
        assert read is None, text
        seen["refused"] += 1
        return
    seen["plain"] += read is not None
    seen["left"] += read is None
    if read is not None:
        assert_same(read, parsed, text)


def spaced(text: str, random: Random) -> str:
    """Return a document with anything that is ignored between its tokens."""
    parts = [part for token in tokens(text) for part in (random.choice(IGNORED), random.choice(IGNORED), token)]
    return "".join(parts) + random.choice(IGNORED)


def bounded(examples: int):
    return settings(
        max_examples=examples,
        derandomize=MORE is None,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def test_generated_documents_and_nearly_right_ones_are_read_as_graphql_core_reads_them(catalogue):
    values = Values(catalogue)
    seen: Counter[str] = Counter()

    @bounded(SHAPES)
    @given(shapes(), st.integers(0, 2**32))
    def check(shape, seed):
        random, document = Random(seed), rewritten(shape, seed, values).document
        compared(document, seen)
        compared(spaced(document, random), seen)
        for _ in range(MUTANTS):
            compared(mutated(document, random), seen)

    check()
    assert seen["plain"] > seen["left"] * 10, seen
    assert seen["refused"] > SHAPES / 4, seen


def test_texts_of_marks_are_read_as_graphql_core_reads_them():
    seen: Counter[str] = Counter()
    words = st.sampled_from(
        ["a", "on", "query", "fragment", "true", "null", "...", '"b"', '""', '"""', "-1", "0", "1e3"]
    )
    marks = st.sampled_from([*'{}()[]:!$@=|&."\\#,-_1e \n\r\ufeff\u00e9\x00\ud800'])
    selections = st.lists(st.one_of(words, marks), max_size=12).map("".join)

    @bounded(SHAPES * 30)
    @given(selections, st.sampled_from(["%s", "{%s}", "{a(b:%s)}", "{a{%s}}", "query($a:%s){a}", "{...%s}"]))
    def check(text, around):
        compared(around % text, seen)

    check()
    assert seen["plain"] > SHAPES / 4, seen
    assert seen["refused"] > SHAPES, seen


PLAIN = [
    '{ a: b(c: $d, e: [1, -2.5e3, "f", "", true, false, null, G], h: {i: {}, j: []}) @k @l(m: 0) { n } }',
    "query A($b: [[C!]!]! = [[D]] @e, $f: G) @h { ...I @j ... on K @l { m } ... @n { o } ... { p } }",
    "fragment on_ on A @b { on fragment: query } mutation { a } subscription B { c }",
    "# first\n{ a } # last",
    "{ a {} }",
    '{ a(b: "é ☃ \U0001f600 \x07") { c } }\r\n\rquery\rB{c}',
    '{ a(b: ["c""d", "e"]) }',
    "{a" * MOST_NESTING + "}" * MOST_NESTING,
]


@pytest.mark.parametrize("text", PLAIN)
def test_a_document_of_each_kind_is_read_plainly(text):
    assert_same(plainly(text), parse(text), text)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.graphql")), ids=lambda path: path.stem)
def test_the_explorers_examples_are_read_plainly(path):
    text = path.read_text()
    assert_same(plainly(text), parse(text), text)


def test_the_usual_question_about_the_schema_is_read_plainly():
    text = get_introspection_query()
    assert_same(plainly(text), parse(text), text)


LEFT = {
    "a description": '"""Says."""\nquery A { b }',
    "a block string": '{ a(b: """c""") }',
    "an escape": '{ a(b: "\\u00e9") }',
    "a type": "type A { b: C }",
    "fragments with variables": "fragment A($b: C) on D { e }",
    "deep nesting": "{a" * (MOST_NESTING + 1) + "}" * (MOST_NESTING + 1),
}


@pytest.mark.parametrize("text", LEFT.values(), ids=LEFT)
def test_what_is_not_plain_is_left_to_graphql_core(text):
    assert plainly(text) is None


WRONG = [
    "",
    "# nothing",
    "{ a ",
    "{ a } }",
    "{ a() }",
    "{ a(b: ) }",
    "{ a(b: 01) }",
    "{ a(b: 1.) }",
    "{ a(b: 1a) }",
    "{ a(b: .5) }",
    "{ a(b: !) }",
    '{ a(b: "c) }',
    '{ a(b: "c\nd") }',
    "{ a(b: 'c') }",
    "{ a: }",
    "{ a @ }",
    "{ .. on A { b } }",
    "{ ... on { b } }",
    "fragment on on A { b }",
    "fragment A { b }",
    "query ($a: B = $c) { d }",
    "query ($a: B @c(d: $e)) { f }",
    "query () { a }",
    "{ ...A(b: 1) }",
    "{ é }",
    "{ a(b: \ud800) }",
]


@pytest.mark.parametrize("text", WRONG)
def test_a_text_that_cannot_be_read_gets_graphql_cores_error(text, catalogue):
    context = Context(catalogue)
    assert plainly(text) is None
    assert answered(Engine(schema), text, None, context).body == reference(text, None, context)


def test_more_tokens_or_comments_than_a_limit_are_left_to_graphql_core():
    assert parsed_plainly("{ a b }", max_tokens=4) == parse("{ a b }")
    assert parsed_plainly("{ a b }", max_tokens=3) is None
    assert parsed_plainly("#\n#\n#\n{a}", max_tokens=3) is not None
    assert parsed_plainly("#\n#\n#\n#\n{a}", max_tokens=3) is None
